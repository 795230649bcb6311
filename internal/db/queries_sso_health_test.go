package db_test

import (
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/sso"
	"gatehouse/sso/trail"
	"gatehouse/tenants"
)

// One organization's failures must not be told to another, and an operator
// sees the worst first.
func TestSSOHealthIsOfTheTransactionsOwn(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		who := actor.System("test")
		var orgs []id.Organization
		for _, name := range []string{"Halden", "Kestrel"} {
			err := d.Tx(t.Context(), who, func(tx *db.Tx) error {
				o, err := tenants.Create(tx, tenants.New{Name: name})
				if err == nil {
					orgs = append(orgs, o.ID)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		attempts := db.OwnedTable[sso.Attempt, id.SSOAttempt]{}
		for i, org := range orgs {
			err := d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) error {
				c, err := sso.Create(tx, sso.New{Name: "Okta", Type: "GenericSAML"})
				if err != nil {
					return err
				}
				for n, outcome := range []sso.Outcome{sso.Succeeded, sso.Failed, sso.Failed, sso.Started} {
					if n > i+1 && outcome == sso.Failed {
						continue // the second organization has one failure more
					}
					kind := sso.Kind("sign_in")
					if err := attempts.Insert(tx, &sso.Attempt{ID: id.New[id.SSOAttempt](), ConnectionID: c.ID, Reference: "GH-AAAA-BBBB", Kind: kind, Outcome: outcome, Steps: []trail.Step{}, Attributes: map[string][]string{}, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		since := d.Now().Add(-time.Hour)
		err := d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
			list, err := db.ListSSOHealth(tx, since, 10)
			if err != nil || len(list) != 2 || list[0].Organization != orgs[1] || list[0].Failed != 2 || list[0].Succeeded != 1 || list[1].Failed != 1 {
				t.Errorf("%+v %v", list, err)
			}
			none, err := db.ListSSOHealth(tx, d.Now().Add(time.Hour), 10)
			if len(none) != 0 {
				t.Errorf("later: %+v", none)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.ReadOrg(t.Context(), orgs[0], func(tx *db.OrgTx) error {
			list, err := db.ListSSOHealth(tx, since, 10)
			if len(list) != 1 || list[0].Organization != orgs[0] {
				t.Errorf("an organization sees %+v", list)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
