package account_test

import (
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
)

// tab is a browser without script.
type tab struct {
	world
	client *http.Client
	agent  string
}

// seen is a page in it.
type seen struct {
	status int
	path   string
	header http.Header
	body   string
}

func (w world) browser(agent string) *tab {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.Fatal(err)
	}
	follow := func(r *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(r.URL.String(), w.url+"/") {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return &tab{w, &http.Client{Jar: jar, CheckRedirect: follow}, agent}
}

// signedIn is a browser in which that person is signed in.
func (w world) signedIn(email string) *tab {
	w.Helper()
	b := w.browser("Mozilla/5.0 (X11; Linux) Firefox/140.0")
	b.signIn(email, secret)
	return b
}

func (b *tab) signIn(email, password string) {
	b.Helper()
	if p := b.post("/login", "email", email, "password", password); p.path != "/account" {
		b.Fatalf("the sign-in ended at %s (%d): %s", p.path, p.status, p.body)
	}
}

func (b *tab) do(method, path string, form url.Values) seen {
	b.Helper()
	if strings.HasPrefix(path, "/") {
		path = b.url + path
	}
	r, err := http.NewRequestWithContext(b.Context(), method, path, strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("User-Agent", b.agent)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", b.url)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.Fatal(err)
	}
	at := answer.Request.URL
	if to, err := answer.Location(); err == nil {
		at = to
	}
	return seen{answer.StatusCode, at.Path + query(at), answer.Header, html.UnescapeString(string(body))}
}

func query(u *url.URL) string {
	if u.RawQuery == "" {
		return ""
	}
	return "?" + u.RawQuery
}

func (b *tab) get(path string) seen { b.Helper(); return b.do(http.MethodGet, path, nil) }

func (b *tab) post(path string, typed ...string) seen {
	b.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(typed); i += 2 {
		form.Set(typed[i], typed[i+1])
	}
	return b.do(http.MethodPost, path, form)
}

// done fails unless the browser landed where the change is told of.
func (b *tab) done(p seen, path, words string) {
	b.Helper()
	if p.status != http.StatusOK || p.path != path || !strings.Contains(p.body, words) {
		b.Fatalf("ended at %s (%d), want %s with %q: %s", p.path, p.status, path, words, p.body)
	}
}

// refused fails unless the page came back with that status and those words.
func (b *tab) refused(p seen, status int, words string) {
	b.Helper()
	if p.status != status || !strings.Contains(p.body, words) {
		b.Fatalf("%d at %s, want %d with %q: %s", p.status, p.path, status, words, p.body)
	}
}

// links are the page's addresses that match.
func (p seen) links(pattern string) []string {
	return regexp.MustCompile(`/account/`+pattern).FindAllString(p.body, -1)
}

func (b *tab) live() bool { b.Helper(); return b.get("/account/session").status == http.StatusOK }

// application signs in to an application in this browser and returns its
// refresh token.
func (b *tab) application(name string) string {
	b.Helper()
	to := url.Values{"client_id": {name}, "redirect_uri": {callback}, "response_type": {"code"}, "provider": {"authkit"}, "state": {"xyz"}}
	p := b.get("/user_management/authorize?" + to.Encode())
	at, err := url.Parse(p.path)
	if err != nil || at.Query().Get("code") == "" {
		b.Fatalf("no code at %s (%d): %s", p.path, p.status, p.body)
	}
	status, answer := b.tokens(map[string]string{"client_id": name, "grant_type": "authorization_code", "code": at.Query().Get("code")})
	if status != http.StatusOK {
		b.Fatalf("%d %v", status, answer)
	}
	return answer["refresh_token"].(string)
}

// tokens asks the token endpoint as an application does.
func (w world) tokens(body map[string]string) (int, map[string]any) {
	w.Helper()
	body["client_secret"] = apiKey
	text, err := json.Marshal(body)
	if err != nil {
		w.Fatal(err)
	}
	r, err := http.NewRequestWithContext(w.Context(), http.MethodPost, w.url+"/user_management/authenticate", strings.NewReader(string(text)))
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	defer answer.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&out); err != nil {
		w.Fatal(err)
	}
	return answer.StatusCode, out
}

// refresh is the status that a refresh token gets now.
func (w world) refresh(name, token string) int {
	w.Helper()
	status, _ := w.tokens(map[string]string{"client_id": name, "grant_type": "refresh_token", "refresh_token": token})
	return status
}

func (b *tab) cookie(name, value string) {
	home, err := url.Parse(b.url)
	if err != nil {
		b.Fatal(err)
	}
	b.client.Jar.SetCookies(home, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}
