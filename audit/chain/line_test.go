package chain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

// slowText and slowJSON are quoted and raw, character by character.
func slowText(s string) string {
	b := []byte{'"'}
	for _, r := range s { // what is no UTF-8 is U+FFFD
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n' || r == '\r' || r == '\t':
			b = append(b, '\\', map[rune]byte{'\n': 'n', '\r': 'r', '\t': 't'}[r])
		case r < 0x20 || delicate(r):
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			b = append(b, string(r)...)
		}
	}
	return string(append(b, '"'))
}

func slowJSON(raw json.RawMessage) string {
	if raw = compact(raw); json.Valid(raw) {
		return string(shown(raw))
	}
	return slowText(string(raw))
}

func slowLine(r *Record) string {
	text := func(s *string) string {
		if s == nil {
			return "null"
		}
		return slowText(*s)
	}
	organization := "null"
	if r.Organization != "" {
		organization = slowText(r.Organization)
	}
	return fmt.Sprintf(`{"object":"audit_log_event","chain_version":1,"id":%s,"organization_id":%s,"sequence":%d,"previous_hash":"%x","hash":"%x","action":%s,"source":%s,`+
		`"occurred_at":"%s","recorded_at":"%s","retention_days":%d,"actor":{"type":%s,"id":%s,"name":%s},"targets":%s,`+
		`"context":{"location":%s,"user_agent":%s,"request_id":%s,"reference":%s},"data":%s}`,
		slowText(r.ID), organization, r.Sequence, r.PreviousHash[:], r.Hash[:], slowText(r.Type), slowText(r.Source),
		r.OccurredAt.UTC().Format(microseconds), r.RecordedAt.UTC().Format(microseconds), r.Retention, slowText(r.ActorKind), text(r.ActorID), text(r.ActorName), slowJSON(r.Targets),
		text(r.IPAddress), text(r.UserAgent), text(r.RequestID), text(r.Reference), slowJSON(r.Data))
}

// Files that customers keep must not differ by a byte from what is exported
// later, however a line is made.
func TestALineIsWhatItsPartsSay(t *testing.T) {
	texts := []string{"", "Ada", "<b>&amp;", "a \"b\" \\ c", "\x00\x1f\t\n\r\x7f", "é ü 漢 🙂", "\u0080\u009f\u00a0\u2027\u2028\u2029\u202a", "\xff\xc2\xe2\x80", "\ufffd"}
	values := []string{`{}`, `[]`, `{"a":1}`, `{"a":1,"b":[true,false,null,0,-1,1.5,1e9,"x"]}`, `{ "a" : 1 }`, "[1,\n2]", `{"a b":"c d"}`, `"text"`, `12`, `0`, `01`, `-`, `tru`, `nullx`, ``,
		`{`, `[1,]`, `{"a":1,}`, `{"a"}`, `{1:2}`, `[1 2]`, `"\u00e9\n\/\"\\"`, `"\u00g0"`, `"\x"`, `"\`, `"\u00e`, "\"\x01\"", "\"\x7f\"", "\"\u0085\"", "\"\u00a0\"", "\"\u2028\"", "\"\u2027\"",
		"\"\xe2\x80\"", "\"\xc2\"", "\"\xff\"", `{"a":{"b":{"c":[[[[1]]]]}}}`, string(bytes.Repeat([]byte("["), 40)) + string(bytes.Repeat([]byte("]"), 40)), `{"a":1}}`, `{}{}`}
	times := []time.Time{{}, time.Unix(0, 0), time.Date(2026, 11, 28, 3, 31, 11, 123456789, time.FixedZone("", 3600)), time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC),
		time.Date(2024, 2, 29, 0, 0, 0, 1000, time.UTC), time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}
	for i := range len(texts) * len(values) * len(times) {
		s, v, at := texts[i%len(texts)], json.RawMessage(values[i%len(values)]), times[i%len(times)]
		r := Record{Sequence: int64(i) - 5, PreviousHash: Hash{1, byte(i)}, Hash: Hash{byte(i)}, Entry: Entry{ID: s, Organization: s, Type: s, Source: s, ActorKind: s,
			Retention: int64(i), OccurredAt: at, RecordedAt: times[(i+1)%len(times)], Targets: json.RawMessage(values[(i+1)%len(values)]), Data: v}}
		for bit, column := range []**string{&r.ActorID, &r.ActorName, &r.IPAddress, &r.UserAgent, &r.RequestID, &r.Reference} {
			if i>>bit&1 == 1 {
				*column = &texts[(i+bit)%len(texts)]
			}
		}
		if got, want := string(r.Line()), slowLine(&r); got != want {
			t.Fatalf("%s\nis not\n%s", got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add([]byte(`{"a":[1,"\u00e9",null]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if clean(raw) && slowJSON(raw) != string(raw) {
			t.Fatalf("%q is taken for clean", raw)
		}
	})
}

func BenchmarkLine(b *testing.B) {
	agent, actor, address := "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "usr_0123456789", "203.0.113.7"
	r := Record{Entry: Entry{ID: "event_01K9ZZZZZZZZZZZZZZZZZZ0001", Organization: "org_01K9ZZZZZZZZZZZZZZZZZZZZZZ", Type: "user.signed_in", Source: "application", ActorKind: "user",
		ActorID: &actor, UserAgent: &agent, IPAddress: &address, OccurredAt: time.Now(), RecordedAt: time.Now(), Retention: 365,
		Targets: json.RawMessage(`[{"type":"session","id":"ses_12345"}]`), Data: json.RawMessage(`{"request_id":"req_01J8Z5K3N4","method":"password","mfa":true,"geo":"DE"}`)}}
	line := r.Line()
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		line = r.AppendLine(line[:0])
	}
}
