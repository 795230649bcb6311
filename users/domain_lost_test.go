package users_test

import (
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

// An organization that lost its domain vouched for its people while it had
// that. Their sessions would go on as a first step in other organizations,
// where its provider speaks for nobody.
func TestWhoCameByALostDomainIsAGuest(t *testing.T) {
	for name, lose := range map[string]func(tx *db.OrgTx, d tenants.Domain) error{
		"deleted": func(tx *db.OrgTx, d tenants.Domain) error { return users.DeleteDomain(tx, d.ID) },
		"left out": func(tx *db.OrgTx, d tenants.Domain) error {
			_, err := users.UpdateOrganization(tx, tenants.Change{Domains: &[]tenants.NewDomain{{Domain: "kept.example", State: tenants.Verified}}})
			return err
		},
		"moved away": func(tx *db.OrgTx, d tenants.Domain) error { return users.LoseDomain(tx, d.Domain) },
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Run(t, func(t *testing.T, d *db.DB) {
				seeded(t, d)
				org, other := newOrganization(t, d, "a"), newOrganization(t, d, "b")
				var lost tenants.Domain
				inOrg(t, d, org.ID, func(tx *db.OrgTx) error {
					if _, err := tenants.AddDomain(tx, "kept.example", tenants.Verified); err != nil {
						return err
					}
					added, err := tenants.AddDomain(tx, "lost.example", tenants.Verified)
					if err == nil {
						lost = *added
					}
					return err
				})
				ada, eva := create(t, d, "ada@lost.example"), create(t, d, "eva@kept.example")
				connection := id.New[id.Connection]()
				secrets := map[string]string{}
				below := map[string]id.Session{}
				start := func(as string, u *users.User, by id.Organization) {
					via := sessions.Via{ConnectionID: &connection, SSOOrganizationID: &by}
					must(t, d.Tx(t.Context(), who, func(tx *db.Tx) error {
						_, secret, err := sessions.StartBrowserVia(tx, u.ID, sessions.SSO, via, sessions.Lifetimes{})
						if err != nil {
							return err
						}
						secrets[as] = secret
						s, err := sessions.Start(tx, sessions.New{User: u.ID, Method: sessions.SSO, AuthenticatedAt: tx.Now(), Via: via})
						if err == nil {
							below[as] = s.ID
						}
						return err
					}))
				}
				start("of the domain", ada, org.ID)
				start("of one that it keeps", eva, org.ID)
				start("by another organization", ada, other.ID)
				inOrg(t, d, org.ID, func(tx *db.OrgTx) error { return lose(tx, lost) })
				must(t, d.Read(t.Context(), func(tx *db.Tx) error {
					for as, secret := range secrets {
						b, err := sessions.FindBrowser(tx, secret)
						if err != nil {
							return err
						}
						s, err := sessions.Get(tx, below[as])
						if err != nil {
							return err
						}
						if guest := as == "of the domain"; b.SSOGuest != guest || s.SSOGuest != guest {
							t.Errorf("%s: guest %v in the browser, %v below it", as, b.SSOGuest, s.SSOGuest)
						}
					}
					return nil
				}))
			})
		})
	}
}
