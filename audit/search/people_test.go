package search_test

import (
	"log/slog"
	"sync"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/audit/search"
	"gatehouse/audit/sequence"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/users"
)

// The number of people who came in within 30 days is what an operator is
// billed by and reports: somebody who comes in often is one person, whoever
// stays away for 30 days is none, an operator who acts as somebody is nobody,
// and several processes that count, or count again, change nothing.
func TestActivePeopleAreCountedOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		now := start
		d.Now = func() time.Time { return now }
		who, people := actor.System("test"), make([]id.User, 4)
		do := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		do(d.Tx(t.Context(), who, func(tx *db.Tx) error {
			for i := range people {
				u, err := users.Create(tx, users.New{Email: string(rune('a'+i)) + "@a.example"})
				if err != nil {
					return err
				}
				people[i] = u.ID
			}
			return nil
		}))
		sequencer := &sequence.Sequencer{DB: d, Log: slog.New(slog.DiscardHandler)}
		rollups := &search.Rollups{DB: d}
		// Who comes in on which day, and how many are active then.
		came := map[int][]int{0: {0, 0, 1}, 10: {0}, 29: {2}, 41: {1}, 75: {3}, 103: {3}}
		want := map[int]int64{0: 2, 10: 2, 29: 3, 30: 2, 39: 2, 40: 1, 41: 2, 59: 1, 70: 1, 71: 0, 75: 1, 103: 1, 132: 1, 133: 0}
		for day := range 134 {
			now = start.AddDate(0, 0, day)
			do(d.Tx(t.Context(), who, func(tx *db.Tx) error {
				for _, i := range came[day] {
					if err := audit.RecordDeployment(tx, audit.BrowserSessionStarted{User: people[i], Method: "password"}); err != nil {
						return err
					}
				}
				if day == 50 {
					return audit.RecordDeployment(tx, audit.BrowserSessionStarted{User: people[3], Method: "impersonation"})
				}
				return nil
			}))
			if len(came[day]) > 0 || day == 50 {
				_, err := sequencer.Once(t.Context())
				do(err)
				var both sync.WaitGroup
				for range 2 {
					both.Go(func() {
						if _, err := rollups.People(t.Context()); err != nil {
							t.Error(err)
						}
					})
				}
				both.Wait()
			}
			number, asked := want[day]
			if !asked {
				continue
			}
			do(d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
				a, err := search.MonthlyActive(tx, 26)
				if got, known := a.Now(); got != number || !known || a.Behind {
					t.Errorf("on day %d %d people are active, not %d", day, got, number)
				}
				if day == 133 && (len(a.Weeks) != 20 || !a.Compared || a.Before != 1) {
					t.Errorf("%d weeks, %d before", len(a.Weeks), a.Before)
				}
				return err
			}))
		}
		// Whoever is deleted is in no table any more; the number stays.
		do(d.Tx(t.Context(), who, func(tx *db.Tx) error { return users.Delete(tx, people[3]) }))
		do(d.InDeployment(t.Context(), who, func(tx *db.AllTx) error { return db.AddActivePeople(tx, 30_000, []id.User{people[3]}) }))
		now = time.Unix(30_000*24*60*60, 0)
		do(d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
			a, err := search.MonthlyActive(tx, 26)
			if got, _ := a.Now(); got != 0 {
				t.Errorf("a deleted person is active: %d", got)
			}
			return err
		}))
	})
}
