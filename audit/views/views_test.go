package views_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"gatehouse/audit/views"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/tenants"
	"gatehouse/users"
)

// world is a deployment with two people and two organizations.
type world struct {
	*testing.T
	d      *db.DB
	people [2]id.User
	orgs   [2]id.Organization
}

func each(t *testing.T, fn func(w *world)) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := &world{T: t, d: d}
		w.all(func(tx *db.AllTx) error {
			for i, name := range []string{"ada", "bo"} {
				u, err := users.Create(tx.Tx, users.New{Email: name + "@a.example"})
				if err != nil {
					return err
				}
				o, err := tenants.Create(tx.Tx, tenants.New{Name: name})
				if err != nil {
					return err
				}
				w.people[i], w.orgs[i] = u.ID, o.ID
			}
			return nil
		})
		fn(w)
	})
}

func (w *world) all(fn func(*db.AllTx) error) {
	w.Helper()
	if err := w.d.InDeployment(w.Context(), actor.System("test"), fn); err != nil {
		w.Fatal(err)
	}
}

func (w *world) in(org id.Organization, fn func(*db.OrgTx) error) error {
	return w.d.InOrg(w.Context(), org, actor.System("test"), fn)
}

// names are those of the views that somebody has.
func names(tx db.OwnedScope, me id.User) string {
	list, err := views.List(tx, me)
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, v := range list {
		all = append(all, v.Name)
	}
	return strings.Join(all, ", ")
}

// What somebody keeps for themselves tells of what they look into: nobody else
// may find, rename or delete it, neither a colleague nor another organization,
// and what organizations keep is not the operators'.
func TestAViewIsItsOwners(t *testing.T) {
	each(t, func(w *world) {
		var mine, theirs *views.View
		w.all(func(tx *db.AllTx) (err error) {
			if mine, err = views.Save(tx, views.New{Owner: w.people[0], Name: "Mine", Query: "type=user.%2A"}); err != nil {
				return err
			}
			_, err = views.Save(tx, views.New{Name: "Ours"})
			return err
		})
		err := w.in(w.orgs[0], func(tx *db.OrgTx) (err error) {
			theirs, err = views.Save(tx, views.New{Name: "Halden's"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.all(func(tx *db.AllTx) error {
			for me, want := range map[id.User]string{w.people[0]: "Mine, Ours", w.people[1]: "Ours", "": "Ours"} {
				if got := names(tx, me); got != want {
					t.Errorf("%q has %s, not %s", me, got, want)
				}
			}
			name := "Taken over"
			for _, err := range []error{views.Update(tx, w.people[1], mine.ID, views.Change{Name: &name}), views.Delete(tx, w.people[1], mine.ID), views.Delete(tx, "", mine.ID), views.Delete(tx, w.people[0], theirs.ID)} {
				if !errors.Is(err, db.ErrNotFound) {
					t.Errorf("somebody else's view: %v", err)
				}
			}
			return nil
		})
		for org, want := range map[id.Organization]string{w.orgs[0]: "Halden's", w.orgs[1]: ""} {
			err := w.in(org, func(tx *db.OrgTx) error {
				if got := names(tx, w.people[0]); got != want {
					t.Errorf("in %s there is %q, not %q", org, got, want)
				}
				if err := views.Delete(tx, w.people[0], mine.ID); !errors.Is(err, db.ErrNotFound) {
					t.Errorf("an operator's view from an organization: %v", err)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}

// Two views of one name could not be told apart in a menu; the same name for
// oneself and for everybody can. A name is one whatever its case.
func TestANameIsOnceForEachOwner(t *testing.T) {
	each(t, func(w *world) {
		save := func(n views.New) (v *views.View, err error) {
			w.all(func(tx *db.AllTx) error {
				v, err = views.Save(tx, n)
				return nil
			})
			return v, err
		}
		first, err := save(views.New{Name: " Failed sign-ins ", Query: "result=failed"})
		if err != nil || first.Name != "Failed sign-ins" {
			t.Fatal(first, err)
		}
		if _, err := save(views.New{Name: "failed SIGN-INS"}); !errors.Is(err, views.ErrTaken) {
			t.Errorf("the same name: %v", err)
		}
		for _, owner := range w.people {
			if _, err := save(views.New{Owner: owner, Name: "Failed sign-ins"}); err != nil {
				t.Errorf("for oneself: %v", err)
			}
		}
		for _, name := range []string{"", "  ", "a\nb", strings.Repeat("ä", views.MaxName+1)} {
			if _, err := save(views.New{Name: name}); !errors.Is(err, views.ErrName) {
				t.Errorf("%q: %v", name, err)
			}
		}
		second, err := save(views.New{Name: "Other"})
		if err != nil {
			t.Fatal(err)
		}
		w.all(func(tx *db.AllTx) error {
			taken, fresh, query := "FAILED sign-ins", "Failures", "result=failed&period=7d"
			if err := views.Update(tx, "", second.ID, views.Change{Name: &taken}); !errors.Is(err, views.ErrTaken) {
				t.Errorf("renamed to a taken name: %v", err)
			}
			return views.Update(tx, "", first.ID, views.Change{Name: &fresh, Query: &query})
		})
		w.all(func(tx *db.AllTx) error {
			v, err := views.Get(tx, "", first.ID)
			if err != nil || v.Name != "Failures" || v.Query != "result=failed&period=7d" {
				t.Errorf("changed: %+v, %v", v, err)
			}
			return nil
		})
	})
}

// Nobody fills the menu, or the database, without end.
func TestViewsAreBounded(t *testing.T) {
	each(t, func(w *world) {
		w.all(func(tx *db.AllTx) error {
			for i := range views.Most {
				if _, err := views.Save(tx, views.New{Owner: w.people[0], Name: fmt.Sprint("View ", i)}); err != nil {
					return err
				}
			}
			if _, err := views.Save(tx, views.New{Owner: w.people[0], Name: "One more"}); !errors.Is(err, views.ErrTooMany) {
				t.Errorf("one more: %v", err)
			}
			_, err := views.Save(tx, views.New{Name: "The team's"})
			return err
		})
	})
}

// What a person or an organization kept goes with them.
func TestViewsGoWithTheirOwner(t *testing.T) {
	each(t, func(w *world) {
		w.all(func(tx *db.AllTx) error {
			_, err := views.Save(tx, views.New{Owner: w.people[0], Name: "Mine"})
			return err
		})
		err := w.in(w.orgs[0], func(tx *db.OrgTx) error {
			_, err := views.Save(tx, views.New{Name: "Ours"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.all(func(tx *db.AllTx) error {
			if err := users.Delete(tx.Tx, w.people[0]); err != nil {
				return err
			}
			return tx.In(w.orgs[0], tenants.Delete)
		})
		w.all(func(tx *db.AllTx) error {
			n, err := (db.MaybeTable[views.View, id.AuditView]{}).Count(tx)
			if n != 0 {
				t.Errorf("%d views are left", n)
			}
			return err
		})
	})
}
