package oauth

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/sessions"
	"gatehouse/tenants"
)

// renew refreshes as a browser application does, without a secret, unless more
// says otherwise.
func (w *world) renew(token string, more ...string) answered {
	w.t.Helper()
	m := map[string]string{"grant_type": "refresh_token", "refresh_token": token}
	for i := 0; i+1 < len(more); i += 2 {
		m[more[i]] = more[i+1]
	}
	return w.authenticate(m)
}

func sidOf(t *testing.T, a answered) id.Session {
	t.Helper()
	return id.Session(claims(t, a.get("access_token"))["sid"].(string))
}

// P8: who switches to a stricter organization takes its second step first, and
// keeps their session; nothing has changed until then.
func TestSwitchingToAStricterOrganizationStepsUp(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		strict := w.join("Strict", "member")
		w.policy(strict, tenants.Policy{MFARequired: true, SessionIdleSeconds: seconds(600)})
		e := w.app(w.user.ID, false)
		a := w.session()
		stop := w.gate(w.renew(a.get("refresh_token"), "organization_id", string(strict)), 403, "mfa_enrollment", "pending_authentication_token", "user")
		still := w.in(w.renew(a.get("refresh_token")))
		if still.get("organization_id") != string(w.org) {
			t.Fatalf("moved before the second step: %s", still.text)
		}
		done := w.in(w.second(stop.pending(), e, w.totp(e, 0)))
		if done.get("organization_id") != string(strict) || sidOf(t, done) != sidOf(t, a) {
			t.Fatalf("%s", done.text)
		}
		w.must(w.d.Read(t.Context(), func(tx *db.Tx) error {
			s, err := sessions.Get(tx, sidOf(t, done))
			if err == nil && (s.SecondMethod == nil || *s.SecondMethod != sessions.SecondTOTP || s.SecondAt == nil || s.IdleSeconds != 600) {
				t.Errorf("%+v", s)
			}
			return err
		}))
		w.in(w.renew(done.get("refresh_token")))
		w.in(w.renew(a.get("refresh_token"))) // within the grace: the other tab gets the head
		w.says(w.second(stop.pending(), e, w.totp(e, 1)), 400, "invalid_pending_authentication_token")
		if w.events("session.created") != 1 || w.events("session.organization_switched") != 1 {
			t.Error("the log tells another story")
		}
	})
}

// Who has a factor is asked for it, and nobody brings their own.
func TestSwitchingChallenges(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		strict := w.join("Strict", "member")
		w.policy(strict, tenants.Policy{MFARequired: true})
		a := w.session()
		e := w.app(w.user.ID, true)
		stop := w.gate(w.renew(a.get("refresh_token"), "organization_id", string(strict)), 403, "mfa_challenge", "pending_authentication_token", "authentication_factors", "user")
		own := w.app(w.user.ID, false)
		w.gate(w.second(stop.pending(), own, w.totp(own, 0)), 403, "mfa_challenge", "pending_authentication_token", "authentication_factors", "user")
		w.write(func(tx *db.Tx) error { return sessions.End(tx, sidOf(t, a), sessions.Revoked) })
		w.says(w.second(stop.pending(), e, w.totp(e, 0)), 400, "invalid_pending_authentication_token")
	})
}

func TestSwitchingIsRefusedAsASignInIs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		there := w.join("There", "member")
		a := w.session()
		for _, c := range []struct {
			p       tenants.Policy
			status  int
			code    string
			members []string
		}{
			{tenants.Policy{SSORequired: true}, 400, "sso_required", []string{"pending_authentication_token", "connection_ids", "email"}},
			{tenants.Policy{AllowedMethods: []string{"passkey"}}, 400, "organization_authentication_methods_required", []string{"pending_authentication_token", "sso_connection_ids", "auth_methods", "email"}},
			{tenants.Policy{IPAllowList: []string{"192.0.2.0/24"}}, 403, "ip_not_allowed", nil},
		} {
			w.policy(there, c.p)
			w.gate(w.renew(a.get("refresh_token"), "organization_id", string(there)), c.status, c.code, c.members...)
		}
		w.policy(there, tenants.Policy{})
		if done := w.in(w.renew(a.get("refresh_token"), "organization_id", string(there))); done.get("organization_id") != string(there) {
			t.Errorf("%s", done.text)
		}
		w.says(w.renew(a.get("refresh_token"), "organization_id", "org_01ARZ3NDEKTSV4RRFFQ69G5FAV"), 400, "organization_membership_not_found")
	})
}

// A policy that is set today must hold for the sessions of yesterday, at their
// next refresh; a factor that the person adds for themselves signs nobody out.
func TestARefreshAsksThePolicyAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.session()
		e := w.app(w.user.ID, true)
		a = w.in(w.renew(a.get("refresh_token")))
		w.policy(w.org, tenants.Policy{IPAllowList: []string{"192.0.2.0/24"}})
		w.says(w.renew(a.get("refresh_token")), 403, "ip_not_allowed")
		w.says(w.renew(a.get("refresh_token"), "ip_address", "192.0.2.9"), 403, "ip_not_allowed") // said by anybody
		w.says(w.renew(a.get("refresh_token"), "ip_address", "198.51.100.1", "client_secret", w.secret), 403, "ip_not_allowed")
		a = w.in(w.renew(a.get("refresh_token"), "ip_address", "192.0.2.9", "client_secret", w.secret))
		w.policy(w.org, tenants.Policy{AllowedMethods: []string{"passkey"}, BreakGlassUsers: []id.User{w.user.ID}})
		a = w.in(w.renew(a.get("refresh_token")))
		w.policy(w.org, tenants.Policy{AllowedMethods: []string{"passkey"}})
		w.gate(w.renew(a.get("refresh_token")), 400, "organization_authentication_methods_required", "pending_authentication_token", "sso_connection_ids", "auth_methods", "email")
		w.policy(w.org, tenants.Policy{MFARequired: true})
		stop := w.gate(w.renew(a.get("refresh_token")), 403, "mfa_challenge", "pending_authentication_token", "authentication_factors", "user")
		done := w.in(w.second(stop.pending(), e, w.totp(e, 0)))
		if sidOf(t, done) != sidOf(t, a) {
			t.Error("another session")
		}
		w.in(w.renew(done.get("refresh_token")))
	})
}

// An organization's session lifetimes hold for sessions that began before and
// after they were set: for refreshes, for userinfo and in the lists alike.
func TestSessionLifetimesOfAnOrganization(t *testing.T) {
	for name, c := range map[string]struct {
		p      tenants.Policy
		before bool // the session began before the policy was set
		alive  time.Duration
		dead   time.Duration
	}{
		"lifetime":                {tenants.Policy{SessionLifetimeSeconds: seconds(3600)}, false, 59 * time.Minute, 2 * time.Minute},
		"lifetime, begun before":  {tenants.Policy{SessionLifetimeSeconds: seconds(3600)}, true, 59 * time.Minute, 2 * time.Minute},
		"unused":                  {tenants.Policy{SessionIdleSeconds: seconds(900)}, false, 14 * time.Minute, 16 * time.Minute},
		"unused, begun before":    {tenants.Policy{SessionIdleSeconds: seconds(900)}, true, 14 * time.Minute, 16 * time.Minute},
		"too old when it was set": {tenants.Policy{SessionLifetimeSeconds: seconds(300)}, true, 0, 6 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Run(t, func(t *testing.T, d *db.DB) {
				clock := startClock(d)
				w := newWorld(t, d, NewClient{})
				if !c.before {
					w.policy(w.org, c.p)
				}
				a := w.standard("openid offline_access")
				if c.alive > 0 {
					w.policy(w.org, c.p)
					clock.advance(c.alive)
					a = w.standardRefresh(a)
					if a.status != http.StatusOK {
						t.Fatalf("%d %s", a.status, a.text)
					}
				}
				clock.advance(c.dead)
				w.policy(w.org, c.p)
				if info := w.userinfo(a.get("access_token")); info.status != http.StatusUnauthorized {
					t.Errorf("userinfo: %d %s", info.status, info.text)
				}
				b := w.standardRefresh(a)
				if b.status != http.StatusBadRequest || b.get("error") != "invalid_grant" {
					t.Errorf("%d %s", b.status, b.text)
				}
				w.must(w.d.Read(t.Context(), func(tx *db.Tx) error {
					s, err := sessions.Get(tx, sidOf(t, a))
					if err == nil && s.LiveAt(d.Now()) {
						t.Errorf("it is alive in lists: %+v", s)
					}
					return err
				}))
			})
		})
	}
}

// Who is too old for the organization signs in again for it; where they are,
// nothing ends.
func TestSwitchingIntoShorterLifetimes(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		clock := startClock(d)
		w := newWorld(t, d, NewClient{})
		brief := w.join("Brief", "member")
		w.policy(brief, tenants.Policy{SessionLifetimeSeconds: seconds(3600)})
		a := w.session()
		clock.advance(2 * time.Hour)
		w.says(w.renew(a.get("refresh_token"), "organization_id", string(brief)), 400, "login_required")
		w.in(w.renew(a.get("refresh_token")))

		// A page asks anew too: the browser's old sign-in is not enough there.
		silent := func(org id.Organization) string {
			return w.get("/user_management/authorize", w.wireQuery("prompt", "none", "organization_id", string(org))).location.Query().Get("error")
		}
		if here, there := silent(w.org), silent(brief); here != "" || there != "login_required" {
			t.Errorf("without a page: %q and %q", here, there)
		}
		started := w.get("/user_management/authorize", w.wireQuery("organization_id", string(brief)))
		w.must(d.Read(t.Context(), func(tx *db.Tx) error {
			at, err := attemptRows.Get(tx, id.Attempt(started.location.Query().Get("flow")))
			if err == nil && (at.FreshAfter == nil || !at.FreshAfter.Equal(d.Clock().Add(-time.Hour))) {
				t.Errorf("the sign-in may be as old as %v", at.FreshAfter)
			}
			return err
		}))
	})
}

// The standard surface has no grants for further steps: it sends the person to
// the authorization endpoint.
func TestTheStandardSurfaceSendsBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		a := w.standard("openid offline_access")
		w.policy(w.org, tenants.Policy{MFARequired: true})
		w.says(w.standardRefresh(a), 400, "interaction_required")
		w.policy(w.org, tenants.Policy{IPAllowList: []string{"192.0.2.0/24"}})
		if b := w.standardRefresh(a); b.status != http.StatusForbidden || b.get("error") == "" {
			t.Errorf("%d %s", b.status, b.text)
		}
	})
}

// prompt=none must not be a way round the gates.
func TestSilentAnswersPassTheGates(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.code()
		silent := func() string {
			a := w.get("/user_management/authorize", w.wireQuery("prompt", "none"))
			if a.location.Query().Get("code") != "" {
				return "code"
			}
			return a.location.Query().Get("error")
		}
		for want, p := range map[string]tenants.Policy{
			"code": {}, "interaction_required": {MFARequired: true}, "login_required": {AllowedMethods: []string{"passkey"}}, "access_denied": {IPAllowList: []string{"192.0.2.0/24"}},
		} {
			w.policy(w.org, p)
			if got := silent(); got != want {
				t.Errorf("%+v: %s, want %s", p, got, want)
			}
		}
		w.policy(w.org, tenants.Policy{SSORequired: true})
		if got := silent(); got != "login_required" {
			t.Errorf("single sign-on: %s", got)
		}
	})
}

// A relying party decides by amr and acr whether a sign-in is enough.
func TestTokensSayHowThePersonSignedIn(t *testing.T) {
	totp, key, sms, recovery := sessions.SecondTOTP, sessions.SecondWebAuthn, sessions.SecondSMS, sessions.SecondRecovery
	for _, c := range []struct {
		method sessions.Method
		second *sessions.Second
		acr    string
		amr    string
	}{
		{sessions.Password, nil, contextOneStep, "pwd"},
		{sessions.MagicAuth, nil, contextOneStep, "otp"},
		{sessions.GoogleOAuth, nil, contextOneStep, ""},
		{sessions.Passkey, nil, contextPasskey, "swk user mfa"},
		{sessions.Password, &totp, contextTwoSteps, "pwd otp mfa"},
		{sessions.Password, &sms, contextTwoSteps, "pwd sms mfa"},
		{sessions.MagicAuth, &recovery, contextTwoSteps, "otp mfa"},
		{sessions.Password, &key, contextPasskey, "pwd swk mfa"},
		{sessions.GoogleOAuth, &totp, contextTwoSteps, "otp mfa"},
	} {
		got := howOf(&sessions.Session{AuthMethod: c.method, SecondMethod: c.second})
		if got.Context != c.acr || scopes(got.Methods).String() != c.amr {
			t.Errorf("%s, %v: %+v", c.method, c.second, got)
		}
	}
	each(t, func(t *testing.T, w *world) {
		a := w.standard("openid offline_access")
		for _, token := range []string{a.get("id_token"), a.get("access_token"), w.standardRefresh(a).get("id_token")} {
			c := claims(t, token)
			if c["acr"] != contextOneStep || c["amr"].([]any)[0] != "pwd" || c["auth_time"] == nil {
				t.Errorf("%v", c)
			}
		}
		if c := claims(t, w.session().get("access_token")); c["amr"] != nil || c["acr"] != nil {
			t.Error("the wire's token grew")
		}
	})
}

func seconds(n int64) *int64 { return &n }

// standard is a sign-in at the standard surface.
func (w *world) standard(scope string) answered {
	w.t.Helper()
	q := w.wireQuery("scope", scope)
	done := w.signIn(w.get("/oauth2/authorize", q), &w.org)
	a := w.form("/oauth2/token", url.Values{"grant_type": {"authorization_code"}, "code": {done.location.Query().Get("code")}, "redirect_uri": {callback},
		"client_id": {string(w.client.ID)}, "client_secret": {w.secret}})
	if a.status != http.StatusOK {
		w.t.Fatalf("%d %s", a.status, a.text)
	}
	return a
}

func (w *world) standardRefresh(a answered) answered {
	w.t.Helper()
	return w.form("/oauth2/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {a.get("refresh_token")}, "client_id": {string(w.client.ID)}, "client_secret": {w.secret}})
}

func (w *world) userinfo(token string) answered {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.server.URL+"/oauth2/userinfo", nil)
	w.must(err)
	r.Header.Set("Authorization", "Bearer "+token)
	return w.do(r)
}
