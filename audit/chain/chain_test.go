package chain_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"gatehouse/audit/chain"
)

var update = flag.Bool("update", false, "write the golden files anew")

const org = "org_01K9ZZZZZZZZZZZZZZZZZZZZZZ"

var at = time.Date(2026, 11, 28, 3, 31, 11, 123456000, time.UTC)

func entry(n int) chain.Entry {
	name, agent := "ada@halden.example", "Mozilla/5.0 \x1b[31m \u2028 é"
	return chain.Entry{
		Organization: org, ID: fmt.Sprintf("event_01K9ZZZZZZZZZZZZZZZZZZ%04d", n), Type: "user.created", Source: "gatehouse",
		OccurredAt: at.Add(time.Duration(n) * time.Second), RecordedAt: at.Truncate(time.Millisecond).Add(time.Duration(n) * time.Second), Retention: 365,
		ActorKind: "user", ActorID: &name, ActorName: nil, Targets: json.RawMessage(`[{"type":"user","id":"user_1","name":"<b>"}]`),
		UserAgent: &agent, Data: json.RawMessage(fmt.Sprintf(`{"n":%d,"text":"a \u003c b"}`, n)),
	}
}

// good is a chain of n entries.
func good(n int) []chain.Record {
	list, previous := make([]chain.Record, n), chain.Zero
	for i := range list {
		list[i] = chain.Next(entry(i+1), int64(i), previous)
		previous = list[i].Hash
	}
	return list
}

// The canonical form is what chains that exist were made of: a byte that
// changes here makes every customer's log look tampered with.
func TestDigestsAndLinksStayWhatTheyAre(t *testing.T) {
	var got bytes.Buffer
	for _, r := range good(3) {
		fmt.Fprintf(&got, "%s\n%s\n%s\n", r.Digest(), r.Hash, r.Line())
	}
	empty := ""
	var bare chain.Entry
	fmt.Fprintln(&got, bare.Digest())
	for _, field := range []**string{&bare.ActorID, &bare.ActorName, &bare.IPAddress, &bare.UserAgent, &bare.RequestID, &bare.Reference} {
		*field = &empty
		fmt.Fprintln(&got, bare.Digest())
	}
	const file = "testdata/chain.golden"
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(want, got.Bytes()) {
		t.Errorf("differs from %s (%v); -update writes it, and breaks every chain there is:\n%s", file, err, got.String())
	}
}

// Every column counts: one that the digest left out could be changed unseen.
func TestEveryColumnIsInTheDigest(t *testing.T) {
	x := "x"
	changes := map[string]func(*chain.Entry){
		"organization": func(e *chain.Entry) { e.Organization = "org_2" }, "id": func(e *chain.Entry) { e.ID = x }, "type": func(e *chain.Entry) { e.Type = x },
		"source": func(e *chain.Entry) { e.Source = "application" }, "occurred_at": func(e *chain.Entry) { e.OccurredAt = e.OccurredAt.Add(time.Microsecond) },
		"recorded_at": func(e *chain.Entry) { e.RecordedAt = e.RecordedAt.Add(time.Microsecond) }, "retention": func(e *chain.Entry) { e.Retention = 30 },
		"actor_kind": func(e *chain.Entry) { e.ActorKind = "system" }, "actor_id": func(e *chain.Entry) { e.ActorID = nil }, "actor_name": func(e *chain.Entry) { e.ActorName = &x },
		"targets": func(e *chain.Entry) { e.Targets = json.RawMessage(`[]`) }, "ip_address": func(e *chain.Entry) { e.IPAddress = &x }, "user_agent": func(e *chain.Entry) { e.UserAgent = &x },
		"request_id": func(e *chain.Entry) { e.RequestID = &x }, "reference": func(e *chain.Entry) { e.Reference = &x }, "data": func(e *chain.Entry) { e.Data = json.RawMessage(`{}`) },
	}
	seen := map[chain.Hash]string{}
	for name, change := range changes {
		e := entry(1)
		change(&e)
		digest := e.Digest()
		if other := seen[digest]; other != "" || digest == ptr(entry(1)).Digest() {
			t.Errorf("a change of %s is not seen (%s)", name, other)
		}
		seen[digest] = name
	}
	moved := entry(1) // what leaves one text must not be able to enter the next
	moved.Type, moved.Source = "user.createdgate", "house"
	if moved.Digest() == ptr(entry(1)).Digest() {
		t.Error("texts run into one another")
	}
}

func ptr[T any](v T) *T { return &v }

// A customer keeps the lines and nothing else: they must hold all that the hash
// is over, on one line whatever the entry says.
func TestALineIsTheRecord(t *testing.T) {
	for _, r := range good(3) {
		line := r.Line()
		if bytes.ContainsAny(line, "\n\r\x1b\x7f") || strings.ContainsAny(string(line), "\u2028\u2029\u0085") || !json.Valid(line) {
			t.Errorf("not one line of JSON: %q", line)
		}
		back, err := chain.ParseRecord(line)
		if err != nil || !back.Holds() || back.Hash != r.Hash || !bytes.Equal(back.Line(), line) {
			t.Errorf("%v, holds %t: %s", err, back.Holds(), line)
		}
		var loose any // members in another order, with whitespace
		_ = json.Unmarshal(line, &loose)
		if back, err = chain.ParseRecord(bytes.Replace(line, []byte(`,"`), []byte(` , "`), 1)); err != nil || !back.Holds() {
			t.Errorf("with whitespace: %v", err)
		}
	}
}

// Two readers must see the same entry in a line, or one shows what the other
// did not check.
func TestALineThatSaysTwoThingsIsRefused(t *testing.T) {
	line := string(ptr(good(1)[0]).Line())
	for name, doctored := range map[string]string{
		"data twice":          strings.Replace(line, `"data":`, `"data":{"evil":1},"data":`, 1),
		"Data and data":       strings.Replace(line, `"data":`, `"Data":{"evil":1},"data":`, 1),
		"data and DATA":       line[:len(line)-1] + `,"DATA":{"n":1,"text":"a \u003c b"}}`,
		"another member":      line[:len(line)-1] + `,"comment":"approved by the auditor"}`,
		"an actor's member":   strings.Replace(line, `"actor":{`, `"actor":{"email":"x",`, 1),
		"a finer time":        strings.Replace(line, `.123456Z"`, `.123456999Z"`, 1),
		"no hash":             strings.Replace(line, `"hash"`, `"hush"`, 1),
		"another version":     strings.Replace(line, `"chain_version":1`, `"chain_version":2`, 1),
		"a short hash":        strings.Replace(line, `"previous_hash":"00`, `"previous_hash":"`, 1),
		"something behind it": line + line,
	} {
		if _, err := chain.ParseRecord([]byte(doctored)); err == nil || doctored == line {
			t.Errorf("%s is accepted", name)
		}
	}
}

func FuzzLine(f *testing.F) {
	f.Add("user.created", "Mozilla/5.0 \x00\x1b\xff\u2028", `{"a":"\u2028"}`, `[ {"id" : "x"} ]`, int64(1), int64(1732764671123456))
	f.Add("", "", ``, `{`, int64(-1), int64(0))
	f.Fuzz(func(t *testing.T, kind, agent, data, targets string, sequence, micros int64) {
		moment := time.UnixMicro(micros % 250_000_000_000_000_000).UTC()
		if moment.Year() < 0 || moment.Year() > 9999 {
			return
		}
		r := chain.Next(chain.Entry{Type: kind, ActorKind: agent, UserAgent: &agent, Reference: &kind, OccurredAt: moment, RecordedAt: moment,
			Targets: json.RawMessage(targets), Data: json.RawMessage(data)}, sequence, chain.Zero)
		line := r.Line()
		if !json.Valid(line) || bytes.ContainsAny(line, "\n\r\x1b") {
			t.Fatalf("not one line of JSON: %q", line)
		}
		back, err := chain.ParseRecord(line)
		if err != nil {
			t.Fatal(err)
		}
		if json.Valid([]byte(data)) && json.Valid([]byte(targets)) && !back.Holds() {
			t.Fatalf("does not hold: %q", line)
		}
		if again := back.Line(); !bytes.Equal(again, line) {
			t.Fatalf("%q became %q", line, again)
		}
	})
}

func FuzzVerifyFile(f *testing.F) {
	var file bytes.Buffer
	for _, r := range good(3) {
		file.Write(append(r.Line(), '\n'))
	}
	f.Add(file.Bytes())
	f.Add([]byte(`{"object":"audit_log_checkpoint","sequence":-1,"hash":"` + strings.Repeat("0", 64) + `"}`))
	f.Add([]byte(`{"object":"audit_log_expiry","first_sequence":9,"last_sequence":1}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		report, err := chain.VerifyFile(bytes.NewReader(text), nil)
		if err == nil && report.OK() && len(report.Chains) > 0 && !bytes.Contains(text, []byte("audit_log")) {
			t.Error("a chain came from nowhere")
		}
	})
}

// keyPair is the key of the tests.
func keyPair() (chain.Keys, ed25519.PrivateKey) {
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	return chain.Keys{"audit_key_1": private.Public().(ed25519.PublicKey)}, private
}
