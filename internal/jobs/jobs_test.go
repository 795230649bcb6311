package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
)

type noteArgs struct {
	Note string `json:"note"`
}

func (noteArgs) Kind() string { return "note" }

type organization struct {
	db.Global
	ID                   id.Organization
	Name, Metadata       string
	CreatedAt, UpdatedAt time.Time
}

func (organization) TableName() string { return "organizations" }

var organizations = db.GlobalTable[organization, id.Organization]{}

// A job exists exactly when its transaction committed: one for a rolled-back
// change would mail people about what never happened.
func TestAJobCommitsWithItsTransaction(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		var mu sync.Mutex
		worked := map[string]int{}
		r := jobs.NewRegistry()
		jobs.Handle(r, func(_ context.Context, a noteArgs) error {
			mu.Lock()
			defer mu.Unlock()
			worked[a.Note]++
			return nil
		})
		runner, err := jobs.Start(context.WithoutCancel(t.Context()), d, r, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer runner.Stop(context.WithoutCancel(t.Context()))
		committed := writeFromMany(t, d)
		deadline := time.Now().Add(30 * time.Second)
		for {
			mu.Lock()
			done := len(worked)
			mu.Unlock()
			if done >= len(committed) || time.Now().After(deadline) {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		mu.Lock()
		defer mu.Unlock()
		for note := range committed {
			if worked[note] == 0 {
				t.Errorf("the job of a committed row was not worked: %s", note)
			}
		}
		for note := range worked {
			if !committed[note] {
				t.Errorf("a job of a rolled-back row was worked: %s", note)
			}
		}
		_ = d.Read(t.Context(), func(tx *db.Tx) error {
			if n, err := organizations.Count(tx); err != nil || n != int64(len(committed)) {
				t.Errorf("%d rows, %v; want %d", n, err, len(committed))
			}
			return nil
		})
	})
}

// writeFromMany writes a row and a job in 80 transactions, takes back a
// quarter, and says which were committed.
func writeFromMany(t *testing.T, d *db.DB) map[string]bool {
	var mu sync.Mutex
	committed := map[string]bool{}
	rolledBack := errors.New("rolled back")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 20 {
				o := id.New[id.Organization]()
				err := d.Tx(t.Context(), actor.System("test"), func(tx *db.Tx) error {
					if err := organizations.Insert(tx, &organization{ID: o, Name: "x", Metadata: "{}"}); err != nil {
						return err
					}
					if err := jobs.Enqueue(tx, noteArgs{Note: string(o)}); err != nil {
						return err
					}
					if i%4 == 0 {
						return rolledBack
					}
					return nil
				})
				if err == nil {
					mu.Lock()
					committed[string(o)] = true
					mu.Unlock()
				} else if !errors.Is(err, rolledBack) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	return committed
}
