package db_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

var errNameTaken = errors.New("that name is somebody else's")

// adds adds a domain of that name together with whatever others add.
func adds(ctx context.Context, d *db.DB, org id.Organization, name string) error {
	return d.InOrgTogether(ctx, org, who, func(tx *db.OrgTx) error {
		return domains.InsertUniqueLater(tx, &domain{ID: id.New[id.OrganizationDomain](), Domain: name, State: "pending", VerificationStrategy: "dns"}, errNameTaken)
	})
}

func namesOf(t *testing.T, d *db.DB, org id.Organization) (names map[string]bool, commits int) {
	t.Helper()
	names = map[string]bool{}
	err := d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
		list, err := domains.List(tx, db.Query{})
		for _, row := range list {
			names[row.Domain] = true
		}
		if d.Dialect == db.Postgres {
			commits = tx.Commits()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names, commits
}

// Whoever was told that they were added is there, in their own organization
// alone, however many came at once; that they come in fewer transactions is why
// they go together.
func TestWhatGoesTogetherIsAllThere(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, b, _, _ := fixture(t, d)
		const each = 120
		var all sync.WaitGroup
		for i := range 2 * each {
			org, letter := a, "a"
			if i%2 == 0 {
				org, letter = b, "b"
			}
			all.Go(func() {
				name := fmt.Sprintf("%s%d.example", letter, i)
				if err := adds(t.Context(), d, org, name); err != nil {
					t.Error(err)
				} else if now, _ := namesOf(t, d, org); !now[name] {
					t.Errorf("%s was answered before it was there", name)
				}
			})
		}
		all.Wait()
		for letter, org := range map[string]id.Organization{"a": a, "b": b} {
			names, commits := namesOf(t, d, org)
			for name := range names {
				if name[:1] != letter && len(name) < 20 {
					t.Errorf("%s is in %s", name, letter)
				}
			}
			if len(names) != each+1 {
				t.Errorf("%d names of %d", len(names), each+1)
			}
			if d.Dialect == db.Postgres && commits > each*2/3 {
				t.Errorf("%d names took %d transactions", each, commits)
			}
		}
	})
}

// A name that is taken is refused to whoever asks for it, and takes nobody of
// those along who came at the same time.
func TestOneThatCannotBeFailsAlone(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org, _, _, _ := fixture(t, d)
		for round := range 10 {
			var added, refused atomic.Int64
			var all sync.WaitGroup
			for i := range 30 {
				name := fmt.Sprintf("own%d-%d.example", round, i)
				if i%3 == 0 {
					name = fmt.Sprintf("same%d.example", round)
				}
				all.Go(func() {
					switch err := adds(t.Context(), d, org, name); {
					case err == nil:
						added.Add(1)
					case errors.Is(err, errNameTaken) && name[:4] == "same":
						refused.Add(1)
					default:
						t.Errorf("%s: %v", name, err)
					}
				})
			}
			all.Wait()
			if added.Load() != 21 || refused.Load() != 9 {
				t.Errorf("%d added, %d refused", added.Load(), refused.Load())
			}
		}
		if names, _ := namesOf(t, d, org); len(names) != 211 {
			t.Errorf("%d names", len(names))
		}
	})
}

// Whoever goes away in the middle takes nobody along, and whose transaction
// fails before its end leaves nothing.
func TestWhoGoesAwayTakesNobodyAlong(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org, _, _, _ := fixture(t, d)
		wanted := errors.New("no")
		var all sync.WaitGroup
		for i := range 90 {
			name := fmt.Sprintf("n%d.example", i)
			all.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				switch i % 3 {
				case 0: // stays
					if err := adds(ctx, d, org, name); err != nil {
						t.Error(err)
					}
				case 1:
					go cancel()
					_ = adds(ctx, d, org, name)
				case 2:
					err := d.InOrgTogether(ctx, org, who, func(tx *db.OrgTx) error {
						err := domains.InsertLater(tx, &domain{ID: id.New[id.OrganizationDomain](), Domain: name, State: "pending", VerificationStrategy: "dns"})
						return errors.Join(err, wanted)
					})
					if !errors.Is(err, wanted) {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		names, _ := namesOf(t, d, org)
		for i := range 90 {
			name := fmt.Sprintf("n%d.example", i)
			if i%3 == 0 && !names[name] || i%3 == 2 && names[name] {
				t.Errorf("%s: %v", name, names[name])
			}
		}
		if err := adds(t.Context(), d, org, "after.example"); err != nil { // nobody leads a line that has ended
			t.Error(err)
		}
	})
}

// What asks the database first goes its own way, with what it wrote.
func TestWhatAsksFirstGoesAlone(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org, _, own, _ := fixture(t, d)
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				err := d.InOrgTogether(t.Context(), org, who, func(tx *db.OrgTx) error {
					if _, err := domains.Get(tx, own); err != nil {
						return err
					}
					return domains.InsertLater(tx, &domain{ID: id.New[id.OrganizationDomain](), Domain: fmt.Sprintf("n%d.example", i), State: "pending", VerificationStrategy: "dns"})
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		names, commits := namesOf(t, d, org)
		if len(names) != 21 || d.Dialect == db.Postgres && commits != 21 {
			t.Errorf("%d names in %d transactions", len(names), commits)
		}
	})
}
