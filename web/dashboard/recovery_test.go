package dashboard_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/mfa"
	"gatehouse/users"
)

// app gives somebody a verified authenticator app and recovery codes.
func (w *world) app(user id.User) id.Factor {
	w.t.Helper()
	service := &mfa.Service{DB: w.db, Limits: w.handler.Limits, Name: "Fieldnote", Base: w.handler.Origin, Log: slog.New(slog.DiscardHandler)}
	var e *mfa.Enrolment
	var challenge *mfa.Challenge
	w.do(w.db.Tx(w.t.Context(), tester, func(tx *db.Tx) (err error) {
		if e, err = service.BeginTOTP(tx, mfa.NewTOTP{User: &user, Type: mfa.TOTP}); err != nil {
			return err
		}
		if challenge, err = service.NewChallenge(tx, e.Factor); err != nil {
			return err
		}
		_, err = mfa.NewRecoveryCodes(tx, user)
		return err
	}))
	wired, err := e.Wire()
	w.do(err)
	code, err := totp.GenerateCode(wired.TOTP.Secret, time.Now())
	w.do(err)
	if _, valid, err := service.Verify(w.t.Context(), challenge.ID, code, tester); err != nil || !valid {
		w.t.Fatalf("%v %v", valid, err)
	}
	return e.Factor.ID
}

func (w *world) recorded(event string) int {
	w.t.Helper()
	n := 0
	w.do(w.db.ReadDeployment(w.t.Context(), func(tx *db.AllTx) error {
		rows, err := audit.List(tx, audit.Filter{Limit: 100})
		for _, e := range rows {
			if e.Type == event && e.ActorKind == "operator" {
				n++
			}
		}
		return err
	}))
	return n
}

// Support takes a lost telephone off an account: the person hears of it, with
// a way to object, and not from where support did it.
func TestSupportRemovesAFactor(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		factor := w.app(w.member.ID)
		page := "/admin/users/" + string(w.member.ID) + "/factors"
		w.want(w.get("viewer", page), http.StatusOK, "Authenticator app", "Account at Google", "&lt;i&gt;1&lt;/i&gt;", "10 left")
		w.want(w.get("support", page+"/"+string(factor)+"/remove"), http.StatusOK, "They keep 0 other second steps and 10 recovery codes")
		w.want(w.post("support", page+"/"+string(factor)+"/remove"), http.StatusSeeOther)
		w.want(w.post("support", page+"/"+string(factor)+"/remove"), http.StatusNotFound)
		told := mailtest.Last(t, d, w.member.Email)
		if told.Kind != "factor_removed" || !strings.Contains(told.Text, "/login/not-me/") || strings.Contains(told.Text, "192.0.2.1") {
			t.Errorf("the person is told: %s %s", told.Kind, told.Text)
		}
		w.want(w.post("support", page+"/"+string(w.identity.ID)+"/remove"), http.StatusSeeOther)
		w.want(w.get("viewer", page), http.StatusOK, "Passkeys, authenticator apps, telephones and accounts")
		if n := w.recorded("authentication_factor.deleted"); n != 1 {
			t.Errorf("%d entries", n)
		}
		other := w.app(w.people["stranger"].ID)
		w.want(w.post("support", page+"/"+string(other)+"/remove"), http.StatusNotFound)
	})
}

// A reset takes all second steps and ends what is signed in; it asks for the
// address, so that nobody resets the wrong person.
func TestSupportResetsSecondSteps(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		w.app(w.member.ID)
		page := "/admin/users/" + string(w.member.ID) + "/factors"
		w.want(w.get("support", page+"/reset"), http.StatusOK, "1 second step or passkey and 10 recovery codes", "2 sessions end")
		w.want(w.post("support", page+"/reset", "confirm", "somebody@else.example"), http.StatusUnprocessableEntity, "isn&#39;t the email address")
		w.want(w.post("support", page+"/reset", "confirm", strings.ToUpper(w.member.Email)), http.StatusSeeOther)
		w.want(w.get("viewer", page), http.StatusOK, "0 left", "Account at Google")
		w.want(w.get("viewer", "/admin/users/"+string(w.member.ID)), http.StatusOK, "Not signed in")
		if told := mailtest.Last(t, d, w.member.Email); told.Kind != "factor_removed" {
			t.Errorf("mailed %s", told.Kind)
		}
	})
}

// Whoever could reset an owner's second step could become the owner.
func TestSupportDoesNotTouchOperators(t *testing.T) {
	w := full(t, dbtest.SQLite(t))
	for _, role := range []string{"owner", "admin", "viewer"} {
		factor := w.app(w.people[role].ID)
		page := "/admin/users/" + string(w.people[role].ID)
		for _, path := range []string{"/factors/reset", "/factors/" + string(factor) + "/remove", "/password-reset", "/verification"} {
			w.want(w.post("support", page+path, "confirm", w.people[role].Email), http.StatusForbidden, "This person is an operator")
		}
		if strings.Contains(w.get("support", page+"/factors").body, page+"/factors/reset") {
			t.Errorf("%s's page offers what is refused", role)
		}
	}
	w.want(w.post("admin", "/admin/users/"+string(w.people["owner"].ID)+"/password-reset"), http.StatusForbidden)
}

// Support mails a way back, to the address of the account alone and as often
// as the person could.
func TestSupportMailsAWayBack(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		page := "/admin/users/" + string(w.member.ID)
		w.want(w.post("support", page+"/password-reset"), http.StatusSeeOther)
		if l := mailtest.Last(t, d, w.member.Email); l.Kind != "password_reset" || len(l.Links) == 0 {
			t.Errorf("%+v", l)
		}
		w.want(w.post("support", page+"/verification"), http.StatusConflict, "proven already")
		var unproven *users.User
		w.do(d.Tx(t.Context(), tester, func(tx *db.Tx) (err error) {
			unproven, err = users.Create(tx, users.New{Email: "mara@haldenmarine.example"})
			return err
		}))
		page = "/admin/users/" + string(unproven.ID)
		for range 3 {
			w.want(w.post("support", page+"/verification"), http.StatusSeeOther)
		}
		if l := mailtest.Last(t, d, unproven.Email); l.Kind != "verify_email" || l.Code == "" {
			t.Errorf("%+v", l)
		}
		w.want(w.post("support", page+"/verification"), http.StatusTooManyRequests)
	})
}

// A kept mail's HTML runs nothing and posts nothing; its links work. Other
// environments have no such page, whoever asks.
func TestKeptMailsAreTrustedWithNothing(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		page := "/admin/mail/" + string(w.mail)
		link := mailtest.Last(t, d, w.member.Email).Links[0]
		w.want(w.get("owner", "/admin/mail"), http.StatusOK, w.member.Email, page)
		shown := w.get("owner", page)
		w.want(shown, http.StatusOK, fmt.Sprintf("href=%q", link), `sandbox="allow-popups allow-popups-to-escape-sandbox"`)
		if csp := shown.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-src 'self'") || !strings.Contains(shown.body, `rel="noreferrer"`) {
			t.Errorf("the page's headers: %v", shown.Header)
		}
		inside := w.get("owner", page+"/html")
		w.want(inside, http.StatusOK, link, `<base target="_blank">`)
		csp := inside.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "form-action 'none'", "sandbox allow-popups"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%q is missing in %q", want, csp)
			}
		}
		if strings.Contains(csp, "allow-scripts") || strings.Contains(csp, "allow-same-origin") || inside.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%v", inside.Header)
		}
		w.handler.Environment = "production"
		for _, path := range []string{"/admin/mail", page, page + "/html"} {
			w.want(w.get("owner", path), http.StatusNotFound)
		}
		if strings.Contains(w.get("owner", "/admin").body, `href="/admin/mail"`) {
			t.Error("production leads to mails")
		}
	})
}
