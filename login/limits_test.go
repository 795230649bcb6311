package login

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/actor"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/limit"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/internal/problem"
	"gatehouse/mailbox"
	"gatehouse/mfa"
	"gatehouse/users"
	"gatehouse/users/password"
)

// site is the hosted login alone, where hashing costs almost nothing.
func site(d *db.DB) *echo.Echo {
	const base = "http://localhost:8080"
	log, limits := slog.New(slog.DiscardHandler), &limit.Limiter{DB: d}
	p := &users.Passwords{DB: d, Hasher: password.New(password.Options{KiB: 64, Passes: 1}), Limits: limits}
	h := &Handler{DB: d, Passwords: p, Name: "Fieldnote", Log: log,
		Mailbox: &mailbox.Mailbox{DB: d, Post: mailtest.NewPost(d), Limits: limits, Passwords: p, Base: base},
		MFA:     &mfa.Service{DB: d, Limits: limits, Name: "Fieldnote", Base: base, Log: log}}
	e := echo.New()
	e.Logger.SetOutput(io.Discard)
	e.HTTPErrorHandler = func(err error, c echo.Context) { _ = h.ErrorPage(c, problem.Of(err)) }
	h.Mount(e)
	return e
}

// send posts a form from an address.
func send(t *testing.T, e *echo.Echo, ip, path string, form url.Values, cookies ...*http.Cookie) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range cookies {
		r.AddCookie(c)
	}
	answer := httptest.NewRecorder()
	e.ServeHTTP(answer, browser.WithActor(r.Context(), r, actor.Actor{Kind: actor.KindAnonymous, IP: ip}))
	return answer.Result()
}

// signUpFrom signs up, as far as the code that is mailed, and returns the last answer.
func signUpFrom(t *testing.T, e *echo.Echo, ip, email string) *http.Response {
	t.Helper()
	begun := send(t, e, ip, pathSignUp, url.Values{"email": {email}, "first_name": {"Mara"}, "last_name": {"Lindqvist"}})
	next, err := begun.Location()
	if err != nil {
		t.Fatalf("beginning: %d %v", begun.StatusCode, err)
	}
	return send(t, e, ip, pathSignUpDetails, url.Values{"flow": {next.Query().Get("flow")}, "password": {"kestrel-tundra-4471"}}, begun.Cookies()...)
}

// Each sign-up mails somebody and may become an account, which stays: one
// machine must not begin as many as it likes.
func TestANetworkSignsUpOnlySoOften(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := time.Now().UTC().Truncate(signUpRate.Per).Add(time.Second)
		d.Now = func() time.Time { return now }
		e := site(d)
		const network = "2001:db8:7::"
		for i := range signUpRate.Limit {
			if a := signUpFrom(t, e, fmt.Sprintf("%s%x", network, i), fmt.Sprintf("mara%d@fieldnote.example", i)); a.StatusCode != http.StatusSeeOther {
				t.Fatalf("sign-up %d: %d", i, a.StatusCode)
			}
		}
		a := signUpFrom(t, e, network+"1", "one-more@fieldnote.example")
		if a.StatusCode != http.StatusTooManyRequests || a.Header.Get("Retry-After") != "599" {
			t.Errorf("one more: %d, Retry-After %q", a.StatusCode, a.Header.Get("Retry-After"))
		}
		if a := signUpFrom(t, e, "198.51.100.7", "elsewhere@fieldnote.example"); a.StatusCode != http.StatusSeeOther {
			t.Errorf("another network: %d", a.StatusCode)
		}
		now = now.Add(signUpRate.Per)
		if a := signUpFrom(t, e, network+"1", "one-more@fieldnote.example"); a.StatusCode != http.StatusSeeOther {
			t.Errorf("ten minutes later: %d", a.StatusCode)
		}
	})
}
