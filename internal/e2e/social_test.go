package e2e

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/sessions"
	"gatehouse/social"
	"gatehouse/sso/oidc/oidctest"
	"gatehouse/tenants"
	"gatehouse/users"
)

// Who comes from a provider that verified their address has an account at
// once, and the same one the next time, whatever their address is by then.
func TestAProviderMakesAnAccountAndFindsItAgain(t *testing.T) {
	runAway(t, func(t *testing.T, w *away) {
		first := w.arrived(w.signIn(w.Browser()))
		u := w.person("ines@halden.example")
		if first.Text("authentication_method") != "OIDC" || !u.EmailVerified || u.EmailAssertedBy == nil || *u.EmailAssertedBy != string(sessions.OIDC) || *u.FirstName != "Ines" {
			t.Errorf("%s, %+v", first.Raw, u)
		}
		w.says["email"], w.says["email_verified"] = "someone.else@halden.example", true
		b := w.Browser()
		again := w.arrived(w.signIn(b))
		if got := again.Body["user"].(map[string]any)["id"]; got != string(u.ID) {
			t.Errorf("the second time it is %v", got)
		}
		if p := b.Get(w.AuthorizeURL("prompt", "login")); !p.Has("Last used") {
			t.Errorf("the button has no badge: %s", p.Text())
		}
		list := w.Call(http.MethodGet, "/user_management/users/"+string(u.ID)+"/identities", APIKey, nil)
		var identities []map[string]string
		if err := json.Unmarshal([]byte(list.Raw), &identities); err != nil || len(identities) != 1 || identities[0]["idp_id"] != "subject-1" || identities[0]["type"] != "OAuth" || identities[0]["provider"] != "OIDC" || len(identities[0]) != 3 {
			t.Errorf("%d %s (%v)", list.Status, list.Raw, err)
		}
		if w.entries("user.identity_linked", "subject-1") != 1 || w.entries("authentication.oauth_succeeded", string(u.ID)) != 2 {
			t.Error("the log lacks the link or the sign-ins")
		}
	})
}

// An account whose address is proven is the account of whoever the provider
// says has that address; its password stays.
func TestAVerifiedAddressLinksToItsAccount(t *testing.T) {
	runAway(t, func(t *testing.T, w *away) {
		signUp(t, w.Server, w.Browser(), "ines@halden.example")
		w.arrived(w.signIn(w.Browser()))
		if len(w.links("ines@halden.example")) != 1 {
			t.Error("not linked")
		}
		p := w.Browser().Get(w.AuthorizeURL()).Submit("email", "ines@halden.example").Submit("password", Password)
		w.arrived(p)
	})
}

// The second step is a person's whichever way they took the first.
func TestAProviderDoesNotReplaceTheSecondStep(t *testing.T) {
	runAway(t, func(t *testing.T, w *away) {
		w.arrived(w.signIn(w.Browser()))
		u := w.person("ines@halden.example")
		code := w.enrol(u.ID)
		b := w.Browser()
		p := w.signIn(b)
		if !strings.HasPrefix(p.URL.Path, "/login/mfa") || b.Cookie("gatehouse_session") != "" {
			t.Fatalf("at %s with session %q", p.URL, b.Cookie("gatehouse_session"))
		}
		if back := b.Get("/account/session"); back.Status != http.StatusUnauthorized {
			t.Errorf("half a sign-in counts: %d", back.Status)
		}
		if a := w.arrived(p.Submit("code", code())); a.Text("authentication_method") != "OIDC" {
			t.Errorf("%s", a.Raw)
		}
	})
}

// enrol gives a person an authenticator app, and returns what it shows next.
func (w *away) enrol(user id.User) (next func() string) {
	w.t.Helper()
	e := w.Call(http.MethodPost, "/user_management/users/"+string(user)+"/auth_factors", APIKey, map[string]any{"type": "totp", "totp_issuer": "Fieldnote", "totp_user": "ines"})
	factor, _ := e.Body["authentication_factor"].(map[string]any)
	challenge, _ := e.Body["authentication_challenge"].(map[string]any)
	if e.Status != http.StatusCreated {
		w.t.Fatalf("%d %s", e.Status, e.Raw)
	}
	secret := factor["totp"].(map[string]any)["secret"].(string)
	next = func() string {
		code, err := totp.GenerateCode(secret, w.Time.Now())
		if err != nil {
			w.t.Fatal(err)
		}
		return code
	}
	if a := w.Call(http.MethodPost, "/auth/challenges/"+challenge["id"].(string)+"/verify", APIKey, map[string]any{"code": next()}); a.Body["valid"] != true {
		w.t.Fatalf("%d %s", a.Status, a.Raw)
	}
	w.Time.Add(time.Minute) // a code works once
	return next
}

// A form that the provider's page posts comes without the cookies that prove
// the browser; it is still the same sign-in, and the name beside it counts.
func TestAnAnswerByForm(t *testing.T) {
	runAway(t, func(t *testing.T, w *away) {
		delete(w.says, "given_name")
		delete(w.says, "family_name")
		b := w.Browser()
		back, err := url.Parse(w.agree(w.leave(b)))
		if err != nil {
			t.Fatal(err)
		}
		form := back.Query()
		form.Set("user", `{"name":{"firstName":"Ines","lastName":"Halvorsen"},"email":"somebody.else@halden.example"}`)
		back.RawQuery = ""
		to := postFromElsewhere(t, back.String(), form, http.StatusSeeOther)
		if strings.Contains(to, form.Get("code")) {
			t.Error("the code stands in an address")
		}
		w.arrived(b.Get(to))
		if u := w.person("ines@halden.example"); *u.FirstName != "Ines" || *u.LastName != "Halvorsen" {
			t.Errorf("%+v", u)
		}
		postFromElsewhere(t, back.String(), form, http.StatusBadRequest) // it is used up
	})
}

// postFromElsewhere posts a form as a page of another site does, and returns
// where the answer leads.
func postFromElsewhere(t *testing.T, address string, form url.Values, want int) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://appleid.apple.com")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != want {
		t.Fatalf("the form is answered %d, want %d", res.StatusCode, want)
	}
	to, _ := url.Parse(address)
	at, _ := to.Parse(res.Header.Get("Location"))
	return at.String()
}

// An application may send people to a provider at once, with wishes of its own.
func TestAnApplicationNamesTheProvider(t *testing.T) {
	w := newAway(t, dbtest.SQLite(t), "GATEHOUSE_SOCIAL_GITHUB_CLIENT_ID=github-client", "GATEHOUSE_SOCIAL_GITHUB_CLIENT_SECRET=github-secret")
	b := w.Browser()
	p := b.Get(w.AuthorizeURL("provider", "GitHubOAuth", "login_hint", "ines@halden.example", "provider_scopes", "read:org repo",
		"provider_query_params[allow_signup]", "false", "provider_query_params[state]", "theirs", "prompt", "select_account"))
	q := p.URL.Query()
	for name, want := range map[string]string{"client_id": "github-client", "redirect_uri": w.URL + "/sso/social/github/callback", "scope": "read:user user:email read:org repo",
		"login": "ines@halden.example", "allow_signup": "false", "prompt": "select_account", "code_challenge_method": "S256"} {
		if q.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, q.Get(name), want)
		}
	}
	if p.URL.Host != "github.com" || p.URL.Path != "/login/oauth/authorize" || len(q.Get("state")) < 40 || strings.Contains(p.URL.String(), "github-secret") {
		t.Errorf("sent to %s", p.URL)
	}
	if page := w.Browser().Get(w.AuthorizeURL()); !page.Has("Continue with GitHub") || !page.Has("Continue with Halden ID") {
		t.Errorf("the buttons: %s", page.Text())
	}
	for provider, code := range map[string]string{"GoogleOAuth": "connection_invalid", "XeroOAuth": "connection_invalid", "nonsense": "connection_invalid"} {
		p := w.Browser().Get(w.AuthorizeURL("provider", provider))
		if !strings.HasPrefix(p.URL.String(), Callback+"?") || p.URL.Query().Get("error") != code || p.URL.Query().Get("state") != "xyz" {
			t.Errorf("%s: %s", provider, p.URL)
		}
	}
}

// People who came to /login by themselves go by a provider too, and without a
// flow in the address.
func TestAProviderWithoutAnApplication(t *testing.T) {
	runAway(t, func(t *testing.T, w *away) {
		b := w.Browser()
		at := b.Get("/login").Follow("Continue with Halden ID")
		if p := b.Get(w.agree(at)); p.URL.Path != "/account" || p.Status != http.StatusOK {
			t.Errorf("at %s (%d)", p.URL, p.Status)
		}
	})
}

// A form's redirects may not leave this host, so a form is answered by a page
// that leads on.
func TestAFormToAProvider(t *testing.T) {
	w := newAway(t, dbtest.SQLite(t))
	b := w.Browser()
	p := b.Get(w.AuthorizeURL())
	sent := b.Post("/login/social/"+haldenID, url.Values{"flow": {p.URL.Query().Get("flow")}})
	if sent.Status != http.StatusOK || !sent.Has("Continue to Halden ID") || !strings.Contains(sent.Body, w.provider.URL+"/authorize?") {
		t.Errorf("%d %s", sent.Status, sent.Text())
	}
	w.arrived(sent.Follow("Continue to Halden ID")) // the provider agrees at once
}

// Where people make no accounts by themselves, a provider makes none either.
func TestSignUpOffHoldsForProviders(t *testing.T) {
	runAway(t, func(t *testing.T, w *away) {
		w.settings(func(s *tenants.Settings) { s.SignUp = false })
		b := w.Browser()
		w.refused(b, w.signIn(b), http.StatusForbidden, "New accounts are by invitation", "sign_up_not_allowed")
		w.make("ines@halden.example", true)
		w.arrived(w.signIn(w.Browser()))
	})
}

// A provider that was switched off lets nobody in, not even somebody on their
// way back from it.
func TestASwitchedOffProvider(t *testing.T) {
	runAway(t, func(t *testing.T, w *away) {
		b := w.Browser()
		back := w.agree(w.leave(b))
		w.Tx(func(tx *db.Tx) error { return social.Switch(tx, nil, haldenID, false) })
		w.refused(b, b.Get(back), http.StatusNotFound, "switched off", social.ErrUnknown.Code)
		if p := w.Browser().Get(w.AuthorizeURL()); p.Has("Halden ID") {
			t.Error("its button is still there")
		}
		if p := w.Browser().Get("/login/social/" + haldenID); p.Status != http.StatusNotFound {
			t.Errorf("its address: %d", p.Status)
		}
		if w.provider.Seen("/token") != 0 {
			t.Error("the code was redeemed")
		}
	})
}

func (w *away) settings(change func(*tenants.Settings)) {
	w.t.Helper()
	w.Tx(func(tx *db.Tx) error {
		s, err := tenants.GetSettings(tx)
		if err != nil {
			return err
		}
		change(&s)
		return tenants.SetSettings(tx, s)
	})
}

// Somebody who is signed in adds an account, and signs in by it from then on
// although its address is another.
func TestAddingAnAccount(t *testing.T) {
	runAway(t, func(t *testing.T, w *away) {
		b := w.Browser()
		signUp(t, w.Server, b, "mara@fieldnote.example")
		mara := w.person("mara@fieldnote.example")
		at := w.add(b)
		stranger := w.Browser()
		w.refused(stranger, stranger.Get(w.agree(at)), http.StatusBadRequest, "took too long", social.ErrState.Code)
		at = w.add(b)
		if p := b.Get(w.agree(at)); p.URL.Path != "/account/security" || p.Status != http.StatusOK || p.Has("Connect Halden ID") {
			t.Fatalf("at %s (%d): %s", p.URL, p.Status, p.Text())
		}
		if l := mailtest.Last(t, w.DB, "mara@fieldnote.example"); l.Kind != "factor_added" {
			t.Errorf("the last mail is %s", l.Kind)
		}
		if got := w.arrived(w.signIn(w.Browser())).Body["user"].(map[string]any)["id"]; got != string(mara.ID) {
			t.Errorf("signed in as %v", got)
		}
		other := w.Browser()
		signUp(t, w.Server, other, "sofie@fieldnote.example")
		at = w.add(other)
		if p := other.Get(w.agree(at)); p.Status != http.StatusConflict || !p.Has("linked to someone else") {
			t.Errorf("another's account: %d %s", p.Status, p.Text())
		}
	})
}

// add goes to the provider from the account page.
func (w *away) add(b *Browser) *Page {
	w.t.Helper()
	p := b.Get("/account/security").Follow("Connect Halden ID")
	if from := b.Get("/account/security/providers/" + haldenID); from.URL.Host != p.URL.Host || !from.Has("Connect Halden ID?") {
		w.t.Fatalf("a link alone leads to %s", from.URL)
	}
	sent := p.Submit()
	for _, part := range strings.Split(html.UnescapeString(sent.Body), "\"") {
		if strings.HasPrefix(part, w.provider.URL+"/authorize?") {
			u, err := url.Parse(part)
			if err != nil {
				w.t.Fatal(err)
			}
			return &Page{URL: u, b: b}
		}
	}
	w.t.Fatalf("no way on at %s (%d): %s", sent.URL, sent.Status, sent.Text())
	return nil
}

// An address that nobody vouches for is proven first, and then linked; what
// the person sees does not tell whether somebody has it.
func TestAnUnverifiedAddressIsProvenFirst(t *testing.T) {
	runAway(t, func(t *testing.T, w *away) {
		w.says["email_verified"] = false
		w.make("ines@halden.example", true)
		known, unknown := w.Browser(), w.Browser()
		first := w.signIn(known)
		w.says["email"], w.says["sub"] = "iris@halden.example", "subject-2"
		second := w.signIn(unknown)
		for _, p := range []*Page{first, second} {
			if p.URL.Path != "/login/verify-email" || p.Status != http.StatusOK || p.b.Cookie("gatehouse_session") != "" {
				t.Fatalf("at %s (%d): %s", p.URL, p.Status, p.Text())
			}
		}
		if a, b := strings.ReplaceAll(first.Text(), "ines@", "iris@"), second.Text(); a != b {
			t.Errorf("the pages differ:\n%s\n%s", a, b)
		}
		if len(w.links("ines@halden.example")) != 0 {
			t.Error("linked before anything was proven")
		}
		if p := known.Get("/account/session"); p.Status != http.StatusUnauthorized {
			t.Errorf("half a sign-in counts: %d", p.Status)
		}
		if p := first.Submit("code", "000000"); p.Status != http.StatusUnprocessableEntity || len(w.links("ines@halden.example")) != 0 {
			t.Errorf("a wrong code: %d", p.Status)
		}
		a := w.arrived(first.Submit("code", mailtest.Last(t, w.DB, "ines@halden.example").Code))
		w.arrived(second.Submit("code", mailtest.Last(t, w.DB, "iris@halden.example").Code))
		if a.Text("authentication_method") != "OIDC" || len(w.links("ines@halden.example")) != 1 || len(w.links("iris@halden.example")) != 1 {
			t.Errorf("%s", a.Raw)
		}
		if u := w.person("iris@halden.example"); !u.EmailVerified || *u.EmailAssertedBy != string(users.AssertedByMailbox) {
			t.Errorf("%+v", u)
		}
		w.arrived(w.signIn(w.Browser())) // by now the link is the proof
	})
}

// A provider may vouch for its own domains alone.
func TestAProviderVouchesForItsDomains(t *testing.T) {
	w := newAway(t, dbtest.SQLite(t))
	p := oidctest.New(t)
	p.Token = w.provider.Token
	w.offer("marine-id", p, social.Options{Domains: []string{"halden.example"}})
	w.says["email"] = "mara@fieldnote.example"
	w.make("mara@fieldnote.example", true)
	b := w.Browser()
	at := b.Get(w.AuthorizeURL()).b.Get("/login/social/marine-id")
	if got := b.Get(w.agree(at)); got.URL.Path != "/login/verify-email" || len(w.links("mara@fieldnote.example")) != 0 {
		t.Errorf("at %s", got.URL)
	}
}
