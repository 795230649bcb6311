package sessions_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/sessions"
)

// The rows that sessions hang on belong to floors that this package may not
// import, so the tests make them here.
type person struct {
	db.Global
	ID                   id.User
	Email, EmailKey      string
	Metadata             string
	CreatedAt, UpdatedAt time.Time
}

func (person) TableName() string { return "users" }

type organization struct {
	db.Global
	ID                   id.Organization
	Name, Metadata       string
	CreatedAt, UpdatedAt time.Time
}

func (organization) TableName() string { return "organizations" }

var (
	people        = db.GlobalTable[person, id.User]{}
	organizations = db.GlobalTable[organization, id.Organization]{}
	who           = actor.Actor{Kind: actor.KindAnonymous, IP: "192.0.2.7", UserAgent: "Mozilla/5.0"}
)

// The cookie's secret finds its session, a copy of the database does not hold it.
func TestASecretFindsItsBrowserSession(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		u := newUser(t, d)
		b, secret := startBrowser(t, d, u)
		found, err := find(d, t, secret)
		if err != nil || found.ID != b.ID || found.UserID != u || *found.IPAddress != "192.0.2.7" || found.AuthMethod != sessions.Password {
			t.Fatalf("%+v, %v", found, err)
		}
		if bytes.Contains(found.SecretHash, []byte(secret)) || len(found.SecretHash) != 32 {
			t.Error("the secret is stored as it is")
		}
		for _, wrong := range []string{"", secret + "x", string(found.SecretHash), string(b.ID)} {
			if _, err := find(d, t, wrong); !errors.Is(err, sessions.ErrNoSession) {
				t.Errorf("%q: %v", wrong, err)
			}
		}
	})
}

// A browser session ends when it is not used for a week, when its month is
// over, and when it is ended.
func TestABrowserSessionEndsByItself(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := time.Now()
		d.Now = func() time.Time { return now }
		_, secret := startBrowser(t, d, newUser(t, d))
		now = now.Add(7*24*time.Hour - time.Second)
		b, err := find(d, t, secret)
		must(t, err)
		must(t, sessions.Touch(t.Context(), d, b))
		for range 3 { // used every week
			now = now.Add(6 * 24 * time.Hour)
			b, err = find(d, t, secret)
			must(t, err)
			must(t, sessions.Touch(t.Context(), d, b))
		}
		now = now.Add(6 * 24 * time.Hour)
		if _, err := find(d, t, secret); !errors.Is(err, sessions.ErrNoSession) {
			t.Errorf("after 30 days: %v", err)
		}
		_, idle := startBrowser(t, d, newUser(t, d))
		now = now.Add(7 * 24 * time.Hour)
		if _, err := find(d, t, idle); !errors.Is(err, sessions.ErrNoSession) {
			t.Errorf("after a week unused: %v", err)
		}
	})
}

// Every page touches the session; the database hears of it once a minute.
func TestTouchWritesOnceAMinute(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := time.Now().UTC().Truncate(time.Microsecond)
		d.Now = func() time.Time { return now }
		began := now
		_, secret := startBrowser(t, d, newUser(t, d))
		for _, c := range []struct {
			after time.Duration
			want  time.Duration
		}{{59 * time.Second, 0}, {61 * time.Second, 61 * time.Second}, {100 * time.Second, 61 * time.Second}, {122 * time.Second, 122 * time.Second}} {
			now = began.Add(c.after)
			b, err := find(d, t, secret)
			must(t, err)
			must(t, sessions.Touch(t.Context(), d, b))
			if b, err = find(d, t, secret); err != nil || !b.LastSeenAt.Equal(began.Add(c.want)) || !b.UpdatedAt.Equal(began) {
				t.Errorf("after %v: last seen %v, %v", c.after, b.LastSeenAt.Sub(began), err)
			}
		}
	})
}

// Signing out of the browser signs out of every application below it, and of
// no other browser; each session that ended says so once.
func TestEndBrowserEndsAllBelow(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		u := newUser(t, d)
		b, secret := startBrowser(t, d, u)
		other, otherSecret := startBrowser(t, d, u)
		one, two, elsewhere := start(t, d, u, b, nil), start(t, d, u, b, nil), start(t, d, u, other, nil)
		for range 2 { // a sign-out may come twice
			write(t, d, func(tx *db.Tx) error { return sessions.EndBrowser(tx, b.ID, sessions.SignedOut) })
		}
		if _, err := find(d, t, secret); !errors.Is(err, sessions.ErrNoSession) {
			t.Errorf("the cookie still works: %v", err)
		}
		if live(t, d, one) || live(t, d, two) || !live(t, d, elsewhere) {
			t.Error("the wrong sessions ended")
		}
		if _, err := find(d, t, otherSecret); err != nil {
			t.Errorf("another browser: %v", err)
		}
		revoked := recorded(t, d, "session.revoked")
		if len(revoked) != 2 || len(recorded(t, d, "browser_session.ended")) != 1 {
			t.Fatalf("%d entries", len(revoked))
		}
		var data struct {
			ID, Status string
			EndedAt    *string `json:"ended_at"`
		}
		must(t, json.Unmarshal(revoked[0].Data, &data))
		if data.Status != "revoked" || data.EndedAt == nil || !slices.Contains([]string{string(one.ID), string(two.ID)}, data.ID) {
			t.Errorf("%+v", data)
		}
	})
}

// A session's events belong to the organization that it is in, and to no other.
func TestSessionsAreToldToTheirOrganization(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		u, org := newUser(t, d), newOrganization(t, d)
		s := start(t, d, u, nil, &org)
		write(t, d, func(tx *db.Tx) error { return sessions.End(tx, s.ID, sessions.Revoked) })
		for _, kind := range []string{"session.created", "session.revoked"} {
			found := recorded(t, d, kind)
			if len(found) != 1 || found[0].OrganizationID == nil || *found[0].OrganizationID != org {
				t.Errorf("%s: %+v", kind, found)
			}
		}
	})
}

// Leaving one organization ends the sessions in it and leaves the person
// signed in elsewhere, and in their browser.
func TestEndForMemberStaysInTheOrganization(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		u, colleague, a, b := newUser(t, d), newUser(t, d), newOrganization(t, d), newOrganization(t, d)
		window, secret := startBrowser(t, d, u)
		inA, inB, none, theirs := start(t, d, u, window, &a), start(t, d, u, window, &b), start(t, d, u, window, nil), start(t, d, colleague, nil, &a)
		must(t, d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error {
			ended, err := sessions.EndForMember(tx, u, sessions.MembershipEnded)
			if len(ended) != 1 || ended[0] != inA.ID {
				t.Errorf("it says that %v ended", ended)
			}
			return err
		}))
		if live(t, d, inA) || !live(t, d, inB) || !live(t, d, none) || !live(t, d, theirs) {
			t.Error("the wrong sessions ended")
		}
		if _, err := find(d, t, secret); err != nil {
			t.Errorf("the browser: %v", err)
		}
		must(t, d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error { return sessions.EndForOrganization(tx, sessions.OrganizationDeleted) }))
		if live(t, d, theirs) || !live(t, d, inB) {
			t.Error("the organization's end")
		}
	})
}

// A changed password ends everything but the browser in which it was changed.
func TestEndForUserKeepsWhatIsExcepted(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		u := newUser(t, d)
		here, hereSecret := startBrowser(t, d, u)
		there, thereSecret := startBrowser(t, d, u)
		below, away, alone := start(t, d, u, here, nil), start(t, d, u, there, nil), start(t, d, u, nil, nil)
		write(t, d, func(tx *db.Tx) error { return sessions.EndForUser(tx, u, sessions.PasswordChanged, here.ID) })
		if !live(t, d, below) || live(t, d, away) || live(t, d, alone) {
			t.Error("the wrong sessions ended")
		}
		_, err1 := find(d, t, hereSecret)
		_, err2 := find(d, t, thereSecret)
		if err1 != nil || !errors.Is(err2, sessions.ErrNoSession) {
			t.Errorf("%v, %v", err1, err2)
		}
		write(t, d, func(tx *db.Tx) error { return sessions.EndForUser(tx, u, sessions.UserBanned) })
		if live(t, d, below) {
			t.Error("without exception all end")
		}
	})
}

// An ended, an expired and an unknown session renew nothing; a used one lives on.
func TestOnlyALiveSessionIsUsed(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := time.Now()
		d.Now = func() time.Time { return now }
		u := newUser(t, d)
		s, ended := start(t, d, u, nil, nil), start(t, d, u, nil, nil)
		write(t, d, func(tx *db.Tx) error { return sessions.End(tx, ended.ID, sessions.Revoked) })
		renew := func(session id.Session) (err error) {
			write(t, d, func(tx *db.Tx) error {
				var s *sessions.Session
				if s, err = sessions.Hold(tx, session); err == nil {
					err = sessions.Used(tx, s)
				}
				return nil
			})
			return
		}
		if err := renew(ended.ID); !errors.Is(err, sessions.ErrEnded) {
			t.Errorf("ended: %v", err)
		}
		if err := renew(id.New[id.Session]()); !errors.Is(err, sessions.ErrEnded) {
			t.Errorf("unknown: %v", err)
		}
		now = now.Add(6 * 24 * time.Hour)
		must(t, renew(s.ID))
		now = now.Add(6 * 24 * time.Hour)
		must(t, renew(s.ID))
		now = now.Add(8 * 24 * time.Hour)
		if err := renew(s.ID); !errors.Is(err, sessions.ErrEnded) {
			t.Errorf("idle: %v", err)
		}
		if len(recorded(t, d, "session.revoked")) != 1 {
			t.Error("a session that ran out was recorded as revoked")
		}
	})
}

// A switch moves one session, and none that has ended.
func TestSwitchMovesOneSession(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		u, org := newUser(t, d), newOrganization(t, d)
		one, two := start(t, d, u, nil, nil), start(t, d, u, nil, nil)
		write(t, d, func(tx *db.Tx) error {
			s, err := sessions.Switch(tx, one.ID, &org)
			if err == nil && *s.OrganizationID != org {
				t.Errorf("%v", s.OrganizationID)
			}
			return err
		})
		write(t, d, func(tx *db.Tx) error {
			s, err := sessions.Get(tx, two.ID)
			if err == nil && s.OrganizationID != nil {
				t.Errorf("the other moved to %v", *s.OrganizationID)
			}
			return errors.Join(err, sessions.End(tx, one.ID, sessions.Revoked))
		})
		err := d.Tx(t.Context(), who, func(tx *db.Tx) error { _, err := sessions.Switch(tx, one.ID, nil); return err })
		if !errors.Is(err, sessions.ErrEnded) {
			t.Errorf("an ended one: %v", err)
		}
	})
}

// A person's list holds their sessions alone, with the state of each.
func TestListShowsAPersonsSessions(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		u, other := newUser(t, d), newUser(t, d)
		first, second := start(t, d, u, nil, nil), start(t, d, u, nil, nil)
		start(t, d, other, nil, nil)
		write(t, d, func(tx *db.Tx) error { return sessions.End(tx, first.ID, sessions.Revoked) })
		must(t, d.Read(t.Context(), func(tx *db.Tx) error {
			rows, _, err := sessions.ListByUser(tx, u, db.Page{})
			must(t, err)
			if len(rows) != 2 || rows[0].ID != second.ID || rows[0].Wire(tx.Now()).Status != "active" || rows[1].Wire(tx.Now()).Status != "revoked" {
				t.Errorf("%+v", rows)
			}
			rows, _, err = sessions.List(tx, sessions.Query{User: u, Live: true})
			if len(rows) != 1 {
				t.Errorf("live: %d", len(rows))
			}
			return err
		}))
	})
}

// Where somebody signed in before is theirs; an address in the same /64 is the
// same place, and no address is no place.
func TestSignedInFromKnowsNetworks(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		u, other := newUser(t, d), newUser(t, d)
		startBrowser(t, d, u) // 192.0.2.7
		write(t, d, func(tx *db.Tx) error {
			_, err := sessions.Start(tx, sessions.New{User: u, Client: "client_x", Method: sessions.Password, IP: "2001:db8:1:2::3"})
			return err
		})
		for _, c := range []struct {
			user id.User
			ip   string
			want bool
		}{{u, "192.0.2.7", true}, {u, "::ffff:192.0.2.7", true}, {u, "192.0.2.8", false}, {u, "2001:db8:1:2:ffff::1", true}, {u, "2001:db8:1:3::3", false}, {u, "", false}, {other, "192.0.2.7", false}} {
			ip, _ := netip.ParseAddr(c.ip)
			must(t, d.Read(t.Context(), func(tx *db.Tx) error {
				got, err := sessions.SignedInFrom(tx, c.user, browser.Network(ip))
				if got != c.want {
					t.Errorf("%q: %v", c.ip, got)
				}
				return err
			}))
		}
	})
}

// The wire spells a method in two ways, and applications compare both.
func TestMethodsHaveTwoSpellings(t *testing.T) {
	for m, want := range map[sessions.Method][2]string{
		sessions.Password: {"password", "Password"}, sessions.MagicAuth: {"magic_code", "MagicAuth"}, sessions.GitHubOAuth: {"oauth", "GitHubOAuth"}, "else": {"unknown", ""},
	} {
		if got := [2]string{m.Wire(), m.Authentication()}; got != want {
			t.Errorf("%s: %v", m, got)
		}
	}
}

// An application that redeems its code while the person signs out is signed
// out with them, or is told that there is nobody: never left signed in.
func TestNothingStartsBelowAnEndingBrowser(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		u := newUser(t, d)
		for range 5 {
			b, _ := startBrowser(t, d, u)
			var s *sessions.Session
			var wg sync.WaitGroup
			wg.Go(func() {
				err := d.Tx(t.Context(), who, func(tx *db.Tx) (err error) {
					s, err = sessions.Start(tx, sessions.New{User: u, Client: "client_x", BrowserSession: &b.ID, Method: sessions.Password})
					time.Sleep(5 * time.Millisecond) // the sign-out comes in between
					return err
				})
				if errors.Is(err, sessions.ErrNoSession) {
					s = nil
				} else if err != nil {
					t.Error(err)
				}
			})
			wg.Go(func() {
				if err := d.Tx(t.Context(), who, func(tx *db.Tx) error { return sessions.EndBrowser(tx, b.ID, sessions.SignedOut) }); err != nil {
					t.Error(err)
				}
			})
			wg.Wait()
			if s != nil && live(t, d, s) {
				t.Fatal("still signed in")
			}
			err := d.Tx(t.Context(), who, func(tx *db.Tx) error {
				_, err := sessions.Start(tx, sessions.New{User: u, Client: "client_x", BrowserSession: &b.ID, Method: sessions.Password})
				return err
			})
			if !errors.Is(err, sessions.ErrNoSession) {
				t.Errorf("below an ended one: %v", err)
			}
		}
	})
}
