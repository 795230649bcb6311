package people_test

import (
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/people"
)

// Moving to another provider keeps people, and only with an owner's approval:
// a second connection that somebody set up takes nobody over by itself.
func TestPeopleMoveToAnotherConnectionWithApproval(t *testing.T) {
	each(t, func(w *world) {
		p := sofies("s-1")
		p.ExternalID = "employee-1"
		a := w.admitted(p)
		tom := w.admitted(sso.Profile{Subject: "t-1", Email: "tom@haldenmarine.example"})
		by := string(w.ines.ID)
		unapproved := w.connect(sso.Connection{JIT: true})
		unasked := w.connect(sso.Connection{JIT: true, ReplacesID: &w.connection.ID})
		renamed := sso.Profile{Subject: "new-1", Email: "sofie.lund@haldenmarine.example", ExternalID: "employee-1"}
		for _, c := range []*sso.Connection{unapproved, unasked} {
			w.refusesAt(c, sofies("new-1"), people.ErrMove)
		}
		next := w.connect(sso.Connection{JIT: true, ReplacesID: &w.connection.ID, ReplacesApprovedBy: &by})
		b, err := w.comeBy(next, renamed)
		w.must(err)
		if b.User.ID != a.User.ID || !b.Linked || b.Identity.ConnectionID != next.ID || b.User.Email != renamed.Email {
			w.Errorf("by the id that stayed she is %+v", b.User)
		}
		c, err := w.comeBy(next, sso.Profile{Subject: "new-2", Email: "tom@haldenmarine.example", ExternalID: "employee-2"})
		w.must(err)
		if c.User.ID != tom.User.ID || w.count("user.sso_identity_linked") != 4 {
			w.Errorf("by his address he is %+v", c.User)
		}
		if back := w.admitted(p); back.User.ID != a.User.ID { // the old one still signs in
			w.Errorf("at the old connection she is %+v", back.User)
		}
	})
}

// An id that two people share at the old provider says nothing.
func TestAnAmbiguousIdMovesNobody(t *testing.T) {
	each(t, func(w *world) {
		for subject, email := range map[string]string{"s-1": sofie, "t-1": "tom@haldenmarine.example"} {
			w.admitted(sso.Profile{Subject: subject, Email: email, ExternalID: "shared"})
		}
		by := string(w.ines.ID)
		next := w.connect(sso.Connection{JIT: true, ReplacesID: &w.connection.ID, ReplacesApprovedBy: &by})
		a, err := w.comeBy(next, sso.Profile{Subject: "new", Email: "ulla@haldenmarine.example", ExternalID: "shared"})
		w.must(err)
		if !a.Made {
			w.Errorf("she became %+v", a.User)
		}
		w.refusesAt(next, sso.Profile{Subject: "newer", ExternalID: "shared"}, people.ErrNoEmail)
	})
}
