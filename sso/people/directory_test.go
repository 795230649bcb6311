package people_test

import (
	"testing"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
	"gatehouse/scim/schema"
	"gatehouse/sso"
	"gatehouse/sso/people"
	"gatehouse/tenants"
	"gatehouse/users"
)

var pusher = actor.Actor{Kind: actor.KindDirectory, Name: "Okta"}

// directory is one of Halden's into which something has come.
func (w *world) directory(jit bool) (d *directory.Directory) {
	w.Helper()
	w.must(w.in(func(tx *db.OrgTx) (err error) {
		if d, _, err = directory.Create(tx, directory.New{Type: directory.Okta, NoToken: true, JIT: jit}); err != nil {
			return err
		}
		_, err = directoryRows.Update(tx, d.ID, db.Set{"state": directory.Active})
		return err
	}))
	return d
}

var directoryRows = db.OwnedTable[directory.Directory, id.Directory]{}

func (w *world) push(d *directory.Directory, body string) (u *directory.User) {
	w.Helper()
	r, err := schema.User.Read([]byte(body))
	w.must(err)
	w.must(w.d.InOrg(w.Context(), w.org, pusher, func(tx *db.OrgTx) (err error) {
		u, err = provision.CreateUser(tx, d, r)
		return err
	}))
	return u
}

func (w *world) pushes(u *directory.User, attribute string, value any) {
	w.Helper()
	w.must(w.d.InOrg(w.Context(), w.org, pusher, func(tx *db.OrgTx) error {
		d, err := directory.Get(tx, u.DirectoryID)
		if err != nil {
			return err
		}
		held, err := directory.HoldUser(tx, d.ID, u.ID)
		if err != nil {
			return err
		}
		next := schema.Resource{attribute: value}
		for name, v := range held.Resource {
			if name != attribute {
				next[name] = v
			}
		}
		_, err = provision.UpdateUser(tx, d, held, next)
		return err
	}))
}

func (w *world) known(u *directory.User) (row *directory.User) {
	w.Helper()
	w.must(w.d.ReadOrg(w.Context(), w.org, func(tx *db.OrgTx) (err error) {
		row, err = directory.GetUser(tx, u.DirectoryID, u.ID)
		return err
	}))
	return row
}

// scim.md 8: at their first sign-in people are who the directory says, by the
// provider's ids, though their address there is another by now.
func TestAFirstSignInFindsThePersonOfTheDirectory(t *testing.T) {
	for name, p := range map[string]sso.Profile{
		"by the subject":      {Subject: "00u1", Email: "renamed@haldenmarine.example"},
		"by the external id":  {Subject: "x", ExternalID: "00u1", Email: "renamed@haldenmarine.example"},
		"by the user name":    {Subject: "SOFIE@haldenmarine.example", Email: "renamed@haldenmarine.example"},
		"by the address":      {Subject: "x", Email: sofie},
		"without any address": {Subject: "00u1"},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				u := w.push(w.directory(false), `{"userName":"sofie@haldenmarine.example","externalId":"00u1","emails":[{"value":"sofie@haldenmarine.example"}]}`)
				a := w.admitted(p)
				if a.User.ID != *u.UserID || a.Made || a.Unproven() || w.role(a.User) != tenants.MemberRole {
					t.Errorf("%+v", a)
				}
				if w.user(a.User.ID).Email != sofie {
					t.Error("the assertion changed a managed account")
				}
				if again := w.admitted(p); again.User.ID != *u.UserID {
					t.Error("somebody else the second time")
				}
			})
		})
	}
}

// With two providers of one organization an id of the one is nobody's at the
// other: people are found by the address that is vouched for alone.
func TestIDsOfAnotherProviderFindNobody(t *testing.T) {
	each(t, func(w *world) {
		w.connect(sso.Connection{})
		w.push(w.directory(true), `{"userName":"1001","externalId":"1001","emails":[{"value":"sofie@haldenmarine.example"}]}`)
		a := w.admitted(sso.Profile{Subject: "1001", Email: "kai@haldenmarine.example"})
		if a.User.Email != "kai@haldenmarine.example" {
			t.Errorf("signed in as %s", a.User.Email)
		}
	})
}

// D1 by the other door: a subject that looks like one of our ids is what the
// provider says, and nothing else.
func TestASubjectIsNoIDOfOurs(t *testing.T) {
	each(t, func(w *world) {
		w.directory(true)
		a := w.admitted(sso.Profile{Subject: string(w.ines.ID), Email: sofie})
		if a.User.ID == w.ines.ID {
			t.Error("signed in as the owner")
		}
	})
}

// Whom the directory switched off is refused by that name, at whichever
// sign-in, and nothing brings them back: no group, no invitation.
func TestWhoLeftTheDirectoryIsRefused(t *testing.T) {
	each(t, func(w *world) {
		d := w.directory(true)
		known := w.push(d, `{"userName":"sofie","externalId":"00u1","emails":[{"value":"sofie@haldenmarine.example"}]}`)
		w.admitted(sso.Profile{Subject: "00u1", Email: sofie})
		w.pushes(known, "active", false)
		w.push(d, `{"userName":"never","externalId":"00u2","active":false,"emails":[{"value":"never@haldenmarine.example"}]}`)
		w.invite("never@haldenmarine.example", tenants.AdminRole)
		for _, p := range []sso.Profile{
			{Subject: "00u1", Email: sofie}, {Subject: "new", Email: sofie}, {Subject: "00u2"},
			{Subject: "00u2", Email: "never@haldenmarine.example"}, {Subject: "new", Email: "never@haldenmarine.example"},
		} {
			w.refuses(p, people.ErrDirectory)
		}
		w.pushes(known, "active", true)
		if a := w.admitted(sso.Profile{Subject: "00u1", Email: sofie}); w.role(a.User) != tenants.MemberRole {
			t.Error("did not come back")
		}
	})
}

// Whom an admin took out by hand, and whom the directory switched off after
// that, does not come back by being a stranger again.
func TestWhoWasRemovedStaysOut(t *testing.T) {
	each(t, func(w *world) {
		u := w.push(w.directory(true), `{"userName":"sofie","emails":[{"value":"sofie@haldenmarine.example"}]}`)
		w.pushes(u, "active", false)
		w.must(w.in(func(tx *db.OrgTx) error {
			m, err := users.MembershipOf(tx, *u.UserID)
			if err != nil {
				return err
			}
			return users.RemoveMember(tx, m.ID)
		}))
		w.refuses(sso.Profile{Subject: "x", Email: sofie}, people.ErrDirectory)
	})
}

// Beside a directory that does not allow it nobody becomes a member by signing
// in; one that is not in use yet keeps nobody out.
func TestADirectorySaysWhetherSignInsMakeMembers(t *testing.T) {
	each(t, func(w *world) {
		d := w.directory(false)
		w.refuses(sso.Profile{Subject: "x", Email: sofie}, people.ErrUnassigned)
		w.must(w.in(func(tx *db.OrgTx) error {
			_, err := directoryRows.Update(tx, d.ID, db.Set{"state": directory.Waiting})
			return err
		}))
		if a := w.admitted(sso.Profile{Subject: "x", Email: sofie}); w.role(a.User) != tenants.MemberRole {
			t.Error("nobody had come yet")
		}
	})
}

// A directory's role and names are not the assertion's to change, and a role
// that a group of the assertion had given goes with it.
func TestAManagedMemberFollowsTheDirectory(t *testing.T) {
	each(t, func(w *world) {
		w.change(db.Set{"role_mappings": `[{"group":"crew","role_slug":"admin"}]`})
		u := w.push(w.directory(false), `{"userName":"sofie","externalId":"00u1","name":{"givenName":"Sofie"},"emails":[{"value":"sofie@haldenmarine.example"}]}`)
		a := w.admitted(sso.Profile{Subject: "00u1", Email: sofie, FirstName: "Evil", Groups: []string{"crew"}, GroupsKnown: true})
		if w.role(a.User) != tenants.MemberRole || *w.user(*u.UserID).FirstName != "Sofie" {
			t.Errorf("role %q, name %v", w.role(a.User), *w.user(*u.UserID).FirstName)
		}
	})
}

// A guest whom the directory waits for proves the mailbox, like every guest,
// and is the directory's person from then on.
func TestAGuestOfTheDirectoryProvesTheMailbox(t *testing.T) {
	each(t, func(w *world) {
		w.change(db.Set{"allow_guests": true, "jit": false})
		u := w.push(w.directory(false), `{"userName":"ceo","externalId":"00u1","emails":[{"value":"ceo@northwind.example"}]}`)
		victim := w.person(ceo, true)
		a := w.admitted(sso.Profile{Subject: "00u1", Email: ceo})
		if !a.Unproven() || a.User.ID != victim.ID || w.role(victim) != "" || w.known(u).UserID != nil {
			t.Fatalf("%+v", a)
		}
		w.must(w.in(func(tx *db.OrgTx) error {
			_, err := people.Prove(tx, w.connection.ID, victim.ID, a.Identity.ID)
			return err
		}))
		if row := w.known(u); row.UserID == nil || *row.UserID != victim.ID || w.role(victim) != tenants.MemberRole {
			t.Errorf("%+v", row)
		}
	})
}

// A directory's entry under a stranger's address lets the organization's
// provider into nobody's account, whatever ids the two agree on.
func TestADirectoryAndItsProviderDoNotMakeAnAccountTheirs(t *testing.T) {
	each(t, func(w *world) {
		victim := w.person(ceo, true)
		w.member(victim, tenants.MemberRole) // adopted by the address, and not the organization's to govern
		u := w.push(w.directory(true), `{"userName":"ceo","externalId":"00u1","emails":[{"value":"ceo@northwind.example"}]}`)
		if *w.known(u).UserID != victim.ID {
			t.Fatal("not adopted")
		}
		a := w.admitted(sso.Profile{Subject: "00u1", Email: sofie})
		if a.User.ID == victim.ID {
			t.Error("signed in as the victim")
		}
	})
}

// Whoever has a directory's token could else call the owner by a subject of
// their own, and sign in as the owner.
func TestADirectoryGivesNobodysAccountToASecondSubject(t *testing.T) {
	each(t, func(w *world) {
		u := w.push(w.directory(true), `{"userName":"sofie","externalId":"00u1","emails":[{"value":"sofie@haldenmarine.example"}]}`)
		w.admitted(sso.Profile{Subject: "00u1", Email: sofie})
		w.pushes(u, "externalId", "00u666")
		w.refuses(sso.Profile{Subject: "00u666", Email: "mallory@haldenmarine.example"}, people.ErrOtherSubject)
		w.refuses(sso.Profile{Subject: "00u666"}, people.ErrOtherSubject)
		if a := w.admitted(sso.Profile{Subject: "00u1-new", Email: sofie}); a.User.ID != *u.UserID {
			t.Error("somebody with the same address is somebody else")
		}
	})
}

// A directory that is switched off would else go on to let people in, past a
// connection that takes in nobody.
func TestADirectoryThatIsOffWaitsForNobody(t *testing.T) {
	each(t, func(w *world) {
		d := w.directory(true)
		w.push(d, `{"userName":"guest","externalId":"00u1","emails":[{"value":"kai@elsewhere.example"}]}`)
		w.must(w.in(func(tx *db.OrgTx) error {
			off := false
			_, err := directory.Change(tx, d.ID, directory.Edit{On: &off})
			return err
		}))
		w.change(db.Set{"jit": false})
		w.refuses(sso.Profile{Subject: "00u1", Email: "kai@haldenmarine.example"}, people.ErrNotMember)
	})
}
