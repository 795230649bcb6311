package invitations_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/invitations"
	"gatehouse/tenants"
	"gatehouse/users"
)

// Who accepts is a member in the role that they were invited to, once, and the
// log says so without the link.
func TestAcceptingMakesAMemberOnce(t *testing.T) {
	each(t, func(w *world) {
		u := w.person(sofie, true)
		i := w.invite(invitations.New{Role: tenants.AdminRole, Inviter: &w.ines.ID})
		w.must(w.admit(u, nil, i))
		if w.role(u) != tenants.AdminRole || w.state(i) != invitations.Accepted {
			w.Errorf("role %q, state %q", w.role(u), w.state(i))
		}
		w.want(w.admit(u, nil, i), invitations.ErrInvalid)
		got := w.events()
		for _, want := range []string{"invitation.created", "invitation.accepted", "organization_membership.created"} {
			if !slices.Contains(got, want) {
				w.Errorf("no %s in %v", want, got)
			}
		}
	})
}

// T1: of twenty clicks at once one accepts, or an invitation would be worth
// more than one membership.
func TestTwentyAcceptsAtOnceAreOne(t *testing.T) {
	each(t, func(w *world) {
		u := w.person(sofie, true)
		i := w.invite(invitations.New{})
		var done sync.WaitGroup
		errs := make([]error, 20)
		for n := range errs {
			done.Go(func() { errs[n] = w.admit(u, nil, i) })
		}
		done.Wait()
		accepted := 0
		for _, err := range errs {
			if err == nil {
				accepted++
			} else {
				w.want(err, invitations.ErrInvalid)
			}
		}
		count := func(what string) (n int) {
			for _, e := range w.events() {
				if e == what {
					n++
				}
			}
			return n
		}
		if accepted != 1 || count("invitation.accepted") != 1 || count("organization_membership.created") != 2 { // with Ines'
			w.Errorf("%d accepted: %v", accepted, w.events())
		}
	})
}

// T1, T2: nobody else, nothing altered, nothing that was revoked or ran out.
func TestWhatDoesNotLetIn(t *testing.T) {
	each(t, func(w *world) {
		u, other := w.person(sofie, true), w.person("b@x.example", true)
		i := w.invite(invitations.New{})
		w.want(w.admit(other, nil, i), invitations.ErrOtherAddress)
		elsewhere := w.organization("Nordby Kraft")
		w.want(w.admit(u, &elsewhere, i), invitations.ErrInvalid)
		w.want(w.admit(u, nil, &invitations.Issued{Invitation: &invitations.Invitation{ID: id.New[id.Invitation]()}}), invitations.ErrInvalid)
		for _, token := range []string{"", i.Token[1:] + "A", i.Token + "x", "eyJhbGciOiJub25lIn0.e30."} {
			w.want(w.tx(func(tx *db.Tx) error { _, err := invitations.LocateOpen(tx, token); return err }), invitations.ErrInvalid)
		}
		w.must(w.in(func(tx *db.OrgTx) error { _, err := invitations.Revoke(tx, i.ID); return err }))
		w.want(w.admit(u, nil, i), invitations.ErrInvalid)
		late := w.invite(invitations.New{})
		w.now = w.now.Add(7 * 24 * time.Hour)
		w.want(w.admit(u, nil, late), invitations.ErrInvalid)
		if w.role(u) != "" || w.role(other) != "" || w.state(late) != invitations.Expired {
			w.Errorf("somebody came in: %q %q, %s", w.role(u), w.role(other), w.state(late))
		}
	})
}

// T2: whoever made an account with the address and never read its mail does not
// come in by a link that was forwarded to them.
func TestAnUnprovenMailboxComesInByNothing(t *testing.T) {
	each(t, func(w *world) {
		u := w.person(sofie, false)
		i := w.invite(invitations.New{})
		if err := w.admit(u, nil, i); err == nil {
			w.Error("the unproven person was admitted")
		}
		if w.role(u) != "" || w.state(i) != invitations.Pending {
			w.Errorf("role %q, state %s", w.role(u), w.state(i))
		}
		w.must(w.tx(func(tx *db.Tx) error {
			e, err := invitations.Foresee(tx, u, nil, &i.ID)
			if err == nil && (!e.Joins || !e.Proves || e.Organization == nil || *e.Organization != w.org) {
				w.Errorf("%+v", e)
			}
			return err
		}))
	})
}

// T2: an invitation is worth what its inviter is worth: nobody leaves behind
// doors that open later.
func TestTheInvitationOfSomebodyWhoLostTheirRightIsVoid(t *testing.T) {
	for name, lose := range map[string]func(w *world, inviter *users.User, m *users.Membership) error{
		"removed": func(w *world, _ *users.User, m *users.Membership) error {
			return w.in(func(tx *db.OrgTx) error { return users.RemoveMember(tx, m.ID) })
		},
		"deactivated": func(w *world, _ *users.User, m *users.Membership) error {
			return w.in(func(tx *db.OrgTx) error { _, err := users.DeactivateMember(tx, m.ID); return err })
		},
		"demoted": func(w *world, _ *users.User, m *users.Membership) error {
			return w.in(func(tx *db.OrgTx) error { _, err := users.ChangeRole(tx, m.ID, tenants.MemberRole); return err })
		},
		"banned": func(w *world, u *users.User, _ *users.Membership) error {
			return w.tx(func(tx *db.Tx) error { _, err := users.Ban(tx, u.ID, nil, "left"); return err })
		},
		"deleted": func(w *world, u *users.User, _ *users.Membership) error {
			return w.tx(func(tx *db.Tx) error { return users.Delete(tx, u.ID) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				u, inviter := w.person(sofie, true), w.person("mara@haldenmarine.example", true)
				m := w.member(w.org, inviter, tenants.AdminRole)
				i := w.invite(invitations.New{Role: tenants.AdminRole, Inviter: &inviter.ID})
				w.must(lose(w, inviter, m))
				w.want(w.admit(u, nil, i), invitations.ErrInvalid)
				w.want(w.in(func(tx *db.OrgTx) error { _, err := w.s.Resend(tx, i.ID, invitations.Again{}); return err }), invitations.ErrVoid)
				w.invite(invitations.New{Inviter: &w.ines.ID}) // and stands in nobody's way
				if w.state(i) != invitations.Revoked {
					w.Errorf("state %s", w.state(i))
				}
			})
		})
	}
}

// Who was put out after they were invited does not come back by the older word;
// a newer invitation brings them back.
func TestDeactivationIsTheNewerWord(t *testing.T) {
	each(t, func(w *world) {
		u := w.person(sofie, true)
		old := w.invite(invitations.New{})
		m := w.member(w.org, u, "")
		w.now = w.now.Add(time.Minute)
		w.must(w.in(func(tx *db.OrgTx) error { _, err := users.DeactivateMember(tx, m.ID); return err }))
		w.want(w.admit(u, nil, old), invitations.ErrInvalid)
		w.must(w.in(func(tx *db.OrgTx) error { _, err := invitations.Revoke(tx, old.ID); return err }))
		w.now = w.now.Add(time.Minute)
		w.must(w.admit(u, nil, w.invite(invitations.New{Role: tenants.AdminRole})))
		if w.role(u) != tenants.AdminRole {
			w.Errorf("role %q", w.role(u))
		}
	})
}

// Joining by domain needs all three: the policy, a domain that this
// organization has verified, and a mailbox that is proven.
func TestJoiningByDomain(t *testing.T) {
	each(t, func(w *world) {
		policy := w.takeInByDomain
		u, stranger, sub := w.person(sofie, true), w.person("eve@elsewhere.example", true), w.person("eve@mail.haldenmarine.example", true)
		unproven := w.person("noor@haldenmarine.example", false)
		try := func(u *users.User) error { return w.admit(u, &w.org, nil) }
		policy(true)
		w.must(try(u))
		if w.role(u) != "" {
			w.Error("in, and nobody has verified the domain")
		}
		w.must(w.in(func(tx *db.OrgTx) error {
			_, err := tenants.AddDomain(tx, "haldenmarine.example", tenants.Pending)
			return err
		}))
		w.must(try(u))
		if w.role(u) != "" {
			w.Error("in, by a domain that the organization only claims")
		}
		w.must(w.in(func(tx *db.OrgTx) error {
			verified := []tenants.NewDomain{{Domain: "haldenmarine.example", State: tenants.Verified}}
			_, err := tenants.Update(tx, tenants.Change{Domains: &verified})
			return err
		}))
		policy(false)
		w.must(try(u))
		if w.role(u) != "" {
			w.Error("in, and the policy does not say so")
		}
		policy(true)
		w.must(try(stranger))
		w.must(try(sub))
		if err := try(unproven); err == nil || w.role(stranger) != "" || w.role(sub) != "" || w.role(unproven) != "" {
			w.Errorf("%v: %q %q %q", err, w.role(stranger), w.role(sub), w.role(unproven))
		}
		w.must(try(u))
		if w.role(u) != tenants.MemberRole {
			w.Errorf("role %q", w.role(u))
		}
		var m *users.Membership
		w.must(w.in(func(tx *db.OrgTx) (err error) {
			if m, err = users.MembershipOf(tx, u.ID); err == nil {
				_, err = users.DeactivateMember(tx, m.ID)
			}
			return err
		}))
		w.must(try(u))
		if w.role(u) != "" {
			w.Error("a deactivated member came back by the domain")
		}
	})
}

// The application may accept for somebody who has proven the address, and for
// nobody else: the account could be a stranger's.
func TestTheApplicationAcceptsForProvenPeopleOnly(t *testing.T) {
	each(t, func(w *world) {
		i := w.invite(invitations.New{})
		accept := func() error {
			return w.d.InDeployment(w.Context(), tester, func(tx *db.AllTx) error { _, err := invitations.Accept(tx, i.ID); return err })
		}
		w.want(accept(), invitations.ErrNobody)
		u := w.person(sofie, false)
		w.want(accept(), invitations.ErrNobody)
		w.must(w.tx(func(tx *db.Tx) error { _, err := users.ProveEmail(tx, u.ID, users.AssertedByMailbox); return err }))
		w.must(accept())
		w.want(accept(), invitations.ErrAcceptedBySome)
		if w.role(u) != tenants.MemberRole {
			w.Errorf("role %q", w.role(u))
		}
	})
}

// An invitation without an organization lets somebody make an account, and into
// no organization.
func TestAnInvitationToNoOrganization(t *testing.T) {
	each(t, func(w *world) {
		var i *invitations.Issued
		create := func() error {
			return w.d.InDeployment(w.Context(), tester, func(tx *db.AllTx) (err error) {
				i, err = w.s.CreateForDeployment(tx, invitations.New{Email: sofie})
				return err
			})
		}
		w.must(create())
		first := i
		w.want(create(), invitations.ErrInvitedAtAll)
		u := w.person(sofie, true)
		w.want(create(), invitations.ErrUserExists)
		w.must(w.admit(u, &w.org, first)) // the organization is asked for by itself, and she is no member
		if w.role(u) != "" || w.state(first) != invitations.Accepted {
			w.Errorf("role %q, state %s", w.role(u), w.state(first))
		}
	})
}
