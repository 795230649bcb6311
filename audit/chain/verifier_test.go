package chain_test

import (
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"gatehouse/audit/chain"
)

// file is lines as an export has them.
func file(records []chain.Record, more ...[]byte) []byte {
	var b bytes.Buffer
	for _, line := range more {
		b.Write(append(line, '\n'))
	}
	for i := range records {
		b.Write(append(records[i].Line(), '\n'))
	}
	return b.Bytes()
}

func checkpoint(r chain.Record, private ed25519.PrivateKey) chain.Checkpoint {
	c := chain.Checkpoint{ID: "checkpoint_1", Organization: r.Organization, Sequence: r.Sequence, Hash: r.Hash, KeyID: "audit_key_1", CreatedAt: at}
	c.Signature = ed25519.Sign(private, c.Message())
	return c
}

func expiry(first, last chain.Record, private ed25519.PrivateKey) chain.Expiry {
	e := chain.Expiry{ID: "expiry_1", Organization: first.Organization, FirstSequence: first.Sequence, LastSequence: last.Sequence, PreviousHash: first.PreviousHash, Hash: last.Hash,
		KeyID: "audit_key_1", CreatedAt: at}
	e.Signature = ed25519.Sign(private, e.Message())
	return e
}

// Whoever doctors an export must be found out, and the first bad entry named:
// an auditor asks which, not whether.
func TestEachWayToDoctorAFileIsNamed(t *testing.T) {
	keys, private := keyPair()
	relinked := func(list []chain.Record, from int) []chain.Record { // who knows the format makes the hashes right again
		for i := from; i < len(list); i++ {
			previous := chain.Zero
			if i > 0 {
				previous = list[i-1].Hash
			}
			list[i] = chain.Next(list[i].Entry, int64(i), previous)
		}
		return list
	}
	for _, c := range []struct {
		name   string
		doctor func([]chain.Record) []chain.Record
		kind   chain.FaultKind
		at     int64
	}{
		{"an altered entry", func(l []chain.Record) []chain.Record { l[4].Data = json.RawMessage(`{}`); return l }, chain.Altered, 5},
		{"an altered entry with its hash made anew", func(l []chain.Record) []chain.Record {
			l[4].Data = json.RawMessage(`{}`)
			l[4] = chain.Next(l[4].Entry, 4, l[3].Hash)
			return l
		}, chain.Altered, 5},
		{"an altered entry with all that follows made anew", func(l []chain.Record) []chain.Record { l[4].Data = json.RawMessage(`{}`); return relinked(l, 4) }, chain.Rewritten, 1},
		{"a removed entry", func(l []chain.Record) []chain.Record { return slices.Delete(l, 4, 5) }, chain.Removed, 5},
		{"several removed entries", func(l []chain.Record) []chain.Record { return slices.Delete(l, 4, 8) }, chain.Removed, 5},
		{"a removed entry with all that follows made anew", func(l []chain.Record) []chain.Record { return relinked(slices.Delete(l, 4, 5), 4) }, chain.Removed, 10},
		{"the end removed", func(l []chain.Record) []chain.Record { return l[:7] }, chain.Removed, 8},
		{"an inserted entry", func(l []chain.Record) []chain.Record {
			return slices.Insert(l, 5, chain.Next(entry(99), 5, l[4].Hash))
		}, chain.Inserted, 6},
		{"an inserted entry with an old number", func(l []chain.Record) []chain.Record {
			return slices.Insert(l, 5, chain.Next(entry(99), 1, l[0].Hash))
		}, chain.Inserted, 2},
		{"an inserted entry with all that follows made anew", func(l []chain.Record) []chain.Record {
			return relinked(slices.Insert(l, 4, chain.Next(entry(99), 4, l[3].Hash)), 4)
		}, chain.Rewritten, 1},
		{"lines exchanged", func(l []chain.Record) []chain.Record { l[4], l[5] = l[5], l[4]; return l }, chain.Reordered, 5},
		{"numbers exchanged", func(l []chain.Record) []chain.Record {
			l[4].Sequence, l[5].Sequence = l[5].Sequence, l[4].Sequence
			l[4], l[5] = l[5], l[4]
			return l
		}, chain.Reordered, 5},
		{"contents exchanged", func(l []chain.Record) []chain.Record { l[4].Entry, l[5].Entry = l[5].Entry, l[4].Entry; return l }, chain.Altered, 5},
		{"an entry of another chain", func(l []chain.Record) []chain.Record { l[4].Organization = ""; return l }, chain.Altered, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			head := checkpoint(good(10)[9], private)
			report, err := chain.VerifyFile(bytes.NewReader(file(c.doctor(good(10)), head.Line())), keys)
			if err != nil {
				t.Fatal(err)
			}
			if report.OK() || report.Faults[0].Kind != c.kind || report.Faults[0].Sequence != c.at {
				t.Errorf("want %s at %d, got %+v", c.kind, c.at, report.Faults)
			}
		})
	}
}

// An export that nobody touched must be accepted, or nobody believes the next alarm.
func TestAGoodFileIsAccepted(t *testing.T) {
	keys, private := keyPair()
	list := good(10)
	head := checkpoint(list[9], private)
	early := checkpoint(list[2], private)
	gone := expiry(list[0], list[3], private)
	zipped := func(b []byte) []byte {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		_, _ = w.Write(b)
		_ = w.Close()
		return out.Bytes()
	}
	selection := slices.Concat(list[1:3], list[6:7])
	for name, c := range map[string]struct {
		file    []byte
		entries int64
		signed  int64
	}{
		"whole":                       {file(list, head.Line()), 10, 10},
		"the checkpoint at the end":   {append(file(list), head.Line()...), 10, 10},
		"two checkpoints":             {append(file(list, early.Line()), head.Line()...), 10, 10},
		"without a checkpoint":        {file(list), 10, 0},
		"compressed":                  {zipped(file(list, head.Line())), 10, 10},
		"some months of it":           {file(list[4:], head.Line()), 6, 10},
		"with expired entries":        {file(list[4:], gone.Line(), head.Line()), 6, 10},
		"expired and still there":     {file(list[2:], gone.Line(), head.Line()), 8, 10},
		"delivered twice":             {file(slices.Concat(list[:6], list[3:]), head.Line()), 10, 10},
		"a selection":                 {file(selection, chain.Header{ID: "audit_log_export_1", Selection: true, CreatedAt: at}.Line()), 3, 0},
		"up to some time":             {file(list[2:8], chain.Header{ID: "audit_log_export_1", Part: true, CreatedAt: at}.Line(), head.Line()), 6, 0},
		"Windows line ends":           {bytes.ReplaceAll(file(list, head.Line()), []byte("\n"), []byte("\r\n")), 10, 10},
		"with lines of other objects": {file(list, []byte(`{"object":"list_metadata"}`), head.Line()), 10, 10},
		"with its key, with no other": {file(list, chain.KeyLine("audit_key_1", keys["audit_key_1"]), head.Line()), 10, 10},
	} {
		t.Run(name, func(t *testing.T) {
			given := keys
			if strings.HasPrefix(name, "with its key") {
				given = nil
			}
			report, err := chain.VerifyFile(bytes.NewReader(c.file), given)
			if err != nil || !report.OK() || len(report.Chains) != 1 {
				t.Fatalf("%v, %+v", err, report)
			}
			if got := report.Chains[0]; got.Entries != c.entries || got.Signed != c.signed || report.OwnKeys != (given == nil) {
				t.Errorf("%+v", got)
			}
		})
	}
}

// A signature that our key did not make proves nothing, whatever it stands under.
func TestForgedSignaturesAreRefused(t *testing.T) {
	keys, private := keyPair()
	list := good(10)
	other := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	moved := checkpoint(list[9], private)
	moved.Sequence = 9
	alien := checkpoint(list[9], private)
	alien.Organization = "org_2"
	unknown := checkpoint(list[9], private)
	unknown.KeyID = "audit_key_2"
	wide := expiry(list[2], list[4], private)
	wide.LastSequence = 5
	wide.Hash = list[5].Hash
	for name, line := range map[string][]byte{
		"another key": ptr(checkpoint(list[9], other)).Line(), "another number": moved.Line(), "another organization": alien.Line(), "an unknown key": unknown.Line(),
		"an expiry by another key": ptr(expiry(list[2], list[4], other)).Line(), "an expiry made wider": wide.Line(),
	} {
		report, err := chain.VerifyFile(bytes.NewReader(file(list, line)), keys)
		if err != nil || report.OK() || report.Faults[0].Kind != chain.Forged {
			t.Errorf("%s: %v, %+v", name, err, report)
		}
	}
	short := chain.Keys{"audit_key_1": []byte{1}}
	head := checkpoint(list[9], private)
	if report, err := chain.VerifyFile(bytes.NewReader(file(list, head.Line())), short); err != nil || report.OK() {
		t.Errorf("a short key: %v", err)
	}
}

// An expiry covers what it was signed for: it must not hide the loss of more.
func TestAnExpiryHidesNoMoreThanItSays(t *testing.T) {
	keys, private := keyPair()
	list := good(10)
	line := ptr(expiry(list[2], list[4], private)).Line()
	for name, c := range map[string]struct {
		records []chain.Record
		fault   int64
	}{
		"as signed":       {slices.Concat(list[:2], list[5:]), 0},
		"one more before": {slices.Concat(list[:1], list[5:]), 2},
		"one more behind": {slices.Concat(list[:2], list[6:]), 6},
		"only some of it": {slices.Concat(list[:2], list[4:]), 0},
		"elsewhere":       {slices.Concat(list[:6], list[7:]), 7},
	} {
		report, err := chain.VerifyFile(bytes.NewReader(file(c.records, line)), keys)
		if err != nil || report.OK() != (c.fault == 0) || c.fault > 0 && (report.Faults[0].Kind != chain.Removed || report.Faults[0].Sequence != c.fault) {
			t.Errorf("%s: %v, %+v", name, err, report.Faults)
		}
	}
}

// Lines that are no JSON are no reason to stop: an entry may have stood there.
func TestLinesThatCannotBeReadAreFaults(t *testing.T) {
	text := bytes.Replace(file(good(3)), []byte(`{"object"`), []byte(`{object`), 1)
	if report, err := chain.VerifyFile(bytes.NewReader(text), nil); err != nil || report.OK() || report.Faults[0].Line != 1 {
		t.Errorf("%v, %+v", err, report)
	}
}

// Keys are kept as the API lists them, or as lines.
func TestKeysAreReadAsTheAPIListsThem(t *testing.T) {
	keys, _ := keyPair()
	line := chain.KeyLine("audit_key_1", keys["audit_key_1"])
	for _, text := range [][]byte{line, append([]byte(`{"object":"list","data":[`), append(line, ']', '}')...)} {
		if got, err := chain.ParseKeys(text); err != nil || !got["audit_key_1"].Equal(keys["audit_key_1"]) {
			t.Errorf("%v, %v", got, err)
		}
	}
	if _, err := chain.ParseKeys([]byte(`{"object":"audit_log_key","id":"x","public_key":"AA=="}`)); err == nil {
		t.Error("a short key was accepted")
	}
}
