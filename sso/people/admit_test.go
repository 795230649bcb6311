package people_test

import (
	"slices"
	"sync"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/sessions"
	"gatehouse/sso"
	"gatehouse/sso/people"
	"gatehouse/tenants"
	"gatehouse/users"
)

func sofies(subject string) sso.Profile {
	return sso.Profile{Subject: subject, Email: sofie, FirstName: "Sofie", LastName: "Halden"}
}

// Who comes for the first time gets an account and a membership, once; at
// every later sign-in they are the same person, whatever their address is by
// then.
func TestTheFirstSignInMakesThePerson(t *testing.T) {
	each(t, func(w *world) {
		a := w.admitted(sofies("s-1"))
		if !a.Made || a.Linked || a.User.Email != sofie || !a.User.EmailVerified || *a.User.EmailAssertedBy != "sso" || *a.User.FirstName != "Sofie" {
			w.Errorf("made %+v", a.User)
		}
		if w.role(a.User) != tenants.MemberRole || a.Identity.Guest {
			w.Errorf("role %q, guest %v", w.role(a.User), a.Identity.Guest)
		}
		via := a.Via()
		if *via.ConnectionID != w.connection.ID || *via.SSOOrganizationID != w.org || via.SSOGuest {
			w.Errorf("via %+v", via)
		}
		for _, kind := range []string{"organization_membership.created", "user.sso_identity_linked"} {
			if n := w.count(kind); n != 1+map[bool]int{true: 1}[kind == "organization_membership.created"] { // Ines's
				w.Errorf("%d entries %s", n, kind)
			}
		}
		before := w.events()
		again := w.admitted(sso.Profile{Subject: "s-1"})
		if again.User.ID != a.User.ID || again.Made || again.Linked || again.Identity.ID != a.Identity.ID {
			w.Errorf("again %+v", again)
		}
		if after := w.events(); len(after) != len(before) {
			w.Errorf("the second sign-in left %v", after[len(before):])
		}
	})
}

// O3: a provider that says anything about an address of somebody else's domain
// is refused, also for people whom it has signed in before; nobody there is
// touched.
func TestAProviderSpeaksForItsOwnDomainsAlone(t *testing.T) {
	each(t, func(w *world) {
		victim := w.person(ceo, true)
		for _, email := range []string{ceo, "CEO@NORTHWIND.example", "x@sub.haldenmarine.example", "sofie@haldenmarine.example.northwind.example"} {
			w.refuses(sso.Profile{Subject: "s-1", Email: email}, people.ErrDomain)
		}
		w.refuses(sso.Profile{Subject: "s-1"}, people.ErrNoEmail)
		w.refuses(sso.Profile{Subject: "s-1", Email: `"ceo@northwind.example"@haldenmarine.example`}, people.ErrNoEmail)
		w.refuses(sso.Profile{Email: sofie}, people.ErrSubject)
		a := w.admitted(sofies("s-1"))
		w.refuses(sso.Profile{Subject: "s-1", Email: ceo}, people.ErrDomain)
		if !w.user(victim.ID).UpdatedAt.Equal(victim.UpdatedAt) || w.role(victim) != "" || w.user(a.User.ID).Email != sofie {
			w.Error("somebody was changed")
		}
	})
}

// O2: whoever made an account with somebody's address, and waited, has nothing
// of it once the owner comes by their organization's provider.
func TestASquattersAccountIsClaimed(t *testing.T) {
	each(t, func(w *world) {
		squatter := w.person("SOFIE@haldenmarine.example", false)
		var b *sessions.Browser
		w.must(w.tx(func(tx *db.Tx) (err error) {
			if _, err = users.AddIdentity(tx, users.Identity{UserID: squatter.ID, Provider: sessions.GitHubOAuth, Issuer: "https://github.com", Subject: "666"}); err != nil {
				return err
			}
			b, _, err = sessions.StartBrowser(tx, squatter.ID, sessions.Password, sessions.Lifetimes{})
			return err
		}))
		a := w.admitted(sofies("s-1"))
		if a.User.ID != squatter.ID || a.Made || !a.Linked || !a.User.EmailVerified || w.count("user.claimed") != 1 {
			w.Errorf("claimed %+v: %v", a, w.events())
		}
		w.must(w.d.Read(w.Context(), func(tx *db.Tx) error {
			if _, err := sessions.LiveBrowser(tx, b.ID); err == nil {
				w.Error("the squatter's session lives on")
			}
			if left, err := users.Identities(tx, squatter.ID); err != nil || len(left) != 0 {
				w.Errorf("the squatter signs in by %v, %v", left, err)
			}
			return nil
		}))
	})
}

// Whose address the organization holds is linked to the account that they have
// already; an operator's account opens every customer's and is not.
func TestAnAccountIsLinkedByAnAddressThatTheOrganizationHolds(t *testing.T) {
	each(t, func(w *world) {
		mine := w.person(sofie, true)
		if a := w.admitted(sofies("s-1")); a.User.ID != mine.ID || !a.Linked || w.role(mine) != tenants.MemberRole {
			w.Errorf("linked %+v", a)
		}
		operator := w.person("olaf@haldenmarine.example", true)
		w.must(w.tx(func(tx *db.Tx) error {
			system, _, err := tenants.SystemOrganization(tx)
			if err != nil {
				return err
			}
			return tx.In(system, func(tx *db.OrgTx) error {
				_, err := users.AddMember(tx, operator.ID, tenants.ViewerRole)
				return err
			})
		}))
		w.refuses(sso.Profile{Subject: "o-1", Email: operator.Email}, people.ErrOperator)
	})
}

// Two subjects that one provider tells apart are two people: whoever gets an
// address that somebody left does not get the account.
func TestAnAddressThatWentToSomebodyElse(t *testing.T) {
	each(t, func(w *world) {
		first := sofies("s-1")
		first.ExternalID = "employee-1"
		a := w.admitted(first)
		second := sofies("s-2")
		second.ExternalID = "employee-2"
		w.refuses(second, people.ErrOtherSubject)
		second.ExternalID = "employee-1" // the same person under a new name
		if b := w.admitted(second); b.User.ID != a.User.ID || b.Identity.ID == a.Identity.ID {
			w.Errorf("the renamed person is %+v", b)
		}
	})
}

// A person opens the application in several tabs at once, and so do two nodes:
// there is one account, one identity, one membership.
func TestFirstSignInsAtOnceMakeOnePerson(t *testing.T) {
	dbtest.RunNodes(t, func(t *testing.T, nodes []*db.DB) {
		w := newWorld(t, nodes[0])
		var wait sync.WaitGroup
		found := make([]id.User, 12)
		for n := range found {
			d := nodes[n%len(nodes)]
			wait.Go(func() {
				err := d.InOrg(t.Context(), w.org, tester, func(tx *db.OrgTx) error {
					a, err := people.Admit(tx, w.connection, sofies("s-1"))
					if err == nil {
						found[n] = a.User.ID
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		slices.Sort(found)
		if one := slices.Compact(found); len(one) != 1 || one[0] == "" {
			t.Errorf("they are %v", one)
		}
		for _, kind := range []string{"user.sso_identity_linked", "user.created", "organization_membership.created"} {
			want := 1
			if kind != "user.sso_identity_linked" {
				want = 2 // Ines's
			}
			if n := w.count(kind); n != want {
				t.Errorf("%d entries %s, want %d", n, kind, want)
			}
		}
	})
}

// What applications are told of somebody: what the provider said, and the role
// that they have here now.
func TestTheProfileOnTheWire(t *testing.T) {
	each(t, func(w *world) {
		p := sofies("s-1")
		p.Groups, p.Custom = []string{"crew"}, map[string]any{"desk": "4"}
		p.Raw = map[string][]string{"mail": {sofie}, "memberOf": {"crew", "all"}}
		p.IDToken = seal.Token(8)
		a := w.admitted(p)
		w.must(w.in(func(tx *db.OrgTx) error {
			got, err := people.Wire(tx, a.Identity)
			if err != nil {
				return err
			}
			if got.ID != a.Identity.ID || got.IDPID != "s-1" || got.Email != sofie || *got.FirstName != "Sofie" || got.Role.Slug != tenants.MemberRole ||
				got.ConnectionType != "GenericSAML" || *got.OrganizationID != w.org || got.CustomAttributes["desk"] != "4" ||
				got.RawAttributes["mail"] != sofie || len(got.RawAttributes["memberOf"].([]string)) != 2 || got.Groups[0] != "crew" {
				w.Errorf("profile %+v", got)
			}
			return nil
		}))
	})
}
