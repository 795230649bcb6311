package users_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

var who = actor.System("test")

func p(s string) *string { return &s }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, d *db.DB, fn func(*db.Tx) error) {
	t.Helper()
	must(t, d.Tx(t.Context(), who, fn))
}

func create(t *testing.T, d *db.DB, email string) (u *users.User) {
	t.Helper()
	write(t, d, func(tx *db.Tx) (err error) { u, err = users.Create(tx, users.New{Email: email}); return err })
	return
}

// seeded is a database with the deployment's roles
func seeded(t *testing.T, d *db.DB) {
	t.Helper()
	must(t, d.InDeployment(t.Context(), who, tenants.SeedRoles))
}

func newOrganization(t *testing.T, d *db.DB, name string) (o *tenants.Organization) {
	t.Helper()
	write(t, d, func(tx *db.Tx) (err error) { o, err = tenants.Create(tx, tenants.New{Name: name}); return err })
	return
}

func add(t *testing.T, d *db.DB, org id.Organization, u id.User, role string) (m *users.Membership) {
	t.Helper()
	must(t, d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) (err error) { m, err = users.AddMember(tx, u, role); return err }))
	return
}

func startSession(t *testing.T, d *db.DB, u id.User, org *id.Organization) (s *sessions.Session) {
	t.Helper()
	write(t, d, func(tx *db.Tx) (err error) {
		s, err = sessions.Start(tx, sessions.New{User: u, Client: "client_x", Organization: org, Method: sessions.Password})
		return err
	})
	return
}

func live(t *testing.T, d *db.DB, s *sessions.Session) bool {
	t.Helper()
	var err error
	_ = d.Read(t.Context(), func(tx *db.Tx) error { _, err = sessions.Live(tx, s.ID); return nil })
	return err == nil
}

// recorded are the entries of these types, of every organization and none
func recorded(t *testing.T, d *db.DB, types ...string) (found []audit.Event) {
	t.Helper()
	must(t, d.ReadDeployment(t.Context(), func(tx *db.AllTx) (err error) {
		found, err = audit.List(tx, audit.Filter{Types: types, Oldest: true})
		return err
	}))
	return
}

// Two spellings of one address are one account; what is no address, or would
// be more than one where it is written, is refused (attacks P2).
func TestAddressesHaveOneKey(t *testing.T) {
	for typed, want := range map[string]string{
		" Jo@Example.COM ": "jo@example.com", "jo@bücher.example": "jo@xn--bcher-kva.example", "JO@xn--bcher-kva.example": "jo@xn--bcher-kva.example",
		"jörg@example.com": "jörg@example.com", "jo\u0308rg@example.com": "jörg@example.com", "a+b.c@example.com.": "a+b.c@example.com", "root@localhost": "root@localhost",
	} {
		if a, err := users.ParseEmail(typed); a.Key != want || err != nil {
			t.Errorf("%q: %q, %v", typed, a.Key, err)
		}
	}
	for _, typed := range []string{
		"", "@", "jo", "jo@", "@example.com", "a@b@c", "jo@example.com,eve@example.com", "jo@example.com\r\nBcc: eve@example.com", "jo@example.com\x00",
		"Jo <jo@example.com>", `"jo"@example.com`, "jo@[127.0.0.1]", "jo @example.com", "jo\u00a0x@example.com", "jo@exa mple.com", "jo;x@example.com",
		"jo@-example.com", "jo@example..com", strings.Repeat("x", 65) + "@example.com", "jo@" + strings.Repeat("a.", 130) + "com", "j\xffo@example.com", "jo\u202e@example.com",
		strings.Repeat("@", 5000),
	} {
		if a, err := users.ParseEmail(typed); !errors.Is(err, users.ErrInvalidEmail) {
			t.Errorf("%.40q: %+v, %v", typed, a, err)
		}
	}
}

// An account comes back as it was made, by each of its names.
func TestCreateKeepsWhatWasSaid(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		var u *users.User
		write(t, d, func(tx *db.Tx) (err error) {
			u, err = users.Create(tx, users.New{Email: "Jo@Example.com", EmailVerified: true, FirstName: p(" Jo "), LastName: p(""), Locale: p("de-CH"),
				ExternalID: p("crm-1"), Metadata: map[string]string{"a": "1"}, PasswordHash: "$argon2id$x"})
			return err
		})
		must(t, d.Read(t.Context(), func(tx *db.Tx) error {
			got, err := users.GetByEmail(tx, "jo@EXAMPLE.com")
			must(t, err)
			if got.ID != u.ID || got.Email != "Jo@Example.com" || *got.FirstName != "Jo" || got.LastName != nil || !got.EmailVerified || got.Metadata["a"] != "1" {
				t.Errorf("%+v", got)
			}
			if got, err := users.GetByExternalID(tx, "crm-1"); err != nil || got.ID != u.ID {
				t.Errorf("%v, %v", got, err)
			}
			has, err := users.HasPassword(tx, u.ID)
			if !has {
				t.Error("no password")
			}
			return err
		}))
		if events := recorded(t, d, "user.created"); len(events) != 1 || strings.Contains(string(events[0].Data), "argon2") {
			t.Errorf("%+v", events)
		}
	})
}

// What somebody else has, and what is malformed, is refused with the wire's
// codes and leaves nothing behind.
func TestCreateRefusesWhatIsTaken(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		write(t, d, func(tx *db.Tx) error {
			_, err := users.Create(tx, users.New{Email: "jo@example.com", ExternalID: p("x")})
			return err
		})
		for name, c := range map[string]struct {
			n    users.New
			want *problem.Error
		}{
			"address":     {users.New{Email: "JO@example.com"}, users.ErrEmailTaken},
			"external id": {users.New{Email: "new@example.com", ExternalID: p("x")}, field.ErrExternalIDTaken},
			"no address":  {users.New{Email: "x"}, users.ErrInvalidEmail},
			"metadata":    {users.New{Email: "new@example.com", Metadata: map[string]string{"": "x"}}, field.ErrInvalidMetadata},
			"locale":      {users.New{Email: "new@example.com", Locale: p("de ch")}, users.ErrInvalidLocale},
			"picture":     {users.New{Email: "new@example.com", ProfilePictureURL: p("data:image/png;base64,x")}, users.ErrInvalidPicture},
			"name":        {users.New{Email: "new@example.com", FirstName: p("a\nb")}, problem.ErrInvalid},
		} {
			err := d.Tx(t.Context(), who, func(tx *db.Tx) error { _, err := users.Create(tx, c.n); return err })
			if !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		must(t, d.Read(t.Context(), func(tx *db.Tx) error {
			n, err := users.Count(tx)
			if n != 1 {
				t.Errorf("%d accounts", n)
			}
			return err
		}))
	})
}

// Only named members change; a new address has to be proven again (attacks P4).
func TestUpdateChangesWhatIsNamed(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		create(t, d, "taken@example.com")
		var u *users.User
		write(t, d, func(tx *db.Tx) (err error) {
			u, err = users.Create(tx, users.New{Email: "jo@example.com", EmailVerified: true, FirstName: p("Jo"), LastName: p("X")})
			return err
		})
		var none *string
		last := p("Y")
		write(t, d, func(tx *db.Tx) error {
			got, err := users.Update(tx, u.ID, users.Change{Email: p("JO@example.com"), FirstName: &none, LastName: &last})
			must(t, err)
			if got.Email != "JO@example.com" || !got.EmailVerified || got.FirstName != nil || *got.LastName != "Y" {
				t.Errorf("%+v", got)
			}
			got, err = users.Update(tx, u.ID, users.Change{Email: p("new@example.com")})
			must(t, err)
			if got.EmailVerified || got.EmailKey != "new@example.com" {
				t.Errorf("an address that nobody proved: %+v", got)
			}
			if _, err = users.Update(tx, u.ID, users.Change{Email: p("Taken@example.com")}); !errors.Is(err, users.ErrEmailTaken) {
				t.Errorf("taken: %v", err)
			}
			if _, err = users.Update(tx, id.New[id.User](), users.Change{}); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("unknown: %v", err)
			}
			return nil
		})
		if got := len(recorded(t, d, "user.updated")); got != 2 {
			t.Errorf("%d entries", got)
		}
	})
}

// A list of an organization's people pages through them alone; another
// organization's key sees its own (attacks T3).
func TestListStaysInTheOrganization(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		a, b := newOrganization(t, d, "a"), newOrganization(t, d, "b")
		var inA []id.User
		for _, name := range []string{"one", "two", "three"} {
			u := create(t, d, name+"@example.com")
			add(t, d, a.ID, u.ID, "")
			inA = append(inA, u.ID)
		}
		other := create(t, d, "other@example.com")
		add(t, d, b.ID, other.ID, "")
		list := func(q users.Query) (ids []id.User, paging db.Paging) {
			must(t, d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
				rows, more, err := users.List(tx, q)
				for _, u := range rows {
					ids = append(ids, u.ID)
				}
				paging = more
				return err
			}))
			return
		}
		if all, _ := list(users.Query{}); len(all) != 4 {
			t.Errorf("%v", all)
		}
		first, paging := list(users.Query{Organization: a.ID, Page: db.Page{Limit: 2}})
		rest, _ := list(users.Query{Organization: a.ID, Page: db.Page{Limit: 2, After: paging.After}})
		slices.Reverse(inA)
		if !slices.Equal(append(first, rest...), inA) {
			t.Errorf("%v then %v, want %v", first, rest, inA)
		}
		if got, _ := list(users.Query{Organization: a.ID, Email: "TWO@example.com"}); len(got) != 1 {
			t.Errorf("by address: %v", got)
		}
		if got, _ := list(users.Query{Organization: a.ID, Email: "other@example.com"}); len(got) != 0 {
			t.Errorf("somebody else's person: %v", got)
		}
		must(t, d.ReadOrg(t.Context(), b.ID, func(tx *db.OrgTx) error {
			rows, _, err := users.List(tx, users.Query{Organization: a.ID})
			if len(rows) != 1 || rows[0].ID != other.ID {
				t.Errorf("b sees %v", rows)
			}
			return err
		}))
	})
}

// A ban ends the person's sessions and is over when its time is.
func TestBanEndsSessions(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		u := create(t, d, "jo@example.com")
		s := startSession(t, d, u.ID, nil)
		until := time.Now().Add(time.Hour).UTC().Truncate(time.Microsecond)
		write(t, d, func(tx *db.Tx) error {
			got, err := users.Ban(tx, u.ID, &until, "spam")
			if err == nil && (!got.BannedNow(until.Add(-1)) || got.BannedNow(until)) {
				t.Errorf("%+v", got)
			}
			return err
		})
		if live(t, d, s) {
			t.Error("a banned person is still signed in")
		}
		write(t, d, func(tx *db.Tx) error {
			got, err := users.Unban(tx, u.ID)
			if err == nil && got.BannedNow(until.Add(-1)) {
				t.Errorf("%+v", got)
			}
			return err
		})
		if len(recorded(t, d, "user.banned", "session.revoked", "user.unbanned")) != 3 {
			t.Error("not all of it was recorded")
		}
	})
}

// Deleting a person ends their sessions and memberships, and each is told
// where it belongs.
func TestDeleteTellsEveryone(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		u, o := create(t, d, "jo@example.com"), newOrganization(t, d, "a")
		add(t, d, o.ID, u.ID, tenants.OwnerRole)
		startSession(t, d, u.ID, &o.ID)
		write(t, d, func(tx *db.Tx) error { return users.Delete(tx, u.ID) })
		err := d.Tx(t.Context(), who, func(tx *db.Tx) error { return users.Delete(tx, u.ID) })
		if !errors.Is(err, db.ErrNotFound) {
			t.Errorf("twice: %v", err)
		}
		for _, e := range recorded(t, d, "session.revoked", "organization_membership.deleted") {
			if e.OrganizationID == nil || *e.OrganizationID != o.ID {
				t.Errorf("%s in %v", e.Type, e.OrganizationID)
			}
		}
		if n := len(recorded(t, d, "session.revoked", "organization_membership.deleted", "user.deleted")); n != 3 {
			t.Errorf("%d entries", n)
		}
		write(t, d, func(tx *db.Tx) error { _, err := users.Create(tx, users.New{Email: "jo@example.com"}); return err })
	})
}

// Whoever is the dashboard's last owner cannot be deleted: nobody could open it.
func TestTheLastOperatorStays(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		var system id.Organization
		must(t, d.InDeployment(t.Context(), who, func(tx *db.AllTx) (err error) {
			system, err = tenants.EnsureSystemOrganization(tx)
			return err
		}))
		u, other := create(t, d, "jo@example.com"), create(t, d, "other@example.com")
		add(t, d, system, u.ID, tenants.OwnerRole)
		err := d.Tx(t.Context(), who, func(tx *db.Tx) error { return users.Delete(tx, u.ID) })
		if !errors.Is(err, users.ErrLastOperator) {
			t.Errorf("%v", err)
		}
		add(t, d, system, other.ID, tenants.OwnerRole)
		write(t, d, func(tx *db.Tx) error { return users.Delete(tx, u.ID) })
	})
}
