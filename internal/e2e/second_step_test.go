package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"gatehouse/internal/id"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/internal/wire"
)

// enrol walks the set-up of an authenticator app that an organization asks for,
// to the page with the recovery codes.
func enrol(t *testing.T, s *Server, b *Browser, org id.Organization) (key string, codes *Page) {
	t.Helper()
	key, p := enrolling(t, b, s.AuthorizeURL("organization_id", string(org)))
	return key, p.Submit("code", otp(t, s, key))
}

// enrolling is the page that shows the app's key.
func enrolling(t *testing.T, b *Browser, to string) (key string, p *Page) {
	t.Helper()
	p = b.Get(to)
	if p.URL.Path == "/login" {
		p = p.Submit("email", "mara@fieldnote.example").Submit("password", Password)
	}
	if p.URL.Path != "/login/mfa/enroll" {
		t.Fatalf("nothing is to be set up at %s (%d): %s", p.URL, p.Status, p.Text())
	}
	p = p.Follow("Authenticator app")
	_, rest, _ := strings.Cut(p.Body, `id="totp-key"`)
	_, rest, _ = strings.Cut(rest, ">")
	key, _, _ = strings.Cut(rest, "<")
	return strings.ReplaceAll(key, " ", ""), p
}

func otp(t *testing.T, s *Server, key string) string {
	t.Helper()
	code, err := totp.GenerateCode(key, s.Time.Now())
	if err != nil {
		t.Fatalf("%q: %v", key, err)
	}
	return code
}

// An organization that asks for a second step gets it: set up on the way in,
// with recovery codes that are shown once and have to be saved; asked for at
// each sign-in from then on, after a reset too; each code once.
func TestASecondStepIsSetUpAndAskedFor(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		org := join(t, s, "mara@fieldnote.example", "Halden Marine")[0]
		policy(s, org, wire.OrganizationPolicy{MFARequired: true})
		b := s.Browser()
		key, p := enrol(t, s, b, org)
		codes := strings.Fields(p.Field("codes"))
		if len(codes) != 10 || live(b) || p.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%d codes at %s (%d): %s", len(codes), p.URL, p.Status, p.Text())
		}
		flow := p.Field("flow")
		file := b.Post("/login/mfa/recovery-codes/download", url.Values{"flow": {flow}, "codes": {p.Field("codes")}})
		if file.Body != strings.Join(codes, "\n")+"\n" || !strings.HasPrefix(file.Header.Get("Content-Disposition"), "attachment") || !strings.HasPrefix(file.Header.Get("Content-Type"), "text/plain") {
			t.Errorf("the file: %v %q", file.Header, file.Body)
		}
		if q := b.Post("/login/mfa/recovery-codes/download", url.Values{"flow": {flow}, "codes": {"<script>alert(1)</script>"}}); q.Status != http.StatusUnprocessableEntity || strings.Contains(q.Body, "<script>alert") {
			t.Errorf("something else as a file: %d %s", q.Status, q.Body)
		}
		if q := p.Submit("saved", ""); q.Status != http.StatusUnprocessableEntity || q.Field("codes") != p.Field("codes") || !q.Has("tick the box") {
			t.Errorf("without the box: %d at %s: %s", q.Status, q.URL, q.Text())
		}
		if q := b.Get("/login/mfa/recovery-codes?flow=" + flow); strings.Contains(q.Body, codes[0]) {
			t.Error("the codes are shown twice")
		}
		if q := p.Submit("saved", "on"); !strings.HasPrefix(q.URL.String(), Callback) {
			t.Fatalf("ended at %s (%d): %s", q.URL, q.Status, q.Text())
		}
		challenged := func(b *Browser) *Page {
			p := b.Get(s.AuthorizeURL("organization_id", string(org))).Submit("email", "mara@fieldnote.example").Submit("password", Password)
			if p.URL.Path != "/login/mfa/totp" {
				t.Fatalf("not asked at %s (%d): %s", p.URL, p.Status, p.Text())
			}
			return p
		}
		if q := challenged(s.Browser()).Submit("code", otp(t, s, key)); q.Status != http.StatusUnprocessableEntity || live(q.b) {
			t.Errorf("the code of the set-up again: %d at %s", q.Status, q.URL)
		}
		s.Time.Add(time.Minute)
		if q := challenged(s.Browser()).Submit("code", "000000"); q.Status != http.StatusUnprocessableEntity || live(q.b) {
			t.Errorf("a wrong code: %d at %s", q.Status, q.URL)
		}
		if q := challenged(s.Browser()).Submit("code", otp(t, s, key)); !strings.HasPrefix(q.URL.String(), Callback) {
			t.Errorf("a right code: %d at %s: %s", q.Status, q.URL, q.Text())
		}
		if q := challenged(s.Browser()).Submit("code", otp(t, s, key)); q.Status != http.StatusUnprocessableEntity || live(q.b) {
			t.Errorf("the same code again: %d at %s", q.Status, q.URL)
		}
		if q := challenged(s.Browser()).Follow("Recovery code").Submit("code", strings.ToUpper(codes[3])); !strings.HasPrefix(q.URL.String(), Callback) {
			t.Errorf("a recovery code: %d at %s: %s", q.Status, q.URL, q.Text())
		}
		if l := mailtest.Last(t, s.DB, "mara@fieldnote.example"); l.Kind != "recovery_code_used" && l.Kind != "new_device" {
			t.Errorf("nobody was told: %s", l.Kind)
		}
		if q := challenged(s.Browser()).Follow("Recovery code").Submit("code", codes[3]); q.Status != http.StatusUnprocessableEntity || live(q.b) {
			t.Errorf("it worked twice: %d at %s", q.Status, q.URL)
		}
		s.Time.Add(time.Minute)
		b = s.Browser()
		if q := b.Get(forgotten(t, s, "mara@fieldnote.example")).Submit("password", fresh); q.URL.Path != "/login/mfa/totp" || live(b) {
			t.Errorf("a reset went around the second step, to %s (%d)", q.URL, q.Status)
		}
	})
}

// Between the first step and the second nothing is open: no page that is
// signed in, no token, no later step of the same sign-in.
func TestNothingIsReachedBetweenTheSteps(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		signUp(t, s, s.Browser(), "mara@fieldnote.example")
		org := join(t, s, "mara@fieldnote.example", "Halden Marine")[0]
		policy(s, org, wire.OrganizationPolicy{MFARequired: true})
		_, p := enrol(t, s, s.Browser(), org)
		p.Submit("saved", "on")
		b := s.Browser()
		p = b.Get(s.AuthorizeURL("organization_id", string(org))).Submit("email", "mara@fieldnote.example").Submit("password", Password)
		flow := p.URL.Query().Get("flow")
		if p.URL.Path != "/login/mfa/totp" || b.Cookie("gatehouse_session") != "" {
			t.Fatalf("%s: %s", p.URL, p.Text())
		}
		for _, r := range s.App.Handler().Routes() {
			if strings.Contains(r.Path, ":") || strings.Contains(r.Path, "*") || r.Method != http.MethodGet && r.Method != http.MethodPost {
				continue
			}
			to := r.Path + "?flow=" + flow
			q := b.Step(r.Method, to, url.Values{"flow": {flow}, "code": {"000000"}, "saved": {"on"}})
			if b.Cookie("gatehouse_session") != "" || strings.Contains(q.URL.String(), "code=") || q.Status == http.StatusOK && q.Has("Sign out") {
				t.Fatalf("%s %s opened something: %d at %s", r.Method, r.Path, q.Status, q.URL)
			}
		}
		if live(b) {
			t.Error("half a sign-in is a session")
		}
		a := s.raw(http.MethodGet, "/oauth2/userinfo", "", "Authorization", "Bearer "+flow)
		if a.Status != http.StatusUnauthorized {
			t.Errorf("userinfo: %d", a.Status)
		}
		grant := s.Tokens(map[string]any{"grant_type": "password", "email": "mara@fieldnote.example", "password": Password})
		if grant.Status == http.StatusOK || grant.Text("access_token") != "" {
			t.Errorf("a token after one step: %d %s", grant.Status, grant.Raw)
		}
	})
}
