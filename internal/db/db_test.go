package db_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

type organization struct {
	db.Global
	ID        id.Organization
	Name      string
	Metadata  string
	System    bool
	CreatedAt time.Time
	UpdatedAt time.Time
}

func (organization) TableName() string { return "organizations" }

type domain struct {
	db.Owned
	ID                   id.OrganizationDomain
	Domain               string
	State                string
	VerificationStrategy string
	CreatedAt, UpdatedAt time.Time
}

func (domain) TableName() string { return "organization_domains" }

type role struct {
	db.MaybeOwned
	ID                   id.Role
	Slug, Name           string
	Rank                 int64
	CreatedAt, UpdatedAt time.Time
}

func (role) TableName() string { return "roles" }

var (
	organizations = db.GlobalTable[organization, id.Organization]{}
	domains       = db.OwnedTable[domain, id.OrganizationDomain]{}
	roles         = db.MaybeTable[role, id.Role]{}
)

var who = actor.System("test")

// two organizations with a domain each
func fixture(t *testing.T, d *db.DB) (a, b id.Organization, da, dbID id.OrganizationDomain) {
	t.Helper()
	a, b = id.New[id.Organization](), id.New[id.Organization]()
	da, dbID = id.New[id.OrganizationDomain](), id.New[id.OrganizationDomain]()
	err := d.Tx(t.Context(), who, func(tx *db.Tx) error {
		for _, o := range []id.Organization{a, b} {
			if err := organizations.Insert(tx, &organization{ID: o, Name: "x", Metadata: "{}"}); err != nil {
				return err
			}
		}
		for o, i := range map[id.Organization]id.OrganizationDomain{a: da, b: dbID} {
			if err := tx.In(o, func(tx *db.OrgTx) error {
				return domains.Insert(tx, &domain{ID: i, Domain: string(i) + ".example", State: "pending", VerificationStrategy: "dns"})
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return
}

// Another organization's row is not found, not changed, not deleted and not counted.
func TestAnOrganizationSeesItsOwnRowsAlone(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, _, own, foreign := fixture(t, d)
		err := d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error {
			if _, err := domains.Get(tx, own); err != nil {
				t.Errorf("own row: %v", err)
			}
			if _, err := domains.Get(tx, foreign); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("foreign row: %v", err)
			}
			if n, err := domains.Update(tx, foreign, db.Set{"state": "verified"}); n != 0 || err != nil {
				t.Errorf("updated %d foreign rows, %v", n, err)
			}
			if n, err := domains.Delete(tx, foreign); n != 0 || err != nil {
				t.Errorf("deleted %d foreign rows, %v", n, err)
			}
			if _, err := domains.First(tx, db.Or(db.Eq("id", foreign), db.Eq("state", "none"))); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("behind OR: %v", err)
			}
			if n, err := domains.Count(tx); n != 1 || err != nil {
				t.Errorf("counted %d, %v", n, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
			row, err := domains.Get(tx, foreign)
			if err == nil && row.State != "pending" {
				t.Errorf("foreign row became %s", row.State)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Entering another organization within a transaction ends when fn returns.
func TestInRestoresTheScope(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, b, own, foreign := fixture(t, d)
		err := d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error {
			if err := tx.In(b, func(tx *db.OrgTx) error { _, err := domains.Get(tx, foreign); return err }); err != nil {
				t.Errorf("in b: %v", err)
			}
			if err := tx.Locate(func(tx *db.AllTx) error { _, err := domains.Get(tx, foreign); return err }); err != nil {
				t.Errorf("locating: %v", err)
			}
			if _, err := domains.Get(tx, foreign); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("after: %v", err)
			}
			_, err := domains.Get(tx, own)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// A refused key must leave the transaction usable, on Postgres too.
func TestADuplicateDoesNotBreakTheTransaction(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, _, own, _ := fixture(t, d)
		err := d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error {
			err := domains.Insert(tx, &domain{ID: id.New[id.OrganizationDomain](), Domain: string(own) + ".example", State: "pending", VerificationStrategy: "dns"})
			if !errors.Is(err, db.ErrDuplicate) {
				t.Errorf("second insert: %v", err)
			}
			_, err = domains.Get(tx, own)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// An error, and a panic, take back what the transaction did.
func TestFailureRollsBack(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		o := id.New[id.Organization]()
		insert := func(tx *db.Tx) error {
			return organizations.Insert(tx, &organization{ID: o, Name: "x", Metadata: "{}"})
		}
		wanted := errors.New("no")
		if err := d.Tx(t.Context(), who, func(tx *db.Tx) error { return errors.Join(insert(tx), wanted) }); !errors.Is(err, wanted) {
			t.Fatal(err)
		}
		func() {
			defer func() { _ = recover() }()
			_ = d.Tx(t.Context(), who, func(tx *db.Tx) error { _ = insert(tx); panic("x") })
		}()
		err := d.Read(t.Context(), func(tx *db.Tx) error { _, err := organizations.Get(tx, o); return err })
		if !errors.Is(err, db.ErrNotFound) {
			t.Fatalf("the row stayed: %v", err)
		}
	})
}

// The deployment's own rows are written by the deployment alone.
func TestOrganizationsDoNotWriteTheDeploymentsRows(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, _, _, _ := fixture(t, d)
		r := role{ID: id.New[id.Role](), Slug: "tester", Name: "Tester"}
		if err := d.InDeployment(t.Context(), who, func(tx *db.AllTx) error { return roles.InsertDeployment(tx, &r) }); err != nil {
			t.Fatal(err)
		}
		err := d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error {
			if n, err := roles.Update(tx, r.ID, db.Set{"name": "mine"}); n != 0 || err != nil {
				t.Errorf("changed %d of the deployment's rows, %v", n, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// Many writers at once must all succeed: a busy database is not an error.
func TestParallelWritersAllCommit(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		const writers, each = 8, 20
		var wg sync.WaitGroup
		failures := make(chan error, writers*each)
		for range writers {
			wg.Go(func() {
				for i := range each {
					err := d.Tx(context.Background(), who, func(tx *db.Tx) error {
						if _, err := organizations.Count(tx); err != nil {
							return err
						}
						return organizations.Insert(tx, &organization{ID: id.New[id.Organization](), Name: fmt.Sprint(i), Metadata: "{}"})
					})
					if err != nil {
						failures <- err
					}
				}
			})
		}
		wg.Wait()
		close(failures)
		for err := range failures {
			t.Error(err)
		}
		_ = d.Read(t.Context(), func(tx *db.Tx) error {
			if n, _ := organizations.Count(tx); n != writers*each {
				t.Errorf("%d rows", n)
			}
			return nil
		})
	})
}

// Times survive to the microsecond and compare in SQL.
func TestTimesCompare(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		base := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		for i, at := range []time.Time{base, base.Add(time.Microsecond), base.Add(500 * time.Millisecond), base.Add(510 * time.Millisecond), base.Add(time.Second)} {
			d.Now = func() time.Time { return at }
			o := id.New[id.Organization]()
			if err := d.Tx(t.Context(), who, func(tx *db.Tx) error {
				return organizations.Insert(tx, &organization{ID: o, Name: "x", Metadata: "{}"})
			}); err != nil {
				t.Fatal(err)
			}
			_ = d.Read(t.Context(), func(tx *db.Tx) error {
				row, err := organizations.Get(tx, o)
				if err != nil || !row.CreatedAt.Equal(at) {
					t.Errorf("%v came back as %v, %v", at, row, err)
				}
				if n, _ := organizations.Count(tx, db.Lte("created_at", at)); n != int64(i+1) {
					t.Errorf("%d rows up to %v, want %d", n, at, i+1)
				}
				return nil
			})
		}
	})
}

func TestMain(m *testing.M) {
	db.SetRowSecurityURL(dbtest.PostgresURL)
	m.Run()
}

// What is sealed in one organization opens there alone, and in its own cell.
func TestSealedValuesStayInTheirPlace(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, b, _, _ := fixture(t, d)
		cell := db.Cell{Table: "t", Column: "c", Row: "1"}
		var sealed []byte
		if err := d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) (err error) {
			sealed, err = tx.Seal(cell, []byte("secret"))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		err := d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error {
			if plain, err := tx.Open(cell, sealed); err != nil || string(plain) != "secret" {
				t.Errorf("own cell: %q, %v", plain, err)
			}
			if _, err := tx.Open(db.Cell{Table: "t", Column: "c", Row: "2"}, sealed); err == nil {
				t.Error("another row's cell opened it")
			}
			return tx.In(b, func(tx *db.OrgTx) error {
				if _, err := tx.Open(cell, sealed); err == nil {
					t.Error("another organization opened it")
				}
				return nil
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		one, err := d.DeploymentKey(t.Context())
		if err != nil || one == nil {
			t.Fatal(err)
		}
	})
}

// Both sets of migrations must make one schema: a query that works on one
// database and not on the other is found by a customer.
func TestBothDialectsHaveOneSchema(t *testing.T) {
	schemas := map[db.Dialect]dbtest.Schema{}
	dbtest.Run(t, func(t *testing.T, d *db.DB) { schemas[d.Dialect] = dbtest.ReadSchema(t, d) })
	s, p := schemas[db.SQLite], schemas[db.Postgres]
	if p.Columns == nil {
		return // make check runs on SQLite alone
	}
	for name, c := range s.Columns {
		if p.Columns[name] != c {
			t.Errorf("%s: %+v on SQLite, %+v on Postgres", name, c, p.Columns[name])
		}
	}
	if len(s.Columns) != len(p.Columns) {
		t.Errorf("%d columns on SQLite, %d on Postgres", len(s.Columns), len(p.Columns))
	}
	if !slices.Equal(s.Unique, p.Unique) {
		t.Errorf("unique indexes:\n%s\n%s", strings.Join(s.Unique, "\n"), strings.Join(p.Unique, "\n"))
	}
}

// A write that travels with the commit and fails must take the transaction with it.
func TestAPostponedWriteThatFailsRollsBack(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, _, _, _ := fixture(t, d)
		o, r := id.New[id.Organization](), id.New[id.Role]()
		err := d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error {
			if err := organizations.Insert(tx, &organization{ID: o, Name: "x", Metadata: "{}"}); err != nil {
				return err
			}
			for range 2 {
				if err := roles.InsertLater(tx, &role{ID: r, Slug: "x", Name: "x"}); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			t.Error("two rows of one key were committed")
		}
		_ = d.Read(t.Context(), func(tx *db.Tx) error {
			if _, err := organizations.Get(tx, o); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("what stood beside it stayed: %v", err)
			}
			return nil
		})
		// The connection is fit for use again.
		if err := d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error { return roles.InsertLater(tx, &role{ID: r, Slug: "x", Name: "x"}) }); err != nil {
			t.Error(err)
		}
		_ = d.ReadOrg(t.Context(), a, func(tx *db.OrgTx) error {
			if _, err := roles.Get(tx, r); err != nil {
				t.Errorf("the postponed row: %v", err)
			}
			return nil
		})
	})
}
