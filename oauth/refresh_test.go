package oauth

import (
	"log/slog"
	"net/http"
	"net/url"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/audit/sequence"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

func (w *world) refresh(token string, more ...string) answered {
	w.t.Helper()
	members := map[string]string{"grant_type": "refresh_token", "refresh_token": token}
	for i := 0; i+1 < len(more); i += 2 {
		members[more[i]] = more[i+1]
	}
	return w.authenticate(members)
}

func (w *world) refreshed(token string, more ...string) string {
	w.t.Helper()
	a := w.refresh(token, more...)
	if a.status != http.StatusOK {
		w.t.Fatalf("refresh: %d %s", a.status, a.text)
	}
	return a.get("refresh_token")
}

func (w *world) refused(token, why string) {
	w.t.Helper()
	if a := w.refresh(token); a.status != http.StatusBadRequest || a.get("error") != "invalid_grant" {
		w.t.Errorf("%s: %d %s", why, a.status, a.text)
	}
}

// O11: of 50 tabs that refresh at once every one goes on, with the same successor.
func TestParallelRefreshesGetOneSuccessor(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, NewClient{TokenAlgorithm: ES256})
		token := w.session().get("refresh_token")
		answers := make(chan answered)
		for range 50 {
			go func() { answers <- w.refresh(token) }()
		}
		successors := map[string]int{}
		for range 50 {
			if a := <-answers; a.status == http.StatusOK {
				successors[a.get("refresh_token")]++
			} else {
				t.Errorf("%d %s", a.status, a.text)
			}
		}
		if len(successors) != 1 {
			t.Errorf("%d successors", len(successors))
		}
		if n := w.events("session.refreshed"); n != 1 {
			t.Errorf("rotated %d times", n)
		}
		for head := range successors {
			w.refreshed(head)
		}
	})
}

// A client whose answer got lost must get on; a thief must not.
func TestGraceAndReuse(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := startClock(d)
		w := newWorld(t, d, NewClient{})
		first := w.session().get("refresh_token")
		second := w.refreshed(first)
		c.advance(10 * time.Second)
		third := w.refreshed(second)
		c.advance(15 * time.Second)
		if got := w.refreshed(first); got != third {
			t.Error("a repeat within the grace is not answered with the present head")
		}
		if got := w.refreshed(second); got != third {
			t.Error("a repeat within the grace is not answered with the present head")
		}
		c.advance(5*time.Second + time.Millisecond) // 30.001 s after the first was rotated out
		w.refused(first, "a repeat after the grace")
		w.refused(third, "the head of a family that ended")
		w.refused(first, "again")
		if w.events("session.refresh_token_reused") != 1 || w.events("session.revoked") != 1 {
			t.Errorf("%d entries of reuse, %d sessions ended", w.events("session.refresh_token_reused"), w.events("session.revoked"))
		}
	})
}

// A loop that refreshes without pause must never meet invalid_grant, with none
// of the tokens that it got within the grace, and the row must stay small.
func TestRefreshingInALoopKeepsEveryTokenOfTheGrace(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := startClock(d)
		w := newWorld(t, d, NewClient{TokenAlgorithm: ES256})
		token := w.session().get("refresh_token")
		all := []string{token}
		for range 50 {
			next := w.refreshed(token)
			if next == token {
				t.Fatal("a refresh did not rotate")
			}
			token = next
			all = append(all, token)
			c.advance(500 * time.Millisecond)
		}
		for _, old := range all {
			if w.refreshed(old) != token {
				t.Error("a token of the grace is not answered with the head")
			}
			token = w.refreshed(token)
		}
	})
}

// The organization switches by name, only into what the person belongs to, and
// a repeat within the grace may name another.
func TestRefreshSwitchesTheOrganization(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, NewClient{})
		other := w.join("Borealis", "member")
		var foreign id.Organization
		w.write(func(tx *db.Tx) error {
			o, err := tenants.Create(tx, tenants.New{Name: "Foreign"})
			if err == nil {
				foreign = o.ID
			}
			return err
		})
		token := w.session().get("refresh_token")
		for _, org := range []string{string(foreign), "org_nonsense", string(id.New[id.Organization]())} {
			if a := w.refresh(token, "organization_id", org); a.status != http.StatusBadRequest || a.get("error") != "organization_membership_not_found" {
				t.Errorf("%s: %d %s", org, a.status, a.text)
			}
		}
		switched := w.refresh(token, "organization_id", string(other))
		c := claims(t, switched.get("access_token"))
		if switched.get("organization_id") != string(other) || c["org_id"] != string(other) || c["role"] != "member" {
			t.Errorf("%s %v", switched.text, c)
		}
		repeat := w.refresh(token, "organization_id", string(w.org))
		if repeat.get("organization_id") != string(w.org) || repeat.get("refresh_token") != switched.get("refresh_token") {
			t.Errorf("a repeat that names another organization: %s", repeat.text)
		}
		plain := w.refresh(switched.get("refresh_token"))
		if plain.get("organization_id") != string(w.org) || claims(t, plain.get("access_token"))["role"] != "admin" {
			t.Errorf("without a name it keeps the session's: %s", plain.text)
		}
	})
}

// What somebody may do is asked anew at every refresh.
func TestRefreshAsksAgain(t *testing.T) {
	for name, tt := range map[string]func(w *world, session id.Session) error{
		"session ended": func(w *world, s id.Session) error {
			return w.d.Tx(w.t.Context(), tester, func(tx *db.Tx) error { return sessions.End(tx, s, sessions.Revoked) })
		},
		"membership ended": func(w *world, s id.Session) error {
			return w.d.InOrg(w.t.Context(), w.org, tester, func(tx *db.OrgTx) error {
				m, err := users.MembershipOf(tx, w.user.ID)
				if err == nil {
					_, err = users.DeactivateMember(tx, m.ID)
				}
				return err
			})
		},
		"banned": func(w *world, s id.Session) error {
			return w.d.Tx(w.t.Context(), tester, func(tx *db.Tx) error {
				_, err := users.Ban(tx, w.user.ID, nil, "test")
				return err
			})
		},
		"client deleted": func(w *world, s id.Session) error {
			return w.d.Tx(w.t.Context(), tester, func(tx *db.Tx) error { return DeleteClient(tx, w.client.ID) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Run(t, func(t *testing.T, d *db.DB) {
				c := startClock(d)
				w := newWorld(t, d, NewClient{})
				a := w.session()
				w.must(tt(w, id.Session(claims(t, a.get("access_token"))["sid"].(string))))
				c.advance(2 * cacheFor)
				if got := w.refresh(a.get("refresh_token")); got.status != http.StatusBadRequest || got.get("error") != "invalid_grant" && got.get("error") != "invalid_client" {
					t.Errorf("%d %s", got.status, got.text)
				}
			})
		})
	}
}

// A session that nobody uses ends; one that is refreshed now and then does not.
func TestRefreshKeepsASessionAlive(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := startClock(d)
		w := newWorld(t, d, NewClient{TokenAlgorithm: ES256})
		token := w.session().get("refresh_token")
		for range 4 {
			c.advance(6 * 24 * time.Hour)
			token = w.refreshed(token)
		}
		c.advance(5 * 24 * time.Hour)
		token = w.refreshed(token)
		c.advance(24*time.Hour + time.Second) // the 30 days of the absolute lifetime
		w.refused(token, "after the absolute lifetime")
	})
}

// The process that wrote a refresh's entry numbers it from memory: were that not
// what the database keeps, byte by byte, each refresh would be an alarm.
func TestTheEntryOfARefreshIsChainedAsItIsStored(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, NewClient{TokenAlgorithm: ES256})
		w.refreshed(w.refreshed(w.session().get("refresh_token")))
		s := &sequence.Sequencer{DB: d, Log: slog.New(slog.DiscardHandler)}
		for begun := time.Now(); time.Since(begun) < time.Second; time.Sleep(10 * time.Millisecond) {
			if _, err := s.Once(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		result, err := (&sequence.Verifier{DB: d}).All(t.Context())
		if err != nil || result.Count != 0 {
			t.Errorf("%+v, %v", result, err)
		}
		refreshes := 0
		err = d.ReadOrg(t.Context(), w.org, func(tx *db.OrgTx) error {
			feed, err := audit.Feed(tx, audit.FeedQuery{})
			for _, e := range feed {
				if e.Type == "session.refreshed" {
					refreshes++
				}
			}
			return err
		})
		if err != nil || refreshes != 2 {
			t.Errorf("%d refreshes have numbers, %v", refreshes, err)
		}
	})
}

// Tokens of the two surfaces, and of other clients, are strangers.
func TestRefreshTokensBelongToTheirSurface(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, NewClient{})
		token := w.session().get("refresh_token")
		a := w.form("/oauth2/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {string(w.client.ID)}, "client_secret": {w.secret}})
		if a.get("error") != "invalid_grant" {
			t.Errorf("the other surface: %d %s", a.status, a.text)
		}
		var other *Client
		w.write(func(tx *db.Tx) (err error) {
			other, err = CreateClient(tx, NewClient{Name: "Other"})
			return err
		})
		if a := w.refresh(token, "client_id", string(other.ID)); a.get("error") != "invalid_grant" {
			t.Errorf("another client: %d %s", a.status, a.text)
		}
		w.refused("nonsense", "nonsense")
		w.refused(refreshKey(make([]byte, 32)).token(id.New[id.RefreshToken](), 1), "a forged token")
		w.refreshed(token)
	})
}

func TestPasswordGrantAndOrganizationSelection(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d, NewClient{TokenAlgorithm: ES256})
		sign := func(more ...string) answered {
			members := map[string]string{"grant_type": "password", "email": "ADA@example.com", "password": goodPassword, "client_secret": w.apiKey}
			for i := 0; i+1 < len(more); i += 2 {
				members[more[i]] = more[i+1]
			}
			return w.authenticate(members)
		}
		if a := sign(); a.status != http.StatusOK || a.get("organization_id") != string(w.org) {
			t.Fatalf("one organization: %d %s", a.status, a.text)
		}
		if a := sign("password", "wrong"); a.status != http.StatusBadRequest || a.get("code") != "invalid_credentials" || a.body["error"] != nil {
			t.Errorf("wrong password: %d %s", a.status, a.text)
		}
		if wrong, unknown := sign("password", "wrong"), sign("email", "nobody@example.com"); wrong.text != unknown.text || wrong.status != unknown.status {
			t.Errorf("an unknown address can be told: %s %s", wrong.text, unknown.text)
		}
		if a := sign("client_secret", ""); a.get("error") != "invalid_client" {
			t.Errorf("without secret: %d %s", a.status, a.text)
		}
		other := w.join("Borealis", "member")
		pending := sign()
		if pending.status != http.StatusForbidden || pending.get("code") != "organization_selection_required" || len(pending.body["organizations"].([]any)) != 2 || pending.body["user"] == nil {
			t.Fatalf("several organizations: %d %s", pending.status, pending.text)
		}
		choose := func(org id.Organization) answered {
			return w.authenticate(map[string]string{"grant_type": grantSelect, "client_secret": w.secret,
				"pending_authentication_token": pending.get("pending_authentication_token"), "organization_id": string(org)})
		}
		if a := choose(id.New[id.Organization]()); a.status != http.StatusBadRequest || a.get("code") != "invalid_organization_id" {
			t.Errorf("an unknown organization: %d %s", a.status, a.text)
		}
		if a := choose(other); a.status != http.StatusOK || a.get("organization_id") != string(other) || a.get("authentication_method") != "Password" {
			t.Errorf("%d %s", a.status, a.text)
		}
		if a := choose(other); a.status != http.StatusBadRequest || a.get("code") != "invalid_pending_authentication_token" {
			t.Errorf("a second time: %d %s", a.status, a.text)
		}
		code := w.authenticate(map[string]string{"grant_type": "authorization_code", "client_secret": w.secret, "code": sign().get("pending_authentication_token")})
		if code.get("error") != "invalid_grant" {
			t.Errorf("a pending token passes for a code: %d %s", code.status, code.text)
		}
	})
}
