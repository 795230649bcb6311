package oauth

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

// box is a device that wants to be connected.
type box struct {
	*world
	surface              Surface
	deviceCode, userCode string
	page                 string // /device/{id}, once the code was entered
}

func (w *world) box(surface Surface) *box {
	w.t.Helper()
	path, form := "/user_management/authorize/device", url.Values{"client_id": {string(w.client.ID)}}
	if surface == SurfaceOAuth2 {
		path = "/oauth2/device_authorization"
		form.Set("scope", "openid offline_access")
		if w.secret != "" {
			form.Set("client_secret", w.secret)
		}
	}
	a := w.form(path, form, "User-Agent", "fieldnote-cli/2.1")
	b := &box{world: w, surface: surface, deviceCode: a.get("device_code"), userCode: a.get("user_code")}
	if a.status != http.StatusOK || !regexp.MustCompile(`^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$`).MatchString(b.userCode) || len(b.deviceCode) < 40 ||
		a.get("verification_uri") != w.server.URL+"/device" || a.get("verification_uri_complete") != w.server.URL+"/device?user_code="+b.userCode ||
		a.body["expires_in"] != 600.0 || a.body["interval"] != 5.0 || a.header.Get("Cache-Control") != "no-store" {
		w.t.Fatalf("%d %s", a.status, a.text)
	}
	return b
}

func (b *box) poll() answered {
	b.t.Helper()
	form := url.Values{"grant_type": {grantDevice}, "client_id": {string(b.client.ID)}, "device_code": {b.deviceCode}}
	if b.surface == SurfaceWire {
		return b.form("/user_management/authenticate", form)
	}
	if b.secret != "" {
		form.Set("client_secret", b.secret)
	}
	return b.form("/oauth2/token", form)
}

func (b *box) tell(code string) {
	b.t.Helper()
	b.says(b.poll(), http.StatusBadRequest, code)
}

// enter types the code into this browser; the sign-in follows.
func (b *box) enter() answered {
	b.t.Helper()
	return b.form("/device", url.Values{"user_code": {strings.ToLower(b.userCode)}})
}

// reach enters the code, signs in and comes back.
func (b *box) reach(org *id.Organization) answered {
	b.t.Helper()
	a := b.enter()
	if a.status != http.StatusSeeOther {
		b.t.Fatalf("%d %s", a.status, a.text)
	}
	a.status = http.StatusFound
	path, secret := b.complete(a, org)
	b.cookie(secret)
	b.page = path
	return b.get(path, nil)
}

func (b *box) decide(what string) answered {
	b.t.Helper()
	return b.form(b.page, url.Values{"decision": {what}})
}

// The whole way on both surfaces: a code on the device, a person in a browser,
// a session on the device that is its own.
func TestADeviceIsConnected(t *testing.T) {
	for _, surface := range []Surface{SurfaceWire, SurfaceOAuth2} {
		t.Run(string(surface), func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				b := w.box(surface)
				b.tell("authorization_pending")
				page := b.reach(&w.org)
				for _, want := range []string{"Fieldnote", "fieldnote-cli/2.1", "ada@example.com", "Acme", "127.0.0.1", `value="approve"`, `value="deny"`} {
					if page.status != http.StatusOK || !strings.Contains(page.text, want) {
						t.Fatalf("without %s: %d %s", want, page.status, page.text)
					}
				}
				if a := b.decide("approve"); a.status != http.StatusSeeOther || a.location.Path != b.page {
					t.Fatalf("%d %v %s", a.status, a.location, a.text)
				}
				if a := w.get(b.page, nil); a.status != http.StatusOK || strings.Contains(a.text, `value="approve"`) {
					t.Errorf("after it: %d %s", a.status, a.text)
				}
				a := w.in(b.poll())
				c := claims(t, a.get("access_token"))
				if c["org_id"] != string(w.org) || surface == SurfaceOAuth2 && (a.get("id_token") == "" || c["aud"] != string(w.client.ID)) {
					t.Errorf("%s", a.text)
				}
				w.checkSession(id.Session(c["sid"].(string)), "127.0.0.1", "fieldnote-cli/2.1")
				b.tell("invalid_grant") // once
				if w.events("device_authorization.approved") != 1 || w.events("session.created") != 1 {
					t.Error("the log tells another story")
				}
				w.get("/user_management/sessions/logout", url.Values{"session_id": {c["sid"].(string)}})
				if surface == SurfaceWire {
					w.refused(a.get("refresh_token"), "after the device's sign-out")
				}
			})
		})
	}
}

func TestADeviceIsDenied(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.box(SurfaceWire)
		b.reach(&w.org)
		b.decide("deny")
		b.tell("access_denied")
		if a := b.decide("approve"); a.status != http.StatusBadRequest {
			t.Errorf("approved after it was denied: %d", a.status)
		}
		b.tell("access_denied")
		if w.events("device_authorization.denied") != 1 || w.events("device_authorization.approved") != 0 {
			t.Error("the log tells another story")
		}
	})
}

// RFC 8628 §3.5: who asks too often has to wait longer each time.
func TestADeviceThatAsksTooOften(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		clock := startClock(d)
		w := newWorld(t, d, NewClient{})
		b := w.box(SurfaceWire)
		b.tell("authorization_pending")
		clock.advance(4 * time.Second)
		b.tell("slow_down") // ten seconds from now on
		clock.advance(6 * time.Second)
		b.tell("slow_down") // fifteen
		clock.advance(14 * time.Second)
		b.tell("slow_down")
		clock.advance(20 * time.Second)
		b.tell("authorization_pending")
		clock.advance(deviceLifetime)
		b.tell("expired_token")
		if a := b.enter(); a.status != http.StatusUnprocessableEntity {
			t.Errorf("a code that ran out: %d", a.status)
		}
		w.write(func(tx *db.Tx) error { return Sweep(tx) })
		b.tell("expired_token")
		clock.advance(25 * time.Hour)
		w.write(func(tx *db.Tx) error { return Sweep(tx) })
		b.tell("invalid_grant")
	})
}

// Twenty polls of an approved device at once must give one session.
func TestADeviceIsConnectedOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.box(SurfaceWire)
		b.reach(&w.org)
		b.decide("approve")
		status := make(chan int)
		for range 20 {
			go func() { status <- b.poll().status }()
		}
		won := 0
		for range 20 {
			if <-status == http.StatusOK {
				won++
			}
		}
		if won != 1 || w.events("session.created") != 1 {
			t.Errorf("%d of the polls got tokens", won)
		}
	})
}

// O13: a session that did not enter the code must not decide about the device,
// by its page or by entering the code after somebody else.
func TestOnlyWhoEnteredTheCodeDecides(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.box(SurfaceWire)
		b.reach(&w.org)
		mine := w.http.Jar
		var secret string
		w.write(func(tx *db.Tx) (err error) {
			_, secret, err = sessions.StartBrowser(tx, w.user.ID, sessions.Password, sessions.Lifetimes{})
			return err
		})
		w.http.Jar, _ = cookiejar.New(nil)
		for _, cookie := range []string{"", secret} {
			w.cookie(cookie)
			for _, a := range []answered{w.get(b.page, nil), b.decide("approve"), b.decide("deny")} {
				if a.status != http.StatusForbidden || !strings.Contains(a.text, "device_code_not_entered") {
					t.Errorf("with cookie %q: %d %s", cookie, a.status, a.text)
				}
			}
		}
		if a := b.enter(); a.status != http.StatusUnprocessableEntity || strings.Contains(a.text, string(b.page)) {
			t.Errorf("entered by a second person: %d", a.status)
		}
		b.tell("authorization_pending")
		w.http.Jar = mine
		if a := b.enter(); a.status != http.StatusSeeOther { // the same browser may start over
			t.Fatalf("entered again: %d %s", a.status, a.text)
		}
		if a := b.decide("approve"); a.status != http.StatusForbidden {
			t.Errorf("the page of the sign-in before: %d", a.status)
		}
	})
}

// A link with the code filled in connects nothing by itself.
func TestALinkConnectsNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.box(SurfaceWire)
		a := w.get("/device", url.Values{"user_code": {b.userCode}})
		if a.status != http.StatusOK || !strings.Contains(a.text, `value="`+b.userCode+`"`) {
			t.Fatalf("%d %s", a.status, a.text)
		}
		for _, bad := range []string{`"><script>`, strings.Repeat("B", 5000), "AEIO-UAEI", ""} {
			if a := w.get("/device", url.Values{"user_code": {bad}}); a.status != http.StatusOK || strings.Contains(a.text, "<script>") {
				t.Errorf("%q: %d", bad, a.status)
			}
			if a := w.form("/device", url.Values{"user_code": {bad}}); a.status != http.StatusUnprocessableEntity || strings.Contains(a.text, `"><script>`) {
				t.Errorf("posted %q: %d", bad, a.status)
			}
		}
		w.must(w.d.Read(t.Context(), func(tx *db.Tx) error {
			rows, err := devices.List(tx, db.Query{})
			if err == nil && (len(rows) != 1 || rows[0].AttemptID != nil) {
				t.Error("a GET bound the code")
			}
			return err
		}))
		b.tell("authorization_pending")
	})
}

// Guessing codes must end soon, for who is signed in and who is not.
func TestUserCodesCannotBeGuessed(t *testing.T) {
	for name, signedIn := range map[string]bool{"signed out": false, "signed in": true} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				b := w.box(SurfaceWire)
				if signedIn {
					w.code()
				}
				var last answered
				for range 12 {
					last = w.form("/device", url.Values{"user_code": {"BBBB-BBBB"}})
				}
				if last.status != http.StatusTooManyRequests || last.header.Get("Retry-After") == "" {
					t.Fatalf("%d", last.status)
				}
				if a := b.enter(); a.status != http.StatusTooManyRequests {
					t.Errorf("the right one: %d", a.status)
				}
			})
		})
	}
}

// What happens between the approval and the device's next question counts.
func TestConnectingAsksAgain(t *testing.T) {
	for name, change := range map[string]func(w *world, tx *db.Tx) error{
		"signed out everywhere": func(w *world, tx *db.Tx) error { return sessions.EndForUser(tx, w.user.ID, sessions.Disowned) },
		"banned": func(w *world, tx *db.Tx) error {
			_, err := users.Ban(tx, w.user.ID, nil, "test")
			return err
		},
		"left": func(w *world, tx *db.Tx) error {
			return tx.In(w.org, func(tx *db.OrgTx) error {
				m, err := users.MembershipOf(tx, w.user.ID)
				if err == nil {
					_, err = users.DeactivateMember(tx, m.ID)
				}
				return err
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				b := w.box(SurfaceWire)
				b.reach(&w.org)
				b.decide("approve")
				w.write(func(tx *db.Tx) error { return change(w, tx) })
				b.tell("access_denied")
				if w.events("session.created") != 0 {
					t.Error("it was let in")
				}
			})
		})
	}
}

// An approval passes the organization's gates, at the moment of approving too;
// its session lives as long as the organization allows.
func TestADeviceEntersAsItsPersonDoes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.box(SurfaceWire)
		b.reach(&w.org)
		w.policy(w.org, tenants.Policy{MFARequired: true})
		if a := b.decide("approve"); a.status != http.StatusForbidden {
			t.Errorf("approved past the policy: %d", a.status)
		}
		w.policy(w.org, tenants.Policy{SessionLifetimeSeconds: seconds(3600), SessionIdleSeconds: seconds(600)})
		b.decide("approve")
		a := w.in(b.poll())
		w.must(w.d.Read(t.Context(), func(tx *db.Tx) error {
			s, err := sessions.Get(tx, sidOf(t, a))
			if err == nil && (s.ExpiresAt.Sub(s.CreatedAt) != time.Hour || s.IdleSeconds != 600 || s.BrowserSessionID != nil) {
				t.Errorf("%+v", s)
			}
			return err
		}))
	})
}

// A device code is its client's and its surface's alone.
func TestDeviceCodesBelongToTheirClient(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		b := w.box(SurfaceWire)
		b.reach(&w.org)
		b.decide("approve")
		var other *Client
		w.write(func(tx *db.Tx) (err error) {
			other, err = CreateClient(tx, NewClient{Name: "Other", RedirectURIs: []string{callback}})
			return err
		})
		a := w.form("/user_management/authenticate", url.Values{"grant_type": {grantDevice}, "client_id": {string(other.ID)}, "device_code": {b.deviceCode}})
		w.says(a, http.StatusBadRequest, "invalid_grant")
		standard := *b
		standard.surface = SurfaceOAuth2
		standard.tell("invalid_grant")
		w.in(b.poll())
		for _, bad := range []url.Values{{}, {"client_id": {"client_unknown"}}} {
			if a := w.form("/user_management/authorize/device", bad); a.status != http.StatusBadRequest || a.get("error") == "" {
				t.Errorf("%v: %d %s", bad, a.status, a.text)
			}
		}
		a = w.form("/oauth2/device_authorization", url.Values{"client_id": {string(w.client.ID)}})
		w.says(a, http.StatusBadRequest, "invalid_client") // it has a secret
	})
}
