package login

import (
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

// Whoever stopped half-way while their organization's provider vouched for the
// address would finish after the domain went to somebody else, as one of its own:
// in all of the person's organizations and in their account.
func TestHalfASignInByALostDomainIsAGuests(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		err := d.Tx(t.Context(), actor.System("test"), func(tx *db.Tx) error {
			o, err := tenants.Create(tx, tenants.New{Name: "Halden Marine", Domains: []tenants.NewDomain{{Domain: "halden.example", State: tenants.Verified}}})
			if err != nil {
				return err
			}
			u, err := users.Create(tx, users.New{Email: "sofie@halden.example", EmailVerified: true})
			if err != nil {
				return err
			}
			c, method, at := id.New[id.Connection](), sessions.SSO, tx.Now().Add(-time.Minute)
			half := &Attempt{UserID: &u.ID, AuthMethod: &method, AuthenticatedAt: &at, Via: sessions.Via{ConnectionID: &c, SSOOrganizationID: &o.ID}}
			b, _, err := sessions.StartBrowserVia(tx, u.ID, sessions.SSO, half.Via, sessions.Lifetimes{})
			if err != nil {
				return err
			}
			answered := &Attempt{UserID: &u.ID, AuthMethod: &method, AuthenticatedAt: &at, BrowserSessionID: &b.ID, Via: half.Via}
			guests := func(want bool) {
				t.Helper()
				for name, a := range map[string]*Attempt{"by the provider": half, "by a session": answered} {
					if err := a.stillProven(tx); err != nil || a.SSOGuest != want {
						t.Errorf("proven %s: a guest: %v, %v", name, a.SSOGuest, err)
					}
				}
			}
			guests(false)
			err = tx.In(o.ID, func(tx *db.OrgTx) error {
				all, err := tenants.Domains(tx)
				if err != nil {
					return err
				}
				return users.DeleteDomain(tx, all[0].ID)
			})
			guests(true)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
