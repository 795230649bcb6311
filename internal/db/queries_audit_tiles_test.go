package db_test

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/migrations"
)

// A log of the years before tiles that its feed, its pages or a verifier did not
// find any more would be a log that is lost. Some of it says of itself that it
// was recorded before its ids were made.
func TestWhatWasNumberedBeforeTilesIsStillThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	raw, err := sql.Open("sqlite", "file:"+path+"?_time_format=sqlite")
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	files, err := fs.Sub(migrations.Files, "sqlite")
	if err != nil {
		t.Fatal(err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, raw, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), 6); err != nil {
		t.Fatal(err)
	}
	org, want := id.New[id.Organization](), []id.Event{}
	for i := range 4 {
		event := id.New[id.Event]()
		at := id.Time(event)
		switch i {
		case 1:
			at = at.Add(-1234567 * time.Nanosecond)
		case 2:
			at = at.Add(-899 * time.Millisecond)
		}
		exec(t, raw, `INSERT INTO audit_events (id, organization_id, type, occurred_at, recorded_at, retention, actor_kind, targets, data) VALUES (?, ?, 'user.created', ?, ?, 365, 'user', '[]', '{}')`, event, org, at, at)
		exec(t, raw, `INSERT INTO audit_positions (position, organization_id, sequence, event_id, type, recorded_at, retention, numbered_at, previous_hash, hash, terms) VALUES (?, ?, ?, ?, 'user.created', ?, 365, ?, ?, ?, ' a:user.created w:ada ')`,
			i+1, org, i+1, event, at, at, bytes32(i), bytes32(i+1))
		want = append(want, event)
		time.Sleep(time.Millisecond)
	}
	exec(t, raw, "DELETE FROM audit_pending")
	address := "sqlite:" + path
	if err := db.Migrate(t.Context(), db.Options{URL: address}); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), db.Options{URL: address})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	err = d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
		checkOldTiles(t, tx, org, want)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func checkOldTiles(t *testing.T, tx *db.AllTx, org id.Organization, want []id.Event) {
	feed, err := db.ListNumbered(tx, db.NumberedQuery{Limit: 10, Organization: org})
	links, linking := db.ListLinks(tx, &org, 0, 10)
	s := db.AuditSearch{Organization: org, Needs: [][]db.AuditTerm{{{Term: "w:a", Prefix: true}}, {{Term: "a:user.created"}}}, Since: time.Unix(0, 0), Before: time.Now().Add(time.Hour), Low: "event_0", High: "event_Z", Limit: 10}
	found, finding := db.FindAudit(tx, s)
	page, paging := db.GetAudit(tx, s, want)
	if err := errors.Join(err, linking, finding, paging); err != nil {
		t.Fatal(err)
	}
	if len(feed) != len(want) || len(links) != len(want) || len(page) != len(want) || !slices.Equal(found, want) {
		t.Fatalf("%d in the feed, %d links, %d of a page, found %v, want %v", len(feed), len(links), len(page), found, want)
	}
	for i, event := range want {
		at, err := db.PositionOf(tx, event)
		if err != nil || at != int64(i+1) || feed[i].ID != event || page[i].Sequence == nil || *page[i].Sequence != at || links[i].Torn || links[i].Entry == nil || links[i].EventID != event ||
			!slices.Equal(links[i].Hash, bytes32(i+1)) || !links[i].Finds([]string{"a:user.created", "w:ada"}) {
			t.Errorf("%d: at %d (%v), %+v, %+v, %+v", i, at, err, feed[i], links[i], page[i])
		}
	}
}

// A time that is up is up for entries and not for rows: a tile that outlived
// some of its entries would be a link of what nobody can show, and a batch that is
// as long as a run would keep everybody from signing in.
func TestExpiredTilesGoWithAllOfTheirEntriesInSmallBatches(t *testing.T) {
	d := dbtest.SQLite(t)
	_, conn := d.Pools()
	org, other := id.New[id.Organization](), id.New[id.Organization]()
	begin := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -40)
	tile := func(org id.Organization, position, sequence, n int, at time.Time, days int) {
		var events []string
		for i := range n {
			event := id.Event(fmt.Sprintf("%s%04d", id.Lowest[id.Event](at)[:len(id.Lowest[id.Event](at))-4], position+i))
			events = append(events, `"`+string(event)+`"`)
			exec(t, conn, `INSERT INTO audit_events (id, organization_id, type, occurred_at, recorded_at, retention, actor_kind, targets, data) VALUES (?, ?, 'x', ?, ?, ?, 'user', '[]', '{}')`, event, org, at, at, days)
		}
		exec(t, conn, `INSERT INTO audit_tiles (position, last_position, organization_id, sequence, last_sequence, recorded_at, last_recorded_at, retention, numbered_at, events, types, previous_hash, hashes, terms)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '[]', ?, ?, ' ')`, position, position+n-1, org, sequence, sequence+n-1, at, at.Add(900*time.Millisecond), days, at, "["+strings.Join(events, ",")+"]", bytes32(sequence-1), slices.Concat(make([]byte, 32*(n-1)), bytes32(sequence+n-1)))
	}
	tile(org, 1, 1, 100, begin, 30)
	tile(org, 101, 101, 100, begin.Add(time.Minute), 30)
	tile(other, 201, 1, 5, begin.Add(2*time.Minute), 30)
	tile(org, 206, 201, 1, begin.Add(3*time.Minute), 365) // a gap between runs
	tile(org, 207, 202, 128, begin.Add(4*time.Minute), 30)
	over := begin.AddDate(0, 0, 1)
	tile(org, 335, 330, 2, over.Add(-500*time.Millisecond), 30) // over midnight
	expired := func() (runs []db.AuditRun) {
		err := d.ReadDeployment(t.Context(), func(tx *db.AllTx) (err error) {
			runs, err = db.ExpiredAuditRuns(tx, 30, over, 1000)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return runs
	}
	runs := expired()
	want := []string{fmt.Sprint(org, 1, 200), fmt.Sprint(org, 202, 329), fmt.Sprint(other, 1, 5)}
	var got []string
	for _, r := range runs {
		got = append(got, fmt.Sprint(*r.Organization, r.FirstSequence, r.LastSequence))
		if !slices.Equal(r.PreviousHash, bytes32(int(r.FirstSequence-1))) || !slices.Equal(r.Hash, bytes32(int(r.LastSequence))) {
			t.Errorf("%+v", r)
		}
	}
	slices.Sort(want)
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for _, r := range runs {
		batches := 0
		for {
			n, err := d.DeleteAuditRun(t.Context(), r, 120)
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				break
			}
			batches++
			var torn int
			if err := conn.QueryRow("SELECT (SELECT count(*) FROM audit_events) - (SELECT sum(last_position - position + 1) FROM audit_tiles)").Scan(&torn); err != nil || torn != 0 {
				t.Errorf("entries and what tiles say of them differ by %d (%v)", torn, err)
			}
		}
		if long := r.LastSequence - r.FirstSequence; batches != 1+int(long/150) {
			t.Errorf("%d batches of a run of %d", batches, long+1)
		}
	}
	var left int
	if err := conn.QueryRow("SELECT count(*) FROM audit_events").Scan(&left); err != nil || left != 3 || len(expired()) != 0 {
		t.Errorf("%d entries are left, want 3 (%v)", left, err)
	}
}

func bytes32(n int) []byte {
	b := make([]byte, 32)
	b[0], b[31] = byte(n), byte(n>>8)
	return b
}

func exec(t *testing.T, conn *sql.DB, query string, args ...any) {
	t.Helper()
	if _, err := conn.Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}
