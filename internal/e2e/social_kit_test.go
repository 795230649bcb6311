package e2e

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/social"
	"gatehouse/sso/oidc/oidctest"
	"gatehouse/users"
)

// away is a server with a provider that people sign in by, under the short
// name halden-id.
type away struct {
	*Server
	t        *testing.T
	provider *oidctest.Provider
	says     oidctest.Claims // over what its ID tokens say
}

const haldenID = "halden-id"

// runAway runs fn with a fresh server and provider for each database.
func runAway(t *testing.T, fn func(t *testing.T, w *away)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) { fn(t, newAway(t, d)) })
}

func newAway(t *testing.T, d *db.DB, more ...string) *away {
	t.Helper()
	return newAwayLogging(t, d, slog.New(slog.DiscardHandler), more...)
}

func newAwayLogging(t *testing.T, d *db.DB, log *slog.Logger, more ...string) *away {
	t.Helper()
	w := &away{t: t, provider: oidctest.New(t), says: oidctest.Claims{"email": "ines@halden.example", "email_verified": true, "given_name": "Ines", "family_name": "Halvorsen"}}
	w.Server = NewWith(t, d, log, append([]string{"GATEHOUSE_ALLOW_PRIVATE_TARGETS=127.0.0.0/8"}, more...)...)
	w.provider.Token = func(c oidctest.Claims) oidctest.Claims {
		for name, value := range w.says {
			c[name] = value
		}
		return c
	}
	w.offer(haldenID, w.provider, social.Options{})
	return w
}

// offer lets people sign in by a provider.
func (w *away) offer(slug string, p *oidctest.Provider, o social.Options) {
	w.t.Helper()
	secret := oidctest.ClientSecret
	w.Tx(func(tx *db.Tx) error {
		_, err := social.Create(tx, nil, social.Setup{Type: social.OIDC, Slug: slug, Name: "Halden ID", Issuer: p.URL, ClientID: oidctest.ClientID, Secret: &secret, Options: o, Enabled: true})
		return err
	})
}

// leave goes from the application's link to the provider's, by the button.
func (w *away) leave(b *Browser, more ...string) *Page {
	w.t.Helper()
	p := b.Get(w.AuthorizeURL(more...)).Follow("Continue with Halden ID")
	if !strings.HasPrefix(p.URL.String(), w.provider.URL+"/authorize?") {
		w.t.Fatalf("the button led to %s (%d): %s", p.URL, p.Status, p.Text())
	}
	return p
}

// agree is the address that the provider sends the browser back to.
func (w *away) agree(at *Page) string {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, at.URL.String(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	back := res.Header.Get("Location")
	if !strings.HasPrefix(back, w.URL+"/sso/social/") {
		w.t.Fatalf("the provider sent the browser to %q (%d)", back, res.StatusCode)
	}
	return back
}

// signIn walks all the way.
func (w *away) signIn(b *Browser, more ...string) *Page {
	w.t.Helper()
	return b.Get(w.agree(w.leave(b, more...)))
}

// arrived fails unless the page is the application's callback with a code, and
// returns what the code is worth.
func (w *away) arrived(p *Page) Answer {
	w.t.Helper()
	code := p.URL.Query().Get("code")
	if !strings.HasPrefix(p.URL.String(), Callback+"?") || code == "" {
		w.t.Fatalf("the sign-in ended at %s (%d): %s", p.URL, p.Status, p.Text())
	}
	a := w.Tokens(map[string]any{"grant_type": "authorization_code", "code": code})
	if a.Status != http.StatusOK {
		w.t.Fatalf("%d %s", a.Status, a.Raw)
	}
	return a
}

// refused fails unless the page refuses with that status and words, with a
// reference, without a session, and with one entry that has the code.
func (w *away) refused(b *Browser, p *Page, status int, words, code string) {
	w.t.Helper()
	if p.Status != status || !p.Has(words) || !p.Has("GH-") {
		w.t.Errorf("%d at %s: %s; want %d %q", p.Status, p.URL.Path, p.Text(), status, words)
	}
	if b.Cookie("gatehouse_session") != "" {
		w.t.Error("a session")
	}
	if code != "" && w.entries("authentication.oauth_failed", code) == 0 {
		w.t.Errorf("no entry with %s", code)
	}
}

// entries are how many of that type hold the words.
func (w *away) entries(kind, words string) (n int) {
	w.t.Helper()
	w.All(func(tx *db.AllTx) error {
		all, err := audit.List(tx, audit.Filter{Types: []string{kind}, Limit: 100})
		for _, e := range all {
			if strings.Contains(string(e.Data), words) {
				n++
			}
		}
		return err
	})
	return n
}

func (w *away) person(email string) (u *users.User) {
	w.t.Helper()
	w.All(func(tx *db.AllTx) (err error) {
		u, err = users.GetByEmail(tx, email)
		return err
	})
	return u
}

func (w *away) links(email string) (list []users.Identity) {
	w.t.Helper()
	u := w.person(email)
	w.All(func(tx *db.AllTx) (err error) {
		list, err = users.Identities(tx, u.ID)
		return err
	})
	return list
}

// make makes an account, whose address somebody vouches for or nobody.
func (w *away) make(email string, verified bool) (u *users.User) {
	w.t.Helper()
	w.Tx(func(tx *db.Tx) (err error) {
		u, err = users.Create(tx, users.New{Email: email, EmailVerified: verified})
		return err
	})
	return u
}

// changed is an address with one parameter changed; "" takes it away.
func changed(t *testing.T, address, name, value string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set(name, value)
	if value == "" {
		q.Del(name)
	}
	u.RawQuery = q.Encode()
	return u.String()
}
