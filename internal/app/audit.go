package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"gatehouse/audit/chain"
	"gatehouse/audit/sequence"
	"gatehouse/internal/config"
	"gatehouse/internal/id"
)

// errUnsound is how `audit verify` ends where something is wrong; what it is
// has been printed.
var errUnsound = errors.New("the audit log is not what was written")

// verifyAudit is `server audit verify`. It changes nothing, works beside a
// running server, and needs neither database nor configuration for a file.
func verifyAudit(args, environ []string) int {
	flags := flag.NewFlagSet("audit verify", flag.ContinueOnError)
	organization := flags.String("organization", "", "one organization's chain")
	file := flags.String("file", "", "an export (NDJSON)")
	keys := flags.String("keys", "", "public keys, as GET /audit_logs/keys answers them")
	flags.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 || *file == "" && *keys != "" || *file != "" && *organization != "" {
		if err == nil {
			flags.Usage()
		}
		return 2
	}
	if *file != "" {
		if err := verifyFile(*file, *keys, os.Stdout); err != nil {
			complain(os.Stderr, err)
			return 1
		}
		return 0
	}
	org, err := id.Parse[id.Organization](*organization)
	if *organization != "" && err != nil {
		complain(os.Stderr, fmt.Errorf("%q is no id of an organization: it looks like org_01…", *organization))
		return 2
	}
	return run(environ, func(ctx context.Context, cfg *config.Config) error { return verifyLog(ctx, cfg, org, os.Stdout) })
}

// verifyLog verifies the database's chains, or one.
func verifyLog(ctx context.Context, cfg *config.Config, org id.Organization, out io.Writer) error {
	d, err := openExisting(ctx, cfg)
	if err != nil {
		return err
	}
	defer d.Close()
	v := &sequence.Verifier{DB: d, Seen: func(r chain.Report, faults []chain.Fault) {
		if r.Entries > 0 || len(faults) == 0 {
			fmt.Fprintln(out, told(r, len(faults) == 0))
		}
		for i := range faults {
			fmt.Fprintln(out, "  "+faults[i].String())
		}
	}}
	verify := v.All
	if org != "" {
		verify = func(ctx context.Context) (sequence.Result, error) { return v.Organization(ctx, org) }
	}
	result, err := verify(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d entries in %d chains.\n", result.Entries, result.Chains)
	return verdict(result.Count, out)
}

func verdict(faults int, out io.Writer) error {
	if faults > 0 {
		fmt.Fprintf(out, "%d things are wrong.\n", faults)
		return errUnsound
	}
	fmt.Fprintln(out, "Nothing is wrong.")
	return nil
}

// told is one line about a chain.
func told(r chain.Report, sound bool) string {
	name := r.Organization
	if name == "" {
		name = "deployment"
	}
	word := "holds"
	if !sound {
		word = "DOES NOT HOLD"
	}
	text := fmt.Sprintf("%s: %s: %d entries, %d to %d", name, word, r.Entries, r.First, r.Last)
	if r.Expired > 0 {
		text += fmt.Sprintf("; %d more expired, signed before they went", r.Expired)
	}
	if r.Left > 0 {
		text += fmt.Sprintf("; %d between them are not in this selection", r.Left)
	}
	if r.Signed == 0 {
		return text + "; no signed head was met"
	}
	return text + fmt.Sprintf("; signed up to %d by %s", r.Signed, r.SignedBy)
}

// verifyFile verifies an export.
func verifyFile(path, keysPath string, out io.Writer) error {
	var keys chain.Keys
	if keysPath != "" {
		text, err := os.ReadFile(keysPath)
		if err != nil {
			return err
		}
		if keys, err = chain.ParseKeys(text); err != nil {
			return err
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	report, err := chain.VerifyFile(f, keys)
	if err != nil {
		return err
	}
	tellFile(report, out)
	if len(report.Chains) == 0 {
		return fmt.Errorf("%s has no entries of an audit log", path)
	}
	return verdict(report.Count, out)
}

func tellFile(report *chain.FileReport, out io.Writer) {
	unsound := map[string]bool{}
	for i := range report.Faults {
		unsound[report.Faults[i].Organization] = true
	}
	for _, r := range report.Chains {
		fmt.Fprintln(out, told(r, !unsound[r.Organization]))
	}
	for i := range report.Faults {
		fmt.Fprintln(out, "  "+report.Faults[i].String())
	}
	if report.Selection {
		fmt.Fprintln(out, "The file is a selection: each entry is what was written; that none is missing between them cannot be told.")
	}
	if report.Part {
		fmt.Fprintln(out, "The file was asked for up to some time: that it has all entries until then cannot be told.")
	}
	if report.OwnKeys && len(report.Keys) > 0 {
		fmt.Fprintln(out, "The keys came in the file itself. Compare them with GET /audit_logs/keys, or give those by --keys:")
		for _, key := range slices.Sorted(maps.Keys(report.Keys)) {
			fmt.Fprintf(out, "  %s SHA-256 %x\n", key, sha256.Sum256(report.Keys[key]))
		}
	}
}
