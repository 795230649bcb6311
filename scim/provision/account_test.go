package provision_test

import (
	"testing"

	"gatehouse/internal/db"
	"gatehouse/scim/directory"
	"gatehouse/tenants"
	"gatehouse/users"
)

// A person of a domain that the organization holds is a member at once, told of
// once, with the names that the directory has.
func TestAPersonOfAHeldDomainBecomesAMember(t *testing.T) {
	each(t, func(s *scene) {
		u := s.pushed("jo")
		if u.UserID == nil || s.role(u) != tenants.MemberRole {
			t.Fatalf("%+v, role %q", u, s.role(u))
		}
		account := s.account(*u.UserID)
		if !account.EmailVerified || *account.EmailAssertedBy != string(users.AssertedByDirectory) || *account.FirstName != "Given" {
			t.Errorf("%+v", account)
		}
		m := s.membership(*u.UserID)
		if !m.DirectoryManaged {
			t.Errorf("%+v", m)
		}
		for kind, want := range map[string]int{"user.created": 2, "organization_membership.created": 2, "dsync.user.created": 1, "directory.user_linked": 1, "dsync.user.updated": 0} {
			if n := s.count(kind); n != want {
				t.Errorf("%d %s", n, kind)
			}
		}
		if e := s.last("dsync.user.created"); e["user_id"] != string(*u.UserID) || e["state"] != "active" {
			t.Errorf("%v", e)
		}
		if e := s.last("directory.user_linked"); e["how"] != "created" {
			t.Errorf("%v", e)
		}
	})
}

// scim.md 8, a JIT user of the organization: the same account, and the
// directory's word from then on.
func TestAMemberIsAdopted(t *testing.T) {
	each(t, func(s *scene) {
		for email, how := range map[string]string{"jit@" + held: "domain", "consultant@elsewhere.example": "member"} {
			account := s.person(email, true)
			s.member(account, tenants.AdminRole)
			u := s.create(s.named(email, true))
			if u.UserID == nil || *u.UserID != account.ID {
				t.Fatalf("%s: %+v", email, u)
			}
			m := s.membership(account.ID)
			if !m.DirectoryManaged || m.RoleSlug != tenants.AdminRole || *m.GivenRole != tenants.AdminRole {
				t.Errorf("%s: %+v", email, m)
			}
			if e := s.last("directory.user_linked"); e["how"] != how {
				t.Errorf("%s: %v", email, e["how"])
			}
			renamed := s.account(account.ID).FirstName != nil
			if renamed != (how == "domain") {
				t.Errorf("%s: names of an account %s", email, map[bool]string{true: "were changed", false: "stayed"}[renamed])
			}
		}
	})
}

// D4: a person whose address is of somebody else's domain stays pending: no
// account, no membership, no mail, whoever has an account with that address.
func TestAStrangersAddressLinksNobody(t *testing.T) {
	each(t, func(s *scene) {
		victim := s.person("ceo@northwind.example", true)
		there := s.session(victim.ID, s.organization("Northwind", "northwind.example"))
		for _, email := range []string{"ceo@northwind.example", "nobody@northwind.example"} {
			u := s.create(s.named(email, true))
			if u.UserID != nil || s.stored(u).UserID != nil {
				t.Errorf("%s was linked", email)
			}
		}
		if s.membership(victim.ID) != nil || s.byEmail("nobody@northwind.example") != nil || !s.live(there) {
			t.Error("something of the victim's changed")
		}
		if n := s.count("directory.user_linked"); n != 0 {
			t.Errorf("%d links", n)
		}
		if e := s.last("dsync.user.created"); e["user_id"] != nil {
			t.Errorf("%v", e)
		}
	})
}

// D1: an externalId is what the provider calls somebody, and never one of our
// ids, whatever it looks like.
func TestAnExternalIDIsNoIDOfOurs(t *testing.T) {
	each(t, func(s *scene) {
		for i, external := range []string{"1", "0", string(s.ines.ID), string(s.membership(s.ines.ID).ID), "-1"} {
			u := s.create(s.user(`{"userName":"x%d@%s","externalId":%q,"id":%q}`, i, held, external, string(s.ines.ID)))
			if u.UserID == nil || *u.UserID == s.ines.ID {
				t.Errorf("%q: %v", external, u.UserID)
			}
		}
		if m := s.membership(s.ines.ID); m.DirectoryManaged || m.RoleSlug != tenants.OwnerRole {
			t.Errorf("%+v", m)
		}
	})
}

// O2: an account that a stranger had made with an address of the domain, and
// nobody proved, is taken from the stranger with all that was set up in it.
func TestASquattersAccountIsClaimed(t *testing.T) {
	each(t, func(s *scene) {
		squatted := s.person("jo@"+held, false)
		s.must(s.d.Tx(s.Context(), tester, func(tx *db.Tx) error { return users.SetPassword(tx, squatted.ID, "hash", users.SetByAPI) }))
		theirs := s.session(squatted.ID, s.org)
		u := s.pushed("jo")
		if u.UserID == nil || *u.UserID != squatted.ID || !s.account(squatted.ID).EmailVerified {
			t.Fatalf("%+v", u)
		}
		s.must(s.d.Read(s.Context(), func(tx *db.Tx) error {
			has, err := users.HasPassword(tx, squatted.ID)
			if has {
				t.Error("the stranger's password stayed")
			}
			return err
		}))
		if s.live(theirs) {
			t.Error("the stranger's session stayed")
		}
	})
}

// An operator's account is no customer's to link, by whatever address.
func TestAnOperatorsAccountIsNotTouched(t *testing.T) {
	each(t, func(s *scene) {
		operator := s.person("priya@"+held, true)
		s.must(s.d.Tx(s.Context(), tester, func(tx *db.Tx) error {
			system, _, err := tenants.SystemOrganization(tx)
			if err != nil {
				return err
			}
			return tx.In(system, func(tx *db.OrgTx) error { _, err := users.AddMember(tx, operator.ID, tenants.OwnerRole); return err })
		}))
		u := s.pushed("priya")
		if u.UserID != nil || s.membership(operator.ID) != nil || s.account(operator.ID).FirstName != nil {
			t.Errorf("%+v", u)
		}
	})
}

// D2: a directory changes an account's address where the organization holds the
// domains of the old and of the new one, and nobody else has that; otherwise
// the account, its sign-in and its reset address stay, and the answer is 200.
func TestAnAddressChangesOnlyWhereTheDomainsAreHeld(t *testing.T) {
	each(t, func(s *scene) {
		taken := s.person("taken@"+held, true)
		for name, c := range map[string]struct{ to, account string }{
			"own":     {"jo2@" + held, "jo2@" + held},
			"other":   {"jo3@halden.example", "jo3@halden.example"},
			"foreign": {"evil@evil.example", ""},
			"taken":   {"taken@" + held, ""},
			"none":    {"no address", ""},
		} {
			u := s.pushed("jo-" + name)
			account := *u.UserID
			if !s.update(u, with(u, map[string]any{"emails": []any{map[string]any{"value": c.to, "primary": true}}})) || *u.Email != c.to {
				t.Fatalf("%s: %+v", name, u)
			}
			want := c.account
			if want == "" {
				want = "jo-" + name + "@" + held
			}
			if got := s.account(account); got.Email != want || !got.EmailVerified {
				t.Errorf("%s: the account has %s", name, got.Email)
			}
			if row := s.stored(u); row.UserID == nil || *row.UserID != account || s.role(u) != tenants.MemberRole {
				t.Errorf("%s: %+v", name, row)
			}
		}
		if s.account(taken.ID).Email != "taken@"+held {
			t.Error("somebody else's address went")
		}
	})
}

// D2: of a member whose address is not the organization's the directory changes
// nothing but its own entry: neither names nor address nor another organization.
func TestAnAccountThatIsNotGovernedStays(t *testing.T) {
	each(t, func(s *scene) {
		other := s.organization("Northwind", "northwind.example")
		account := s.person("lee@northwind.example", true)
		s.member(account, tenants.MemberRole)
		there := s.session(account.ID, other)
		u := s.create(s.named("lee@northwind.example", true))
		s.update(u, with(u, map[string]any{"userName": "evil@" + held, "name": map[string]any{"givenName": "Evil"},
			"emails": []any{map[string]any{"value": "evil@" + held, "primary": true}}}))
		if got := s.account(account.ID); got.Email != "lee@northwind.example" || got.FirstName != nil || !s.live(there) {
			t.Errorf("%+v", got)
		}
		if row := s.stored(u); row.UserName != "evil@"+held || *row.UserID != account.ID {
			t.Errorf("%+v", row)
		}
	})
}

// A person who was pending under a stranger's address is linked once the
// directory tells one of the organization's own.
func TestAnAddressThatBecomesTheirsLinks(t *testing.T) {
	each(t, func(s *scene) {
		u := s.create(s.user(`{"userName":"jo","emails":[{"value":"jo@personal.example"}]}`))
		if u.UserID != nil {
			t.Fatal("linked by a stranger's address")
		}
		s.update(u, with(u, map[string]any{"emails": []any{map[string]any{"value": "jo@" + held}}}))
		if s.role(u) != tenants.MemberRole || s.last("directory.user_linked")["how"] != "created" {
			t.Errorf("%+v", s.stored(u))
		}
	})
}

// A directory's word about names reaches an account that the organization
// governs, and nothing is recorded where nothing is new.
func TestNamesFollowTheDirectory(t *testing.T) {
	each(t, func(s *scene) {
		u := s.pushed("jo")
		s.update(u, with(u, map[string]any{"name": map[string]any{"givenName": " Johanna ", "familyName": "Berg"}, "displayName": "Johanna B."}))
		got := s.account(*u.UserID)
		if *got.FirstName != "Johanna" || *got.LastName != "Berg" || *got.Name != "Johanna B." {
			t.Errorf("%+v", got)
		}
		e := s.last("dsync.user.updated")
		previous, _ := e["previous_attributes"].(map[string]any)
		if previous["first_name"] != "Given" || previous["email"] != nil || previous["updated_at"] != nil || previous["raw_attributes"] == nil {
			t.Errorf("%v", previous)
		}
		s.silent("the same again", func() {
			if s.update(u, with(u, nil)) {
				t.Error("changed")
			}
		})
		before := s.count("user.updated")
		s.update(u, with(u, map[string]any{"title": "Captain"}))
		if s.count("user.updated") != before {
			t.Error("the account was told to have changed")
		}
	})
}

// One who comes inactive gets no account; a member whom the directory says is
// inactive leaves, whoever made them one.
func TestWhoComesInactiveIsNotLetIn(t *testing.T) {
	each(t, func(s *scene) {
		u := s.create(s.named("new@"+held, false))
		if u.UserID != nil || s.byEmail("new@"+held) != nil || len(s.departures()) != 0 {
			t.Errorf("%+v", u)
		}
		member := s.person("old@"+held, true)
		s.member(member, tenants.MemberRole)
		here := s.session(member.ID, s.org)
		off := s.create(s.named("old@"+held, false))
		if off.UserID == nil || !s.membership(member.ID).EndedByDirectory() || s.live(here) {
			t.Errorf("%+v, %+v", off, s.membership(member.ID))
		}
		s.activate(u, true)
		if s.role(u) != tenants.MemberRole {
			t.Error("coming back")
		}
	})
}

// A person in two organizations keeps what they have in the other, and one
// directory's people are another's strangers.
func TestOrganizationsShareAPersonAndNothingElse(t *testing.T) {
	each(t, func(s *scene) {
		u := s.pushed("jo")
		other := s.organization("Northwind")
		s.must(s.d.InOrg(s.Context(), other, tester, func(tx *db.OrgTx) error {
			if _, err := users.AddMember(tx, *u.UserID, tenants.AdminRole); err != nil {
				return err
			}
			_, err := directory.GetUser(tx, s.dir.ID, u.ID)
			if err == nil {
				t.Error("another organization read the person")
			}
			return nil
		}))
		here, there := s.session(*u.UserID, s.org), s.session(*u.UserID, other)
		s.activate(u, false)
		if s.live(here) || !s.live(there) {
			t.Error("the wrong session ended")
		}
		s.must(s.d.ReadOrg(s.Context(), other, func(tx *db.OrgTx) error {
			m, err := users.MembershipOf(tx, *u.UserID)
			if err == nil && (m.Status != users.Active || m.RoleSlug != tenants.AdminRole || m.DirectoryManaged) {
				t.Errorf("%+v", m)
			}
			return err
		}))
	})
}

// D2: whoever reads the mailbox of an account can have it. A directory, or an
// admin with its token, would take the owner's, and what other organizations
// trust it with, by naming another mailbox of the same domain.
func TestADirectoryMovesNoAccountOnWhichMoreHangs(t *testing.T) {
	each(t, func(s *scene) {
		elsewhere := s.organization("Northwind", "northwind.example")
		for name, c := range map[string]struct {
			before func(*users.User)
			moves  bool
		}{
			"member": {func(u *users.User) { s.member(u, tenants.MemberRole) }, true},
			"admin":  {func(u *users.User) { s.member(u, tenants.AdminRole) }, true},
			"owner":  {func(u *users.User) { s.member(u, tenants.OwnerRole) }, false},
			"both": {func(u *users.User) {
				s.must(s.d.InOrg(s.Context(), elsewhere, tester, func(tx *db.OrgTx) error { _, err := users.AddMember(tx, u.ID, ""); return err }))
			}, false},
		} {
			account := s.person(name+"@"+held, true)
			c.before(account)
			u := s.create(s.named(name+"@"+held, true))
			if u.UserID == nil || *u.UserID != account.ID {
				t.Fatalf("%s: %+v", name, u)
			}
			s.update(u, with(u, map[string]any{"emails": []any{map[string]any{"value": name + ".new@" + held, "type": "work", "primary": true}}}))
			want := name + "@" + held
			if c.moves {
				want = name + ".new@" + held
			}
			if got := s.account(account.ID); got.Email != want || !got.EmailVerified {
				t.Errorf("%s: %s, proven %v", name, got.Email, got.EmailVerified)
			}
			if row := s.stored(u); *row.Email != name+".new@"+held {
				t.Errorf("%s: the directory's own person stayed %s", name, *row.Email)
			}
		}
	})
}
