package e2e

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/social"
	"gatehouse/sso/oidc"
	"gatehouse/sso/oidc/oidctest"
	"gatehouse/tenants"
	"gatehouse/users"
)

// O2: who made an account with somebody else's address, and waits in it, is
// out once the owner comes by a provider that verified the address.
func TestASquatterIsPutOut(t *testing.T) {
	runAway(t, func(t *testing.T, w *away) {
		w.settings(func(s *tenants.Settings) { s.VerifyEmails = false })
		squatter := w.Browser()
		p := squatter.Get(w.AuthorizeURL("screen_hint", "sign-up")).Submit("email", "Ines@Halden.example", "first_name", "E", "last_name", "E").Submit("password", Password)
		tokens := w.arrived(p)
		w.enrol(w.person("ines@halden.example").ID)
		owner := w.Browser()
		w.arrived(w.signIn(owner)) // and no second step of the squatter's is asked for
		if live := squatter.Get("/account/session"); live.Status != http.StatusUnauthorized {
			t.Errorf("the squatter's browser: %d", live.Status)
		}
		if r := w.Tokens(map[string]any{"grant_type": "refresh_token", "refresh_token": tokens.Text("refresh_token")}); r.Status != http.StatusBadRequest {
			t.Errorf("the squatter's refresh token: %d %s", r.Status, r.Raw)
		}
		if p := w.Browser().Get(w.AuthorizeURL()).Submit("email", "ines@halden.example").Submit("password", Password); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("the squatter's password: %d at %s", p.Status, p.URL)
		}
		if w.entries("user.claimed", "Halden.example") != 1 {
			t.Error("nobody can read what happened")
		}
		w.arrived(w.signIn(w.Browser()))
	})
}

// O2: a squatter who stopped half-way into their account, past its proof, would
// take the last step once it is the owner's.
func TestHalfASquattersSignInEndsWithTheClaim(t *testing.T) {
	runAway(t, func(t *testing.T, w *away) {
		w.settings(func(s *tenants.Settings) { s.VerifyEmails = false })
		w.says["sub"], w.says["email"] = "subject-9", "eve@evil.example"
		w.arrived(w.signIn(w.Browser()))
		planted := "ines@halden.example"
		w.Tx(func(tx *db.Tx) error {
			u, err := users.GetByEmail(tx, "eve@evil.example")
			if err == nil {
				_, err = users.Update(tx, u.ID, users.Change{Email: &planted})
			}
			return err
		})
		orgs := join(t, w.Server, planted, "Halden Marine", "Nordby Kraft")
		squatter, owner := w.Browser(), w.Browser()
		half := w.signIn(squatter)
		w.says["sub"], w.says["email"] = "subject-1", planted
		whole := w.signIn(owner)
		if half.URL.Path != "/login/organizations" || whole.URL.Path != "/login/organizations" {
			t.Fatalf("the squatter at %s, the owner at %s", half.URL, whole.URL)
		}
		last := func(p *Page) *Page {
			return p.b.Post("/login/organizations", url.Values{"flow": {p.URL.Query().Get("flow")}, "organization_id": {string(orgs[0])}})
		}
		if p := last(half); squatter.Cookie("gatehouse_session") != "" || p.Status != http.StatusBadRequest {
			t.Errorf("the squatter ends at %s (%d) with the session %q", p.URL, p.Status, squatter.Cookie("gatehouse_session"))
		}
		w.arrived(last(whole))
	})
}

// O2, the other way round: a squatter's account at a provider, with the
// victim's address unverified in it, is not the victim's account here.
func TestAnUnverifiedAddressSignsInToNobodysAccount(t *testing.T) {
	runAway(t, func(t *testing.T, w *away) {
		signUp(t, w.Server, w.Browser(), "ines@halden.example")
		for _, said := range []any{false, nil, "false", "no", 0} {
			w.says["email_verified"] = said
			b := w.Browser()
			if p := w.signIn(b); p.URL.Path != "/login/verify-email" || b.Cookie("gatehouse_session") != "" {
				t.Errorf("email_verified %v: at %s", said, p.URL)
			}
		}
		w.says["email_verified"] = true
		w.says["email"] = ""
		b := w.Browser()
		w.refused(b, w.signIn(b), http.StatusForbidden, "shares no address", social.ErrNoEmail.Code)
		w.says["email"] = "ines@halden.example\r\nBcc: eve@evil.example"
		b = w.Browser()
		w.refused(b, w.signIn(b), http.StatusForbidden, "shares no address", social.ErrNoEmail.Code)
		if len(w.links("ines@halden.example")) != 0 {
			t.Error("linked")
		}
	})
}

// An operator opens every customer's data; a provider's word is not enough.
func TestAnOperatorsAccountIsNotLinkedByItsAddress(t *testing.T) {
	runAway(t, func(t *testing.T, w *away) {
		u := w.make("ines@halden.example", true)
		w.Tx(func(tx *db.Tx) error {
			system, _, err := tenants.SystemOrganization(tx)
			if err != nil {
				return err
			}
			return tx.In(system, func(tx *db.OrgTx) error {
				_, err := users.AddMember(tx, u.ID, "owner")
				return err
			})
		})
		b := w.Browser()
		w.refused(b, w.signIn(b), http.StatusForbidden, "usual sign-in", social.ErrOperator.Code)
		if len(w.links("ines@halden.example")) != 0 {
			t.Error("linked")
		}
	})
}

// O7: a link to somebody else's answer signs nobody in, and a session from
// before the sign-in is not the one after it.
func TestAnAnswerInAnotherBrowser(t *testing.T) {
	runAway(t, func(t *testing.T, w *away) {
		thief, victim := w.Browser(), w.Browser()
		back := w.agree(w.leave(thief))
		w.leave(victim) // the victim has a sign-in of their own going
		w.refused(victim, victim.Get(back), http.StatusBadRequest, "took too long", social.ErrState.Code)
		if w.provider.Seen("/token") != 0 {
			t.Error("the code was redeemed")
		}
		w.arrived(thief.Get(back)) // and the browser that asked can still finish

		b := w.Browser()
		w.arrived(w.signIn(b))
		before := b.Cookie("gatehouse_session")
		w.arrived(w.signIn(b, "prompt", "login"))
		if after := b.Cookie("gatehouse_session"); after == before || after == "" {
			t.Error("the session's cookie is the one from before")
		}
		old := w.Browser()
		old.Set("Cookie", "gatehouse_session="+before)
		if p := old.Get("/account/session"); p.Status != http.StatusUnauthorized {
			t.Errorf("the old session: %d", p.Status)
		}
	})
}

// An answer counts once, however many of it come at once; the code goes to
// the provider once.
func TestAnAnswerCountsOnce(t *testing.T) {
	runAway(t, func(t *testing.T, w *away) {
		b := w.Browser()
		back := w.agree(w.leave(b))
		var ok, refused atomic.Int32
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, back, nil)
				if err != nil {
					t.Error(err)
					return
				}
				for _, c := range b.client.Jar.Cookies(r.URL) {
					r.AddCookie(c)
				}
				res, err := http.DefaultTransport.RoundTrip(r)
				if err != nil {
					t.Error(err)
					return
				}
				defer res.Body.Close()
				switch res.StatusCode {
				case http.StatusSeeOther:
					ok.Add(1)
				case http.StatusBadRequest:
					refused.Add(1)
				default:
					t.Errorf("%d", res.StatusCode)
				}
			})
		}
		wg.Wait()
		if ok.Load() != 1 || refused.Load() != 19 || w.provider.Seen("/token") != 1 {
			t.Errorf("%d came in, %d were refused, the code was redeemed %d times", ok.Load(), refused.Load(), w.provider.Seen("/token"))
		}
	})
}

// Two tabs of one new person, both at once, make one account.
func TestTwoTabsMakeOneAccount(t *testing.T) {
	runAway(t, func(t *testing.T, w *away) {
		var backs []string
		var browsers []*Browser
		for range 4 {
			b := w.Browser()
			browsers, backs = append(browsers, b), append(backs, w.agree(w.leave(b)))
		}
		var wg sync.WaitGroup
		pages := make([]*Page, len(backs))
		for i := range backs {
			wg.Go(func() { pages[i] = browsers[i].Get(backs[i]) })
		}
		wg.Wait()
		for _, p := range pages {
			w.arrived(p)
		}
		if len(w.links("ines@halden.example")) != 1 {
			t.Errorf("%d links", len(w.links("ines@halden.example")))
		}
	})
}

// O6: an answer at another provider's address, or in another's name, is
// refused before its code goes anywhere.
func TestProvidersAreNotMixedUp(t *testing.T) {
	runAway(t, func(t *testing.T, w *away) {
		evil := oidctest.New(t)
		w.offer("evil-id", evil, social.Options{})
		b := w.Browser()
		back := w.agree(w.leave(b))
		w.refused(b, b.Get(strings.Replace(back, haldenID, "evil-id", 1)), http.StatusBadRequest, "took too long", social.ErrState.Code)
		w.refused(b, b.Get(changed(t, back, "iss", evil.URL)), http.StatusBadRequest, "couldn’t check", oidc.ErrIssuer.Code)
		if w.provider.Seen("/token") != 0 || evil.Seen("/token") != 0 {
			t.Error("the code went somewhere")
		}
		w.refused(b, b.Get(back), http.StatusBadRequest, "took too long", social.ErrState.Code) // used up
	})
}

// What is wrong with an answer is said in place, with a status, a reference
// and words of our own: what the provider wrote is shown to nobody.
func TestAnswersThatAreRefused(t *testing.T) {
	runAway(t, func(t *testing.T, w *away) {
		const theirs = "<b>canary-of-the-provider</b>"
		for name, c := range map[string]struct {
			change func(string) string
			status int
			words  string
			code   string
		}{
			"no state":               {func(s string) string { return changed(t, s, "state", "") }, 400, "took too long", social.ErrState.Code},
			"a made-up state":        {func(s string) string { return changed(t, s, "state", strings.Repeat("x", 43)) }, 400, "took too long", social.ErrState.Code},
			"a state without end":    {func(s string) string { return changed(t, s, "state", strings.Repeat("x", 4000)) }, 400, "took too long", social.ErrState.Code},
			"an unknown provider":    {func(s string) string { return strings.Replace(s, haldenID, "nobody", 1) }, 400, "took too long", social.ErrState.Code},
			"a code beside an error": {func(s string) string { return changed(t, s, "error", theirs) }, 400, "couldn’t check", oidc.ErrAnswer.Code},
			"an error": {func(s string) string {
				return changed(t, changed(t, changed(t, s, "code", ""), "error", theirs), "error_description", theirs)
			}, 400, "couldn’t check", oidc.ErrRefused.Code},
			"cancelled": {func(s string) string {
				return changed(t, changed(t, changed(t, s, "code", ""), "error", "access_denied"), "error_description", theirs)
			}, 400, "You stopped at Halden ID", oidc.ErrDenied.Code},
			"another code": {func(s string) string { return changed(t, s, "code", "made-up") }, 400, "couldn’t check", oidc.ErrCode.Code},
			"two codes":    {func(s string) string { return s + "&code=x" }, 400, "", ""},
		} {
			b := w.Browser()
			p := b.Get(c.change(w.agree(w.leave(b))))
			w.refused(b, p, c.status, c.words, c.code)
			if strings.Contains(p.Body, "canary-of-the-provider") || w.entries("authentication.oauth_failed", "canary-of") != 0 {
				t.Errorf("%s: the provider's words are shown or kept", name)
			}
		}
	})
}

// O5: a token for another sign-in, application or person of no name.
func TestTokensThatAreNotForThisSignIn(t *testing.T) {
	w := newAway(t, dbtest.SQLite(t))
	for _, c := range []struct {
		name  string
		value any
		code  string
	}{{"nonce", "another", oidc.ErrNonce.Code}, {"aud", "another", oidc.ErrAudience.Code}, {"azp", "another", oidc.ErrParty.Code}, {"sub", "", oidc.ErrSubject.Code}, {"iss", "https://evil.example", oidc.ErrIssuer.Code}} {
		w.says[c.name] = c.value
		b := w.Browser()
		w.refused(b, w.signIn(b), http.StatusBadRequest, "couldn’t check", c.code)
		delete(w.says, c.name)
	}
}

// A provider that is down is no fault of ours, and no dead end.
func TestAProviderThatIsDown(t *testing.T) {
	runAway(t, func(t *testing.T, w *away) {
		down := func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusInternalServerError) }
		for path, code := range map[string]string{"/token": oidc.ErrDown.Code, "/keys": oidc.ErrDown.Code} {
			b := w.Browser()
			w.provider.Broken[path] = down
			p := w.signIn(b)
			w.refused(b, p, http.StatusServiceUnavailable, "Halden ID doesn’t answer", code)
			if other := p.Follow("Back to sign-in"); other.URL.Path != "/login" || !other.Has("Continue with Halden ID") {
				t.Errorf("the way out leads to %s", other.URL)
			}
			delete(w.provider.Broken, path)
		}
		w.provider.Broken["/.well-known/openid-configuration"] = down
		fresh := newAway(t, dbtest.SQLite(t))
		fresh.provider.Broken["/.well-known/openid-configuration"] = down
		b := fresh.Browser()
		p := b.Get(fresh.AuthorizeURL()).Follow("Continue with Halden ID")
		fresh.refused(b, p, http.StatusServiceUnavailable, "Halden ID doesn’t answer", oidc.ErrDiscovery.Code)
	})
}

// X3: an issuer on a private address is not asked, whoever typed it.
func TestAPrivateIssuerIsNotAsked(t *testing.T) {
	s := New(t, dbtest.SQLite(t)) // without exceptions
	p := oidctest.New(t)
	w := &away{t: t, Server: s, provider: p}
	w.offer(haldenID, p, social.Options{})
	b := s.Browser()
	page := b.Get("/login/social/" + haldenID)
	w.refused(b, page, http.StatusServiceUnavailable, "doesn’t answer", oidc.ErrDown.Code)
	if p.Seen("/.well-known/openid-configuration") != 0 {
		t.Error("it was asked")
	}
}

// What proves a sign-in at a provider is neither in the log at its most
// talkative nor in the audit table.
func TestNothingOfASignInAtAProviderIsWrittenDown(t *testing.T) {
	said := &diary{}
	w := newAwayLogging(t, dbtest.SQLite(t), slog.New(slog.NewJSONHandler(said, &slog.HandlerOptions{Level: slog.LevelDebug})))
	b := w.Browser()
	at := w.leave(b)
	back, err := url.Parse(w.agree(at))
	if err != nil {
		t.Fatal(err)
	}
	w.arrived(b.Get(back.String()))
	w.refused(w.Browser(), w.Browser().Get(back.String()), http.StatusBadRequest, "took too long", social.ErrState.Code)
	forms, _ := w.provider.Redeemed()
	kept := auditTable(t, w.Server) + said.String()
	if !strings.Contains(kept, "/sso/social/") || !strings.Contains(kept, "authentication.oauth_succeeded") {
		t.Fatal("nothing was written, so nothing is shown")
	}
	for name, secret := range map[string]string{"state": back.Query().Get("state"), "code": back.Query().Get("code"), "nonce": at.URL.Query().Get("nonce"),
		"verifier": forms[0].Get("code_verifier"), "client secret": oidctest.ClientSecret} {
		if len(secret) < 8 || strings.Contains(kept, secret) || strings.Contains(kept, url.QueryEscape(secret)) {
			t.Errorf("the %s (%d bytes) is written down", name, len(secret))
		}
	}
}
