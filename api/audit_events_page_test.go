package api

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/audit/search"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// A program that reads the log must not see by the bytes of an entry on which of
// two ways it came.
func TestAnEntryIsWrittenAsTheListWritesIt(t *testing.T) {
	texts := []string{"", "Ada", "quote \" \\ / end", "line\nbreak\ttab", "<b>&amp;</b>", "Zoë \u2028 \u2029", "\x01\x7f\u0080", "𝄞", "\ufffd"}
	documents := []string{`{}`, `{"a": [1, 2.50, "x y"]}`, `{"html":"\u003cb\u003e & <i>","sep":"\u2028"}`, `{"s":"\\u003c \" \\"}`, "{\n\t\"deep\": {\"n\": null}\r\n}"}
	maybe := func() *string {
		if rand.IntN(3) == 0 {
			return nil
		}
		text := texts[rand.IntN(len(texts))]
		return &text
	}
	for range 500 {
		org, number := id.New[id.Organization](), rand.Int64()
		var targets []audit.Target
		for range rand.IntN(3) {
			targets = append(targets, audit.Target{Type: texts[rand.IntN(len(texts))], ID: texts[rand.IntN(len(texts))], Name: texts[rand.IntN(len(texts))]})
		}
		kept, err := json.Marshal(targets) // with <, > and & escaped
		if err != nil {
			t.Fatal(err)
		}
		row := db.FoundEntry{AuditEntry: db.AuditEntry{ID: id.New[id.Event](), Type: "user.created", Source: "application", OccurredAt: time.UnixMicro(rand.Int64N(4e15)), ActorKind: texts[rand.IntN(len(texts))],
			ActorID: maybe(), ActorName: maybe(), Targets: kept, IPAddress: maybe(), UserAgent: maybe(), RequestID: maybe(), Reference: maybe(), Data: []byte(documents[rand.IntN(len(documents))])}}
		if rand.IntN(2) == 0 {
			row.Organization = &org
		}
		if rand.IntN(2) == 0 {
			row.Position, row.Sequence, row.Hash, row.PreviousHash = &number, &number, []byte{0, 255, 3}, []byte{7}
		}
		found := search.Found{Event: audit.EventOfRow(&row.AuditEntry), Position: row.Position, Sequence: row.Sequence, Hash: row.Hash, PreviousHash: row.PreviousHash}
		want, err := wire.Encode(shownAuditEvent(found))
		if err != nil {
			t.Fatal(err)
		}
		if got := appendAuditEvent(nil, &row); string(got) != string(want) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	}
}

// The first page is answered on a way of its own where it is full: it must be the
// page that a list answers, and go on where that does.
func TestTheFirstPageIsAnsweredAsAnyOther(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org, other := w.organization("Halden"), w.organization("Other")
		for range 5 {
			w.record(org, appEvent("invoice.paid", ""))
			w.record(org, appEvent("invoice.sent", ""))
		}
		w.record(other, appEvent("invoice.paid", ""))
		for _, filter := range []string{"", "&actions=invoice.paid", "&actions=invoice.*", "&actions=invoice.paid,invoice.sent&order=normal"} {
			path := "/audit_logs/events?organization_id=" + org + filter
			all := w.must("GET", path+"&limit=100", "")
			first := w.must("GET", path+"&limit=2", "")
			var long, short struct {
				Data     []json.RawMessage `json:"data"`
				Metadata struct {
					Before, After *string
				} `json:"list_metadata"`
			}
			for r, into := range map[*reply]any{&all: &long, &first: &short} {
				if err := json.Unmarshal(r.body, into); err != nil {
					t.Fatal(err)
				}
			}
			if len(short.Data) != 2 || len(long.Data) < 5 || string(short.Data[0]) != string(long.Data[0]) || string(short.Data[1]) != string(long.Data[1]) {
				t.Errorf("%s: %s\nis not the beginning of %s", filter, first.body, all.body)
				continue
			}
			name, cursor := "after", short.Metadata.After
			if cursor == nil {
				name, cursor = "before", short.Metadata.Before
			}
			next := w.must("GET", path+"&limit=2&"+name+"="+*cursor, "")
			if want := string(long.Data[2]); next.get("data.0.id") == "" || string(next.body[:len(want)+len(`{"object":"list","data":[`)]) != `{"object":"list","data":[`+want {
				t.Errorf("%s goes on with %s, not %s", filter, next.body, want)
			}
		}
		if r := w.do("GET", "/audit_logs/events?limit=1&organization_id=org_01HZZZZZZZZZZZZZZZZZZZZZZZ", ""); r.status != 404 {
			t.Errorf("nobody's organization: %d %s", r.status, r.body)
		}
	})
}
