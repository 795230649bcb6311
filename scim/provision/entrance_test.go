package provision_test

import (
	"errors"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/invitations"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
	"gatehouse/tenants"
	"gatehouse/users"
)

// foresee is what a sign-in to Halden would come to.
func (s *scene) foresee(u *users.User, invitation *id.Invitation) (e provision.Entrance, err error) {
	err = s.d.Tx(s.Context(), tester, func(tx *db.Tx) error {
		e, err = provision.Foresee(tx, u, &s.org, invitation)
		return err
	})
	return e, err
}

// enter is the end of a sign-in to Halden.
func (s *scene) enter(u *users.User, invitation *id.Invitation) error {
	return s.d.Tx(s.Context(), tester, func(tx *db.Tx) error { return provision.Admit(tx, u, &s.org, invitation) })
}

func (s *scene) offers(u *users.User) (orgs []id.Organization) {
	s.Helper()
	s.must(s.d.Tx(s.Context(), tester, func(tx *db.Tx) error {
		list, err := provision.LocateOffers(tx, u)
		for _, o := range list {
			orgs = append(orgs, o.Organization)
		}
		return err
	}))
	return orgs
}

func (s *scene) invite(email, role string) *invitations.Issued {
	s.Helper()
	service := &invitations.Service{Post: mailtest.NewPost(s.d), Base: "https://auth.example"}
	var i *invitations.Issued
	s.must(s.in(func(tx *db.OrgTx) (err error) {
		i, err = service.Create(tx, invitations.New{Email: email, Role: role})
		return err
	}))
	return i
}

// takesDomains makes members of whoever has an address of a domain of Halden's.
func (s *scene) takesDomains() {
	s.Helper()
	s.must(s.in(func(tx *db.OrgTx) error {
		_, err := users.SetPolicy(tx, tenants.Policy{JITFromVerifiedDomains: true})
		return err
	}))
}

// scim.md 8: whom the directory waits for becomes a member in a sign-in to the
// organization, once they have proven the mailbox; with the roles of their groups.
func TestAPendingPersonComesInByProvingTheMailbox(t *testing.T) {
	each(t, func(s *scene) {
		u := s.create(s.named("lee@personal.example", true))
		s.mapTo(tenants.AdminRole, s.group("Admins", u))
		account := s.person("lee@personal.example", false)
		e, err := s.foresee(account, nil)
		s.must(err)
		if !e.Joins || !e.Proves {
			t.Errorf("%+v", e)
		}
		if err := s.enter(account, nil); err == nil {
			t.Fatal("came in without having proven it")
		}
		if s.membership(account.ID) != nil || len(s.offers(account)) != 0 {
			t.Error("offered to a stranger")
		}
		s.must(s.d.Tx(t.Context(), tester, func(tx *db.Tx) error {
			account, err = users.ProveEmail(tx, account.ID, users.AssertedByMailbox)
			return err
		}))
		if got := s.offers(account); len(got) != 1 || got[0] != s.org {
			t.Errorf("offered %v", got)
		}
		for range 2 {
			s.must(s.enter(account, nil))
		}
		if row := s.stored(u); row.UserID == nil || *row.UserID != account.ID || s.role(u) != tenants.AdminRole || !s.membership(account.ID).DirectoryManaged {
			t.Errorf("%+v as %q", row, s.role(u))
		}
		if e := s.last("directory.user_linked"); e["how"] != "mailbox" || s.count("directory.user_linked") != 1 {
			t.Errorf("%v", e)
		}
		if len(s.offers(account)) != 0 {
			t.Error("offered to a member")
		}
		if got := s.account(account.ID); got.FirstName != nil {
			t.Error("the directory changed an account that is not its own")
		}
	})
}

// Somebody who is a member already is the directory's person from their next
// sign-in on.
func TestAMemberIsAdoptedAtTheirNextSignIn(t *testing.T) {
	each(t, func(s *scene) {
		u := s.create(s.named("lee@personal.example", true))
		account := s.person("lee@personal.example", true)
		s.member(account, tenants.AdminRole)
		s.must(s.enter(account, nil))
		if s.stored(u).UserID == nil || s.role(u) != tenants.AdminRole || !s.membership(account.ID).DirectoryManaged {
			t.Errorf("%+v", s.stored(u))
		}
	})
}

// Whom the directory has switched off comes in by no domain, invitation or word
// of the application, whether or not they ever were a member.
func TestNothingLetsInWhomTheDirectorySwitchedOff(t *testing.T) {
	each(t, func(s *scene) {
		s.takesDomains()
		never, left, removed := "never@"+held, "left@"+held, "removed@"+held
		s.create(s.named(never, false))
		gone, away := s.create(s.named(left, true)), s.create(s.named(removed, true))
		s.activate(gone, false)
		s.activate(away, false)
		s.must(s.in(func(tx *db.OrgTx) error {
			m, err := users.MembershipOf(tx, *away.UserID)
			if err != nil {
				return err
			}
			return users.RemoveMember(tx, m.ID)
		}))
		s.person(never, true)
		for _, email := range []string{never, left, removed} {
			s.now = s.now.Add(time.Minute)
			account, i := s.byEmail(email), s.invite(email, tenants.AdminRole)
			if e, err := s.foresee(account, nil); err != nil || e.Joins {
				t.Errorf("%s by the domain: %+v, %v", email, e, err)
			}
			s.must(s.enter(account, nil))
			if _, err := s.foresee(account, &i.ID); !errors.Is(err, invitations.ErrInvalid) {
				t.Errorf("%s by an invitation: %v", email, err)
			}
			if err := s.enter(account, &i.ID); !errors.Is(err, invitations.ErrInvalid) {
				t.Errorf("%s by an invitation: %v", email, err)
			}
			err := s.d.InDeployment(t.Context(), tester, func(tx *db.AllTx) error { _, err := provision.Accept(tx, i.ID); return err })
			if !errors.Is(err, invitations.ErrVoid) {
				t.Errorf("%s by the application: %v", email, err)
			}
			if len(s.offers(account)) != 0 {
				t.Errorf("%s is offered the organization", email)
			}
			if m := s.membership(account.ID); m != nil && m.Status == users.Active {
				t.Errorf("%s came in", email)
			}
		}
	})
}

// An invitation and a directory that both wait for somebody make one membership,
// with the role of the invitation beside that of the groups.
func TestAnInvitationAndADirectoryAgree(t *testing.T) {
	each(t, func(s *scene) {
		u := s.create(s.named("lee@personal.example", true))
		account, i := s.person("lee@personal.example", true), s.invite("lee@personal.example", tenants.AdminRole)
		s.must(s.enter(account, &i.ID))
		if m := s.membership(account.ID); !m.DirectoryManaged || m.RoleSlug != tenants.AdminRole || s.stored(u).UserID == nil || s.count("organization_membership.created") != 2 {
			t.Errorf("%+v", m)
		}
	})
}

// What an admin decided after the directory had told of somebody stands.
func TestAnAdminsNewerWordStandsAtTheDoor(t *testing.T) {
	each(t, func(s *scene) {
		account := s.person("lee@personal.example", true)
		m := s.member(account, tenants.MemberRole)
		s.must(s.in(func(tx *db.OrgTx) error { return users.RemoveMember(tx, m.ID) }))
		u := s.create(s.named("lee@personal.example", true))
		m = s.member(account, tenants.MemberRole)
		s.now = s.now.Add(time.Minute)
		s.must(s.in(func(tx *db.OrgTx) error { _, err := users.DeactivateMember(tx, m.ID); return err }))
		e, err := s.foresee(account, nil)
		s.must(err)
		s.must(s.enter(account, nil))
		if e.Joins || s.role(u) != "" || s.membership(account.ID).Status != users.Inactive {
			t.Errorf("%+v", e)
		}
	})
}

// A directory that nobody has applied yet says nothing at the door, one that is
// switched off brings nobody in, and an operator is nobody's person.
func TestWhoseWordCountsAtTheDoor(t *testing.T) {
	each(t, func(s *scene) {
		account := s.person("lee@personal.example", true)
		staged := s.directory(directory.New{Staged: true})
		_, err := s.tryCreate(staged, s.named("lee@personal.example", false))
		s.must(err)
		_, err = s.tryCreate(staged, s.named("staged@personal.example", true))
		s.must(err)
		waits := s.create(s.named("lee@personal.example", true))
		if e, err := s.foresee(account, nil); err != nil || !e.Joins {
			t.Errorf("%+v, %v", e, err)
		}
		if e, err := s.foresee(s.person("staged@personal.example", true), nil); err != nil || e.Joins {
			t.Errorf("a staged directory: %+v, %v", e, err)
		}
		off, on := false, true
		s.must(s.in(func(tx *db.OrgTx) error {
			_, err := directory.Change(tx, s.dir.ID, directory.Edit{On: &off})
			return err
		}))
		if e, err := s.foresee(account, nil); err != nil || e.Joins {
			t.Errorf("a directory that is off: %+v, %v", e, err)
		}
		s.must(s.in(func(tx *db.OrgTx) error {
			_, err := directory.Change(tx, s.dir.ID, directory.Edit{On: &on})
			return err
		}))
		s.must(s.d.Tx(t.Context(), tester, func(tx *db.Tx) error {
			system, _, err := tenants.SystemOrganization(tx)
			if err != nil {
				return err
			}
			return tx.In(system, func(tx *db.OrgTx) error { _, err := users.AddMember(tx, account.ID, tenants.AdminRole); return err })
		}))
		if e, err := s.foresee(account, nil); err != nil || e.Joins || s.stored(waits).UserID != nil {
			t.Errorf("an operator: %+v, %v", e, err)
		}
	})
}

// Where nobody asks for an organization, or it has no directory, all is as
// without them.
func TestOrganizationsWithoutDirectoriesAreAsBefore(t *testing.T) {
	each(t, func(s *scene) {
		s.takesDomains()
		account := s.person("new@"+held, true)
		if e, err := s.foresee(account, nil); err != nil || !e.Joins {
			t.Errorf("%+v, %v", e, err)
		}
		s.must(s.enter(account, nil))
		s.must(s.d.Tx(t.Context(), tester, func(tx *db.Tx) error { return provision.Admit(tx, account, nil, nil) }))
		if m := s.membership(account.ID); m == nil || m.DirectoryManaged {
			t.Errorf("%+v", m)
		}
	})
}

// An admin who removes the membership that a directory ended, and adds the
// person again, would else undo an offboarding that nobody at the provider hears of.
func TestNobodyIsAddedByHandAgainstTheDirectory(t *testing.T) {
	each(t, func(s *scene) {
		u := s.pushed("ada")
		account := *u.UserID
		s.activate(u, false)
		add := func() error {
			return s.in(func(tx *db.OrgTx) error {
				_, err := provision.AddMember(tx, account, tenants.MemberRole)
				return err
			})
		}
		s.must(s.in(func(tx *db.OrgTx) error {
			m, err := users.MembershipOf(tx, account)
			if err != nil {
				return err
			}
			return users.RemoveMember(tx, m.ID)
		}))
		if err := add(); !errors.Is(err, users.ErrByDirectory) {
			t.Errorf("switched off, and added by hand: %v", err)
		}
		s.activate(u, true)
		if m := s.membership(account); m == nil || m.Status != users.Active {
			t.Errorf("the directory's word brings them back: %+v", m)
		}
		if other := s.person("lin@elsewhere.example", true); s.in(func(tx *db.OrgTx) error {
			_, err := provision.AddMember(tx, other.ID, tenants.MemberRole)
			return err
		}) != nil {
			t.Error("of whom no directory speaks was not added")
		}
	})
}
