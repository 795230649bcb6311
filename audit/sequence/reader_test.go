package sequence_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/audit/chain"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

// lines reads the log of an organization, or of all, in pieces of so many bytes.
func lines(t *testing.T, d *db.DB, org id.Organization, bytes int) (all []string) {
	t.Helper()
	r := audit.Reader{Query: audit.FeedQuery{Organization: org}, Bytes: bytes, Line: func(b []byte, p *audit.Placed) []byte { return append(p.AppendLine(b), '\n') }}
	err := d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
		for end := false; !end; {
			piece, read, last, err := r.Next(tx, nil, 100)
			if err != nil {
				return err
			}
			if n := strings.Count(string(piece), "\n"); n != read || !last && read == 0 {
				t.Fatalf("%d lines of %d entries", n, read)
			}
			all, end = append(all, strings.SplitAfter(string(piece), "\n")[:read]...), last
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// written are entries in which each column that may be null is, and is not.
func written(org id.Organization, n int, at time.Time) []audit.Event {
	texts := []string{"", "Ada \"Lovelace\"", "203.0.113.7", "Mozilla/5.0 <\u2028> é \x7f", "漢"}
	list := make([]audit.Event, n)
	for i := range list {
		key := id.New[id.Event]()
		e := audit.Event{ID: key, Type: "invoice.paid", Source: audit.Application, OccurredAt: at.Add(time.Duration(i) * 1234567 * time.Microsecond).UTC(), RecordedAt: id.Time(key),
			Retention: 365, ActorKind: "user", Targets: []audit.Target{}, Data: json.RawMessage(fmt.Sprintf(`{ "n" : %d, "t":"a b \u00e9 é  \u2028"}`, i))}
		for bit, column := range []**string{&e.ActorID, &e.ActorName, &e.IPAddress, &e.UserAgent, &e.RequestID, &e.Reference} {
			if i>>bit&1 == 1 {
				*column = &texts[(i+bit)%len(texts)]
			}
		}
		for range i % 3 {
			e.Targets = append(e.Targets, audit.Target{Type: "invoice", ID: fmt.Sprint("inv_", i)})
		}
		e.OrganizationID = &org
		list[i] = e
	}
	return list
}

func insert(t *testing.T, d *db.DB, org id.Organization, list []audit.Event) {
	t.Helper()
	err := d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) error { return db.MaybeTable[audit.Event, id.Event]{}.InsertAll(tx, list) })
	if err != nil {
		t.Fatal(err)
	}
	numberAll(t, d)
}

// What is read as it streams from the database must be, byte for byte, the line
// of what was written: the offline verifier and files that customers keep hold
// us to it.
func TestTheLogsLinesAreThoseOfWhatWasWritten(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, b := id.New[id.Organization](), id.New[id.Organization]()
		early := written(a, 3, time.Now()) // numbered last: they committed late
		mine := written(a, 70, time.Date(2026, 11, 28, 3, 31, 11, 0, time.UTC))
		insert(t, d, a, mine)
		record(t, d, &b, 20)
		insert(t, d, a, early)
		mine = append(mine, early...)
		previous := chain.Zero
		want := make([]string, len(mine))
		for i := range mine {
			record := chain.Next(audit.ChainEntry(&mine[i], nil), int64(i), previous)
			want[i], previous = string(record.Line())+"\n", record.Hash
		}
		for _, size := range []int{1, 5000, 1 << 20} {
			got := lines(t, d, a, size)
			for i := range want {
				if len(got) != len(want) || got[i] != want[i] {
					t.Fatalf("pieces of %d bytes: line %d of %d is\n%swhere\n%swas written", size, i, len(got), got[min(i, len(got)-1)], want[i])
				}
			}
			all := lines(t, d, "", size)
			if len(all) != len(want)+20 || !slices.Equal(slices.DeleteFunc(all, func(l string) bool { return !strings.Contains(l, string(a)) }), want) {
				t.Errorf("pieces of %d bytes of all: %d lines", size, len(all))
			}
		}
		if result := verify(t, d); result.Count != 0 {
			t.Errorf("%+v", result.Faults)
		}
	})
}

// A page that is short because somebody took entries is not the end of the log:
// who follows it would go on at the head, and miss what lies between.
func TestEntriesThatSomebodyTookDoNotEndTheFeed(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := id.New[id.Organization]()
		record(t, d, &org, 60)
		numberAll(t, d)
		all := feed(t, d)
		for _, n := range all[10:40] {
			tamper(t, d, "DELETE FROM audit_events WHERE id = '"+string(n.ID)+"'")
		}
		left := slices.Concat(all[:10], all[40:])
		err := d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
			for _, limit := range []int{1, 7, 20, 60} {
				for after := range 60 {
					rows, err := audit.Feed(tx, audit.FeedQuery{After: int64(after), Limit: limit})
					want := slices.DeleteFunc(slices.Clone(left), func(n audit.Numbered) bool { return n.Position <= int64(after) })
					if want = want[:min(limit, len(want))]; err != nil || !same(rows, want) {
						t.Fatalf("%d after %d: %d entries, not %d: %v", limit, after, len(rows), len(want), err)
					}
					rows, err = audit.Feed(tx, audit.FeedQuery{Until: int64(after + 1), Limit: limit, Newest: true})
					want = slices.DeleteFunc(slices.Clone(left), func(n audit.Numbered) bool { return n.Position > int64(after+1) })
					slices.Reverse(want)
					if want = want[:min(limit, len(want))]; err != nil || !same(rows, want) {
						t.Fatalf("%d from %d back: %d entries, not %d: %v", limit, after+1, len(rows), len(want), err)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := lines(t, d, org, 2000); len(got) != len(left) {
			t.Errorf("%d lines of %d", len(got), len(left))
		}
	})
}

func same(a, b []audit.Numbered) bool {
	return slices.EqualFunc(a, b, func(a, b audit.Numbered) bool {
		return a.ID == b.ID && a.Position == b.Position && string(a.Hash) == string(b.Hash)
	})
}
