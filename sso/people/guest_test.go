package people_test

import (
	"testing"

	"gatehouse/internal/db"
	"gatehouse/mailbox"
	"gatehouse/sso"
	"gatehouse/sso/people"
	"gatehouse/tenants"
	"gatehouse/users"
)

func (w *world) standing(a people.Admission) (g people.Guest) {
	w.Helper()
	w.must(w.d.ReadOrg(w.Context(), w.org, func(tx *db.OrgTx) (err error) {
		g, err = people.StandingOf(tx, w.connection.ID, a.User.ID, &a.Identity.ID)
		return err
	}))
	return g
}

// proves is the guest's own sign-in, in which a code that was mailed came back.
func (w *world) proves(a people.Admission) {
	w.Helper()
	w.must(w.in(func(tx *db.OrgTx) error { return w.proved(tx, a.User.ID, a.Identity.ID) }))
}

// A guest has an address that the organization cannot vouch for. Until they
// have proven the mailbox they are nobody's account and no member; then they
// are, for this organization.
func TestAGuestProvesTheMailboxFirst(t *testing.T) {
	each(t, func(w *world) {
		w.change(db.Set{"allow_guests": true})
		p := sso.Profile{Subject: "g-1", Email: ceo, FirstName: "Carla"}
		a := w.admitted(p)
		if !a.Made || a.User.EmailVerified || !a.Via().SSOGuest || w.role(a.User) != "" || w.count("user.sso_identity_linked") != 0 {
			w.Errorf("before the proof: %+v, role %q", a.User, w.role(a.User))
		}
		if g := w.standing(a); g.Proven || !g.Joins {
			w.Errorf("standing %+v", g)
		}
		a = w.admitted(p) // another tab
		w.proves(a)
		w.proves(a) // does nothing more
		if g := w.standing(a); !g.Proven || w.role(a.User) != tenants.MemberRole || w.count("user.sso_identity_linked") != 1 {
			w.Errorf("after the proof: %+v, role %q", g, w.role(a.User))
		}
		again := w.admitted(p)
		if again.Made || again.User.ID != a.User.ID || !again.Via().SSOGuest || *w.user(a.User.ID).FirstName != "Carla" {
			w.Errorf("later: %+v", again)
		}
		p.FirstName = "Changed"
		w.admitted(p)
		if *w.user(a.User.ID).FirstName != "Carla" {
			w.Error("the provider renamed somebody of another's domain")
		}
	})
}

// O1: at a provider where people type their own address, and which says so,
// somebody could take the account of whoever has it.
func TestAnAddressThatTheProviderDoesNotVouchFor(t *testing.T) {
	each(t, func(w *world) {
		p := sso.Profile{Subject: "thief", Email: ines, EmailUnverified: true}
		a := w.admitted(p)
		if a.Made || a.User.ID != w.ines.ID || !a.Via().SSOGuest || w.standing(a).Proven || w.count("user.sso_identity_linked") != 0 {
			w.Errorf("before the proof: %+v, %+v", a, w.standing(a))
		}
		w.proves(a)
		if !w.standing(a).Proven {
			w.Error("whoever reads the mailbox is not let in")
		}
		if again := w.admitted(p); again.Via().SSOGuest || again.User.ID != w.ines.ID {
			w.Error("one of the organization's own stays a guest after the proof")
		}
		other := p
		other.Email = "somebody.else@halden.example"
		if again := w.admitted(other); !again.Via().SSOGuest || again.User.ID != w.ines.ID {
			w.Error("another address that nobody vouches for counts as proven")
		}
		w.loses("haldenmarine.example")
		w.change(db.Set{"allow_guests": true})
		if again := w.admitted(p); !again.Via().SSOGuest {
			w.Error("of a domain that was lost, and no guest")
		}
	})
}

// O1, O3: a provider that lets guests in names anybody's address. Their account
// is not linked by that: only who reads the mailbox gets in, and nothing of the
// account changes before.
func TestAGuestsAddressLinksNobody(t *testing.T) {
	each(t, func(w *world) {
		victim := w.person(ceo, true)
		w.change(db.Set{"allow_guests": true})
		a := w.admitted(sso.Profile{Subject: "evil", Email: ceo, FirstName: "Evil"})
		if g := w.standing(a); g.Proven || w.role(victim) != "" || !a.Via().SSOGuest {
			w.Errorf("standing %+v, role %q", g, w.role(victim))
		}
		if u := w.user(victim.ID); !u.UpdatedAt.Equal(victim.UpdatedAt) {
			w.Errorf("the victim was changed: %+v", u)
		}
	})
}

// A tenant's provider names an address before its owner ever comes here. The
// owner proves the mailbox elsewhere, and has the account: the provider's
// binding from before does not count.
func TestAnAccountMadeForAGuestIsTheMailboxOwners(t *testing.T) {
	each(t, func(w *world) {
		w.change(db.Set{"allow_guests": true})
		p := sso.Profile{Subject: "evil", Email: ceo}
		a := w.admitted(p)
		w.must(w.tx(func(tx *db.Tx) error { // by a mailed code, say
			u, err := users.Get(tx, a.User.ID)
			if err == nil {
				_, err = mailbox.Claim(tx, u, users.AssertedByMailbox, false)
			}
			return err
		}))
		b := w.admitted(p)
		if g := w.standing(b); g.Proven || w.role(a.User) != "" {
			w.Errorf("standing %+v, role %q", g, w.role(a.User))
		}
	})
}

// Guests follow the organization's rules as others do.
func TestGuestsWhoAreNotTakenIn(t *testing.T) {
	each(t, func(w *world) {
		w.change(db.Set{"allow_guests": true, "jit": false})
		p := sso.Profile{Subject: "g-1", Email: ceo}
		w.refuses(p, people.ErrNotMember)
		w.invite(ceo, tenants.AdminRole)
		a := w.admitted(p)
		w.proves(a)
		if w.role(a.User) != tenants.AdminRole {
			w.Errorf("role %q", w.role(a.User))
		}
		w.change(db.Set{"allow_guests": false})
		w.refuses(p, people.ErrDomain)
		if got := w.admitted(sso.Profile{Subject: "g-1"}); !got.Via().SSOGuest {
			w.Error("a guest whose provider tells no address is none any more")
		}
	})
}

// The domain went to another organization: its people are that one's, and this
// provider speaks for them no longer.
func TestPeopleOfADomainThatWasLost(t *testing.T) {
	each(t, func(w *world) {
		a := w.admitted(sofies("s-1"))
		w.loses("haldenmarine.example")
		w.refuses(sofies("s-1"), people.ErrDomain)
		b := w.admitted(sso.Profile{Subject: "s-1"})
		if b.User.ID != a.User.ID || !b.Via().SSOGuest {
			w.Errorf("by the subject alone: %+v", b.Via())
		}
	})
}

func (w *world) loses(domain string) {
	w.Helper()
	w.must(w.in(func(tx *db.OrgTx) error {
		all, err := tenants.Domains(tx)
		for _, d := range all {
			if d.Domain == domain && err == nil {
				err = tenants.DeleteDomain(tx, d.ID)
			}
		}
		return err
	}))
}
