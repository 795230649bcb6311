package scim

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
	"gatehouse/scim/directory"
	"gatehouse/tenants"
)

// opened is a directory with its token, as a request finds it.
func opened(t *testing.T, d *db.DB) *db.SCIMToken {
	t.Helper()
	token, _ := openedBy(t, d)
	return token
}

// openedBy is that, with the token's value.
func openedBy(t *testing.T, d *db.DB) (token *db.SCIMToken, value string) {
	t.Helper()
	err := d.Tx(t.Context(), actor.System("test"), func(tx *db.Tx) error {
		o, err := tenants.Create(tx, tenants.New{Name: "Halden Marine"})
		if err != nil {
			return err
		}
		return tx.In(o.ID, func(tx *db.OrgTx) error {
			_, issued, err := directory.Create(tx, directory.New{Type: directory.Okta})
			if err == nil {
				value = issued.Value
			}
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if token, err = d.LocateSCIMToken(t.Context(), seal.Hash(value)); err != nil {
		t.Fatal(err)
	}
	return token, value
}

func asRow(t *db.SCIMToken, d *db.DB) *directory.Request {
	return &directory.Request{ID: id.New[id.SCIMRequest](), DirectoryID: t.DirectoryID, TokenID: &t.ID, RequestID: "req_1", Method: "GET", Path: "/Users", Operation: "users.listed",
		Outcome: directory.Read, Status: 200, Reason: "Because.", CreatedAt: d.Clock()}
}

func countOf(t *testing.T, d *db.DB, token *db.SCIMToken) int {
	t.Helper()
	n := 0
	err := d.ReadOrg(t.Context(), token.OrganizationID, func(tx *db.OrgTx) error {
		q := directory.RequestQuery{Page: db.Page{Limit: 100}}
		for {
			list, next, err := directory.Requests(tx, token.DirectoryID, q)
			n += len(list)
			if err != nil || next.After == "" {
				return err
			}
			q.After = next.After
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A request that was answered is in the record, however many come at once, and
// also when the server stops right after it.
func TestEveryRequestIsWritten(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		r := NewRecorder(d, slog.New(slog.DiscardHandler))
		a, b := opened(t, d), opened(t, d)
		const each = 700 // more than one go takes
		var wg sync.WaitGroup
		for _, token := range []*db.SCIMToken{a, b} {
			for range 7 {
				wg.Go(func() {
					for range each / 7 {
						r.record(t.Context(), token, asRow(token, d))
					}
				})
			}
		}
		wg.Wait()
		if err := r.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, token := range []*db.SCIMToken{a, b} {
			if n := countOf(t, d, token); n != each {
				t.Errorf("%d of %d", n, each)
			}
		}
		// After the flush the last requests of a server that stops still count.
		r.record(t.Context(), a, asRow(a, d))
		if err := r.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := countOf(t, d, a); n != each+1 {
			t.Errorf("%d of %d after the end", n, each+1)
		}
	})
}

// Somebody who watches the first sync sees it within a second; an idle server
// does nothing.
func TestRequestsAreWrittenSoon(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		r := NewRecorder(d, slog.New(slog.DiscardHandler))
		token := opened(t, d)
		r.record(t.Context(), token, asRow(token, d))
		time.Sleep(time.Second)
		if n := countOf(t, d, token); n != 1 {
			t.Errorf("%d after a second", n)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.running {
			t.Error("it still works with nothing to write")
		}
	})
}

// A directory that is deleted while its last requests wait takes its own along
// and nobody else's.
func TestADeletedDirectoryTakesNobodysRequestsAlong(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		r := NewRecorder(d, slog.New(slog.DiscardHandler))
		gone, there := opened(t, d), opened(t, d)
		err := d.InOrg(t.Context(), gone.OrganizationID, actor.System("test"), func(tx *db.OrgTx) error {
			row, err := directory.Get(tx, gone.DirectoryID)
			if err != nil {
				return err
			}
			return directory.Delete(tx, row)
		})
		if err != nil {
			t.Fatal(err)
		}
		r.record(t.Context(), gone, asRow(gone, d))
		r.record(t.Context(), there, asRow(there, d))
		if err := r.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := countOf(t, d, there); n != 1 {
			t.Errorf("%d requests of the other directory", n)
		}
	})
}

// A token's last use is known to the minute and writes no more than that.
func TestTheUseOfATokenIsNoted(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		r := NewRecorder(d, slog.New(slog.DiscardHandler))
		token := opened(t, d)
		now := d.Clock()
		r.used(token, now)
		token.LastUsedAt, token.Directory.LastSyncedAt = &now, &now
		r.used(token, now.Add(59*time.Second)) // too soon
		if err := r.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		err := d.ReadOrg(t.Context(), token.OrganizationID, func(tx *db.OrgTx) error {
			list, err := directory.Tokens(tx, token.DirectoryID)
			if err != nil || list[0].LastUsedAt == nil || !list[0].LastUsedAt.Equal(now) || !list[0].UpdatedAt.Before(now) {
				t.Errorf("%+v, %v", list[0], err)
			}
			row, err := directory.Get(tx, token.DirectoryID)
			if err == nil && (row.LastSyncedAt == nil || !row.LastSyncedAt.Equal(now)) {
				t.Errorf("last synced %v", row.LastSyncedAt)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// A provider that runs wild must not take the database from the others.
func TestADirectoryWaitsForItself(t *testing.T) {
	var l turns
	var wild, other id.Directory = "directory_wild", "directory_other"
	var ends []func()
	for range atOnce {
		end, err := l.take(t.Context(), wild)
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, end)
	}
	impatient, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := l.take(impatient, wild); err == nil {
		t.Error("one more than there are places")
	}
	end, err := l.take(t.Context(), other)
	if err != nil {
		t.Fatal("another directory waits too:", err)
	}
	end()
	got := make(chan error)
	go func() {
		end, err := l.take(t.Context(), wild)
		if err == nil {
			end()
		}
		got <- err
	}()
	for _, end := range ends {
		end()
	}
	if err := <-got; err != nil {
		t.Error("whoever waited did not get their turn:", err)
	}
	if len(l.lines) != 0 {
		t.Errorf("%d lines are left", len(l.lines))
	}
}

// A line without an end would hold a connection for each.
func TestALineHasAnEnd(t *testing.T) {
	var l turns
	l.lines = map[id.Directory]*line{"directory_wild": {places: make(chan struct{}, atOnce), in: inLine}}
	_, err := l.take(t.Context(), "directory_wild")
	if p := problem.As(err); p == nil || p.Status() != 429 || p.RetryAfter == 0 {
		t.Errorf("%v", err)
	}
}
