package ingest

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"gatehouse/internal/problem"
)

const valid = `{"organization_id":"org_1","event":{"action":"invoice.paid","occurred_at":"2026-01-15T12:00:00.123456789+02:00","version":2,` +
	`"actor":{"id":"u","type":"user","name":"A\u0064a \ud83d\ude00 \"q\"","metadata":{"n":-1.5e3,"b":true,"s":"x\ny"}},` +
	`"targets":[{"id":"t","type":"team","metadata":{"k":"v"}},{"id":"t2","type":"team"}],"context":{"location":"203.0.113.7","user_agent":null},"metadata":null,"later":{"a":[1,{"b":null}]}}}`

// What was decoded is written: each word of an entry must be the one that came.
func TestAnEventIsReadAsItCame(t *testing.T) {
	r, err := Decode([]byte(valid))
	if err != nil {
		t.Fatal(err)
	}
	e := r.Events[0]
	if r.Organization != "org_1" || r.Many || e.Action != "invoice.paid" || e.Version != 2 || e.Actor.Name != `Ada 😀 "q"` || e.OccurredAt.Format("2006-01-02T15:04:05.999999999Z07:00") != "2026-01-15T10:00:00.123456Z" {
		t.Errorf("%+v", e)
	}
	if got := string(e.data()); got != `{"actor_metadata":{"n":-1.5e3,"b":true,"s":"x\ny"},"target_metadata":[{"k":"v"},{}]}` {
		t.Errorf("data %s", got)
	}
	if got := string(e.targets()); got != `[{"type":"team","id":"t"},{"type":"team","id":"t2"}]` {
		t.Errorf("targets %s", got)
	}
}

// A reader that is lenient where another is strict lets an attacker write an
// entry that the two read differently.
func TestBadBodiesAreRefused(t *testing.T) {
	for name, body := range map[string]string{
		"nothing": "", "no object": `[1]`, "behind it": valid + "x", "half": valid[:len(valid)-3], "a member twice": strings.Replace(valid, `"version":2`, `"version":2,"version":3`, 1),
		"a member twice, escaped": strings.Replace(valid, `"version":2`, `"version":2,"\u0076ersion":3`, 1), "a comma too many": strings.Replace(valid, `"version":2,`, `"version":2,,`, 1),
		"a trailing comma": strings.Replace(valid, `"team"}]`, `"team"},]`, 1), "NUL": strings.Replace(valid, "A\\u0064a", "A\\u0000a", 1), "half a pair": strings.Replace(valid, `\ude00`, ``, 1),
		"no UTF-8": strings.Replace(valid, "invoice", "\xff", 1), "a raw line break": strings.Replace(valid, "invoice", "in\nvoice", 1), "a number with a zero before it": strings.Replace(valid, `"version":2`, `"version":02`, 1),
		"too deep": strings.Replace(valid, `[1,`, strings.Repeat("[", 40)+"1"+strings.Repeat("]", 40)+`,"c":[`, 1), "event and events": strings.Replace(valid, `"event"`, `"events":[],"event"`, 1),
	} {
		if _, err := Decode([]byte(body)); problem.As(err) == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whoever gets "invalid" and no place looks for an hour.
func TestFaultsNameTheirPlace(t *testing.T) {
	for place, replace := range map[string][2]string{
		"/action": {`"invoice.paid"`, `"invoice paid"`}, "/occurred_at": {`2026-01-15T`, `2026-13-15T`}, "/version": {`:2,`, `:2.5,`}, "/actor": {`"actor":{`, `"actor":7,"x":{`},
		"/actor/id": {`"id":"u"`, `"id":""`}, "/actor/metadata/n": {`-1.5e3`, `[1]`}, "/targets/1/type": {`"t2","type":"team"`, `"t2"`}, "/targets/0/metadata/k": {`"v"`, `"` + strings.Repeat("v", 501) + `"`},
		"/targets": {`"targets":[`, `"targets":"none","x":[`}, "/context/location": {`"203.0.113.7"`, `5`}, "/actor/metadata": {`"s":`, `"` + strings.Repeat("s", 41) + `":`}, "/actor/name": {`A\u0064a`, strings.Repeat("A", 256)},
	} {
		_, err := Decode([]byte(strings.Replace(valid, replace[0], replace[1], 1)))
		p := problem.As(err)
		if p == nil || !errors.Is(err, ErrEvent) {
			t.Errorf("%s: %v", place, err)
			continue
		}
		if list := p.Fields["errors"].([]Fault); list[0].Path != place || list[0].Code == "" {
			t.Errorf("%s: %+v", place, list)
		}
	}
}

// Whatever comes from outside must neither stop the server nor be written as
// something that is no JSON, and what encoding/json cannot read is no request.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(valid))
	f.Add([]byte(`{"organization_id":"o","events":[{"action":"a","occurred_at":"2026-01-15T12:00:00Z","actor":{"id":"u","type":"t"},"targets":[{"id":"t","type":"t"}]}]}`))
	f.Add([]byte(`{"event":{"metadata":{"\ud800":1e999}}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := Decode(body)
		if err != nil {
			if problem.As(err) == nil {
				t.Fatalf("%v is no problem", err)
			}
			return
		}
		if !json.Valid(body) || !utf8.Valid(body) {
			t.Fatalf("it was taken: %q", body)
		}
		for i := range r.Events {
			if data := r.Events[i].data(); !json.Valid(data) || !utf8.Valid(data) {
				t.Fatalf("data %q", data)
			}
			if targets := r.Events[i].targets(); !json.Valid(targets) {
				t.Fatalf("targets %q", targets)
			}
		}
	})
}

// An organization that writes entries of a megabyte must not make whoever
// follows the log hold hundreds of those in memory.
func TestAnEventHasABoundedSize(t *testing.T) {
	many := make([]string, 100)
	for i := range many {
		many[i] = `{"id":"t","type":"team","metadata":{"a":"` + strings.Repeat("x", 500) + `","b":"` + strings.Repeat("x", 500) + `"}}`
	}
	body := func(metadata string) []byte {
		return []byte(`{"organization_id":"org_1","event":{"action":"a","occurred_at":"2026-01-15T12:00:00Z","actor":{"id":"u","type":"user"},"targets":[` + strings.Join(many, ",") + `],"later":"` + metadata + `"}}`)
	}
	if _, err := Decode(body("")); err != nil {
		t.Errorf("a hundred targets: %v", err)
	}
	var p *problem.Error
	if _, err := Decode(body(strings.Repeat("x", maxEvent))); !errors.As(err, &p) || !strings.Contains(p.Message, "256 KB") {
		t.Errorf("more than 256 KB: %v", err)
	}
}
