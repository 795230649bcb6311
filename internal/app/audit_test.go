package app

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/audit"
	"gatehouse/audit/chain"
	"gatehouse/audit/sequence"
	"gatehouse/internal/actor"
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// aSignedLog is a database with five entries of an organization, and their
// export with its checkpoint and the keys beside it.
func aSignedLog(t *testing.T) (cfg *config.Config, org id.Organization, export, keys string) {
	t.Helper()
	cfg = migrated(t)
	d, err := openExisting(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	org = id.New[id.Organization]()
	err = d.InOrg(t.Context(), org, actor.System("test"), func(tx *db.OrgTx) error {
		return audit.RecordAll(tx, []audit.Entry{audit.UserCreated{}, audit.UserUpdated{}, audit.UserCreated{User: wire.User{Email: "ines@halden.example"}}, audit.UserUpdated{}, audit.UserDeleted{}})
	})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := (&sequence.Signer{DB: d, Log: slog.New(slog.DiscardHandler)}).CheckpointNow(t.Context(), &org)
	if err != nil {
		t.Fatal(err)
	}
	var file, public bytes.Buffer
	head := audit.ChainCheckpoint(signed)
	file.Write(append(head.Line(), '\n'))
	err = d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
		rows, err := audit.Feed(tx, audit.FeedQuery{})
		for _, n := range rows {
			r := audit.ChainRecord(n)
			file.Write(append(r.Line(), '\n'))
		}
		list, failed := audit.Keys(tx)
		for _, k := range list {
			public.Write(append(chain.KeyLine(string(k.ID), k.PublicKey), '\n'))
		}
		return errors.Join(err, failed)
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	export, keys = filepath.Join(dir, "export.ndjson"), filepath.Join(dir, "keys.ndjson")
	for path, text := range map[string][]byte{export: file.Bytes(), keys: public.Bytes()} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cfg, org, export, keys
}

// An auditor runs it beside the server and must read in one line whether the
// log is what was written, and if not, which entry is the first bad one.
func TestAuditVerifyNamesTheFirstBadEntry(t *testing.T) {
	t.Parallel()
	cfg, org, _, _ := aSignedLog(t)
	var out strings.Builder
	if err := verifyLog(t.Context(), cfg, "", &out); err != nil || !strings.Contains(out.String(), string(org)+": holds: 5 entries, 1 to 5; signed up to 5") {
		t.Fatalf("%v\n%s", err, out.String())
	}
	d, err := openExisting(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	_, conn := d.Pools()
	for _, s := range []string{"DROP TRIGGER audit_events_fixed", "UPDATE audit_events SET actor_name = 'nobody' WHERE id = (SELECT json_extract(events, '$[' || (3 - sequence) || ']') FROM audit_tiles WHERE 3 BETWEEN sequence AND last_sequence AND organization_id IS NOT NULL)"} {
		if _, err := conn.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	d.Close()
	for _, one := range []id.Organization{"", org} {
		out.Reset()
		if err := verifyLog(t.Context(), cfg, one, &out); !errors.Is(err, errUnsound) || !strings.Contains(out.String(), "altered: "+string(org)+": entry 3 (event_") {
			t.Errorf("%v\n%s", err, out.String())
		}
	}
}

// A customer who has an export and the keys needs no server of ours.
func TestAuditVerifyTakesAFileAlone(t *testing.T) {
	t.Parallel()
	_, org, export, keys := aSignedLog(t)
	var out strings.Builder
	if err := verifyFile(export, keys, &out); err != nil || !strings.Contains(out.String(), string(org)+": holds: 5 entries, 1 to 5; signed up to 5") {
		t.Fatalf("%v\n%s", err, out.String())
	}
	text, err := os.ReadFile(export)
	if err != nil {
		t.Fatal(err)
	}
	doctored := filepath.Join(t.TempDir(), "doctored.ndjson")
	if err := os.WriteFile(doctored, bytes.Replace(text, []byte("ines@halden.example"), []byte("eve@halden.example"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if err := verifyFile(doctored, keys, &out); !errors.Is(err, errUnsound) || !strings.Contains(out.String(), "entry 3 (event_") || !strings.Contains(out.String(), "line 4") {
		t.Errorf("%v\n%s", err, out.String())
	}
	if err := verifyFile(keys, "", &out); err == nil {
		t.Error("a file without entries was accepted")
	}
}
