package people_test

import (
	"errors"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/mailbox"
	"gatehouse/sso"
	"gatehouse/sso/people"
	"gatehouse/tenants"
	"gatehouse/users"
)

// O1: at a provider where people type their own address, one of them says that
// they have a guest's, again and again, until the guest proves the mailbox. The
// proof is for what the guest came in by, and for nothing else.
func TestWhatOneProvesLetsNobodyElseIn(t *testing.T) {
	each(t, func(w *world) {
		w.change(db.Set{"allow_guests": true})
		w.person(ceo, true)
		guest := w.admitted(sso.Profile{Subject: "guest", Email: ceo})
		thief := w.admitted(sso.Profile{Subject: "thief", Email: ceo})
		w.proves(guest)
		if !w.standing(guest).Proven || w.standing(thief).Proven {
			w.Errorf("the guest is %+v, the thief %+v", w.standing(guest), w.standing(thief))
		}
		if a := w.admitted(sso.Profile{Subject: "thief", Email: ceo}); w.standing(a).Proven {
			w.Error("the thief came in as the guest")
		}
		// The guest signs in by themselves while the thief waits for a code.
		w.admitted(sso.Profile{Subject: "guest", Email: ceo})
		if w.standing(thief).Proven {
			w.Error("the guest's sign-in let the thief in")
		}
	})
}

// What a guest's tab waits for is proven there, also where another tab began
// anew meanwhile.
func TestAnotherTabTakesNoProofAway(t *testing.T) {
	each(t, func(w *world) {
		w.change(db.Set{"allow_guests": true})
		first := w.admitted(sso.Profile{Subject: "guest", Email: ceo})
		w.admitted(sso.Profile{Subject: "guest", Email: ceo})
		w.proves(first)
		if !w.standing(first).Proven {
			w.Error("the first tab's proof was lost")
		}
	})
}

// operates makes somebody an operator.
func (w *world) operates(u *users.User) {
	w.Helper()
	w.must(w.tx(func(tx *db.Tx) error {
		system, _, err := tenants.SystemOrganization(tx)
		if err != nil {
			return err
		}
		return tx.In(system, func(tx *db.OrgTx) error {
			_, err := users.AddMember(tx, u.ID, "")
			return err
		})
	}))
}

// A customer's provider signed somebody in before they became an operator. From
// then on it would sign whom it likes in to an operator's account.
func TestAnOperatorComesByNoConnection(t *testing.T) {
	each(t, func(w *world) {
		a := w.admitted(sofies("s-1"))
		w.operates(a.User)
		w.refuses(sofies("s-1"), people.ErrOperator)
	})
}

// A provider that lets guests in could ask of each address whether it is an
// operator's. Only who reads the mailbox is told.
func TestAGuestIsNotToldWhoIsAnOperator(t *testing.T) {
	each(t, func(w *world) {
		w.change(db.Set{"allow_guests": true})
		operator := w.person(ceo, true)
		w.operates(operator)
		a := w.admitted(sso.Profile{Subject: "evil", Email: ceo})
		if w.standing(a).Proven {
			w.Error("an operator was linked")
		}
		err := w.in(func(tx *db.OrgTx) error { return w.proved(tx, a.User.ID, a.Identity.ID) })
		if !errors.Is(err, people.ErrOperator) {
			w.Errorf("after the proof: %v", err)
		}
	})
}

// Nor of each address whether its account is banned.
func TestAGuestIsNotToldWhoIsBanned(t *testing.T) {
	each(t, func(w *world) {
		w.change(db.Set{"allow_guests": true})
		victim := w.person(ceo, true)
		w.must(w.tx(func(tx *db.Tx) error { _, err := users.Ban(tx, victim.ID, nil, "spam"); return err }))
		a := w.admitted(sso.Profile{Subject: "evil", Email: ceo})
		if a.User.ID != victim.ID || w.standing(a).Proven {
			w.Errorf("%+v", a)
		}
		err := w.in(func(tx *db.OrgTx) error { return w.proved(tx, a.User.ID, a.Identity.ID) })
		if !errors.Is(err, users.ErrBanned) {
			w.Errorf("after the proof: %v", err)
		}
		own := w.person("gone@haldenmarine.example", true)
		w.must(w.tx(func(tx *db.Tx) error { _, err := users.Ban(tx, own.ID, nil, "spam"); return err }))
		w.refuses(sso.Profile{Subject: "gone", Email: own.Email}, users.ErrBanned)
	})
}

// proved is what follows where a code that was mailed came back.
func (w *world) proved(tx *db.OrgTx, user id.User, came id.Profile) error {
	u, err := users.Get(tx, user)
	if err != nil {
		return err
	}
	if _, err := mailbox.Claim(tx.Tx, u, users.AssertedByMailbox, false); err != nil {
		return err
	}
	_, err = people.Prove(tx, w.connection.ID, u.ID, came)
	return err
}

// Whoever came into an account by their organization's provider, under an address
// of its domains, would go on in it once an application has given it another
// address and that one's owner has taken it: as a person of that organization,
// with their name in every token.
func TestASubjectDoesNotStayInAnAccountThatWasClaimed(t *testing.T) {
	each(t, func(w *world) {
		const owners = "mara@fieldnote.example"
		w.change(db.Set{"allow_guests": true})
		before := w.admitted(sso.Profile{Subject: "s-1", ExternalID: "e-1", Email: sofie}).User
		address := owners
		w.now = w.now.Add(time.Second)
		w.must(w.tx(func(tx *db.Tx) error {
			u, err := users.Update(tx, before.ID, users.Change{Email: &address}) // as an application does
			if err == nil {
				_, err = mailbox.Claim(tx, u, users.AssertedByMailbox, false)
			}
			return err
		}))
		by := string(w.ines.ID)
		next := w.connect(sso.Connection{JIT: true, ReplacesID: &w.connection.ID, ReplacesApprovedBy: &by})
		if a, err := w.comeBy(next, sso.Profile{Subject: "n-1", ExternalID: "e-1", Email: "noor@haldenmarine.example"}); err != nil || a.User.ID == before.ID {
			w.Errorf("the subject is in that account by the connection after this one: %v", err)
		}
		w.refuses(sso.Profile{Subject: "s-1"}, people.ErrNoEmail)
		if a := w.admitted(sofies("s-1")); a.User.ID == before.ID || !a.Made {
			w.Errorf("the subject is in %s's account again", w.user(before.ID).Email)
		}
		if a := w.admitted(sso.Profile{Subject: "s-3", Email: owners}); a.User.ID != before.ID || !a.Unproven() {
			w.Errorf("the owner's address, by the same provider: %+v", a.Identity)
		}
	})
}

// Who comes again and again, and whose sign-in itself claimed the account, is who
// they were.
func TestASubjectStaysInAnAccountThatItsSignInClaimed(t *testing.T) {
	each(t, func(w *world) {
		u := w.admitted(sofies("s-1")).User
		proven := false
		w.must(w.tx(func(tx *db.Tx) error {
			_, err := users.Update(tx, u.ID, users.Change{EmailVerified: &proven})
			return err
		}))
		for range 2 {
			if a := w.admitted(sofies("s-1")); a.User.ID != u.ID || a.Unproven() || w.count("user.sso_identity_linked") != 1 || w.count("user.claimed") != 1 {
				w.Errorf("%+v: %v", a.Identity, w.events())
			}
		}
	})
}
