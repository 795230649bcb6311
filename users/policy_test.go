package users_test

import (
	"errors"
	"slices"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/tenants"
	"gatehouse/users"
)

// An exemption ends with the membership: whoever comes back later is asked for
// what everybody is. The last one stays while single sign-on is the only way in.
func TestBreakGlassEndsWithTheMembership(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		org := newOrganization(t, d, "a")
		owner, one, two, stranger := create(t, d, "o@a.example"), create(t, d, "1@a.example"), create(t, d, "2@a.example"), create(t, d, "s@b.example")
		add(t, d, org.ID, owner.ID, "owner")
		first, second := add(t, d, org.ID, one.ID, ""), add(t, d, org.ID, two.ID, "")
		set := func(p tenants.Policy) error {
			return d.InOrg(t.Context(), org.ID, who, func(tx *db.OrgTx) error {
				_, err := users.SetPolicy(tx, p)
				return err
			})
		}
		if err := set(tenants.Policy{BreakGlassUsers: []id.User{stranger.ID}}); !errors.Is(err, tenants.ErrInvalidPolicy) {
			t.Errorf("a stranger is exempt: %v", err)
		}
		must(t, set(tenants.Policy{SSORequired: true, BreakGlassUsers: []id.User{one.ID, two.ID}}))
		inOrg(t, d, org.ID, func(tx *db.OrgTx) error { return users.RemoveMember(tx, first.ID) })
		inOrg(t, d, org.ID, func(tx *db.OrgTx) error {
			p, err := tenants.GetPolicy(tx, org.ID)
			if !slices.Equal(p.BreakGlassUsers, []id.User{two.ID}) {
				t.Errorf("exempt: %v", p.BreakGlassUsers)
			}
			return err
		})
		err := d.InOrg(t.Context(), org.ID, who, func(tx *db.OrgTx) error {
			_, err := users.DeactivateMember(tx, second.ID)
			return err
		})
		if !errors.Is(err, tenants.ErrLastBreakGlass) {
			t.Errorf("the last way back went: %v", err)
		}
		if n := len(recorded(t, d, "organization.policy_updated")); n != 2 {
			t.Errorf("%d entries", n)
		}
	})
}
