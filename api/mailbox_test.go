package api

import (
	"fmt"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/tenants"
	"gatehouse/users"
)

func (w *world) settings(change func(*tenants.Settings)) {
	w.t.Helper()
	w.all(func(tx *db.AllTx) error {
		s, err := tenants.GetSettings(tx)
		if err != nil {
			return err
		}
		change(&s)
		return tenants.SetSettings(tx.Tx, s)
	})
}

// wrong is another code than the right one.
func wrong(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func TestMagicAuth(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		r := w.do("POST", "/user_management/magic_auth", `{"email":"new@halden.example"}`)
		if r.status != 201 || len(r.get("code")) != 6 || !strings.HasPrefix(r.get("id"), "magic_auth_") {
			t.Fatalf("%d %s", r.status, r.body)
		}
		if l := mailtest.Last(t, w.d, "new@halden.example"); l.Code != r.get("code") {
			t.Errorf("mailed %q, answered %q", l.Code, r.get("code"))
		}
		if u := w.must("GET", "/user_management/users/"+r.get("user_id"), ""); u.get("email_verified") != "false" {
			t.Errorf("the new account: %s", u.body)
		}
		if got := w.must("GET", "/user_management/magic_auth/"+r.get("id"), ""); got.get("code") != r.get("code") {
			t.Errorf("read again: %s", got.body)
		}
		for _, event := range []string{"magic_auth.created"} {
			if log := w.must("GET", "/audit_logs/events?limit=100", ""); !strings.Contains(string(log.body), event) || strings.Contains(string(log.body), r.get("code")) {
				t.Errorf("the log lacks %s or holds the code", event)
			}
		}
		w.settings(func(s *tenants.Settings) { s.SignUp, s.SendMagicAuth = false, false })
		if r := w.do("POST", "/user_management/magic_auth", `{"email":"other@halden.example"}`); r.status != 400 || r.get("error") != "sign_up_not_allowed" {
			t.Errorf("sign-up off: %d %s", r.status, r.body)
		}
		before := len(mailtest.All(t, w.d, "new@halden.example"))
		if r := w.do("POST", "/user_management/magic_auth", `{"email":"New@Halden.example"}`); r.status != 201 || len(mailtest.All(t, w.d, "new@halden.example")) != before {
			t.Errorf("it was mailed although the application mails: %d", r.status)
		}
		w.settings(func(s *tenants.Settings) { s.MagicAuth = false })
		if r := w.do("POST", "/user_management/magic_auth", `{"email":"new@halden.example"}`); r.get("error") != "authentication_method_not_allowed" {
			t.Errorf("switched off: %d %s", r.status, r.body)
		}
	})
}

func TestEmailVerification(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		user := "/user_management/users/" + w.user("sofie@halden.example")
		if r := w.must("POST", user+"/email_verification/send", ""); r.get("user.email_verified") != "false" {
			t.Errorf("%s", r.body)
		}
		code := mailtest.Last(t, w.d, "sofie@halden.example").Code
		if r := w.do("POST", user+"/email_verification/confirm", fmt.Sprintf(`{"code":%q}`, wrong(code))); r.status != 400 || r.get("code") != "email_verification_code_incorrect" {
			t.Errorf("wrong: %d %s", r.status, r.body)
		}
		if r := w.must("POST", user+"/email_verification/confirm", fmt.Sprintf(`{"code":%q}`, code)); r.get("user.email_verified") != "true" {
			t.Errorf("%s", r.body)
		}
		if r := w.do("POST", user+"/email_verification/confirm", fmt.Sprintf(`{"code":%q}`, code)); r.get("code") != "email_previously_verified" {
			t.Errorf("again: %s", r.body)
		}
		if r := w.do("POST", user+"/email_verification/send", ""); r.get("code") != "email_already_verified" {
			t.Errorf("send again: %s", r.body)
		}
	})
}

func TestPasswordReset(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		user := w.user("sofie@halden.example")
		session := w.session(user, "")
		if r := w.do("POST", "/user_management/password_reset", `{"email":"nobody@halden.example"}`); r.status != 404 {
			t.Errorf("nobody: %d", r.status)
		}
		r := w.must("POST", "/user_management/password_reset", `{"email":"sofie@halden.example"}`)
		if r.get("password_reset_url") != "https://auth.example/login/password/reset/"+r.get("password_reset_token") {
			t.Errorf("%s", r.body)
		}
		if got := w.must("GET", "/user_management/password_reset/"+r.get("id"), ""); got.get("password_reset_token") != r.get("password_reset_token") {
			t.Errorf("read again: %s", got.body)
		}
		confirm := func(token, password string) reply {
			return w.do("POST", "/user_management/password_reset/confirm", fmt.Sprintf(`{"token":%q,"new_password":%q}`, token, password))
		}
		if bad := confirm(r.get("password_reset_token"), "short"); bad.status != 400 || bad.get("code") != "password_strength_error" {
			t.Errorf("weak: %d %s", bad.status, bad.body)
		}
		if done := confirm(r.get("password_reset_token"), "a quiet harbour 41"); done.status != 200 || done.get("user.id") != user || done.get("user.email_verified") != "true" {
			t.Errorf("%d %s", done.status, done.body)
		}
		if again := confirm(r.get("password_reset_token"), "a quiet harbour 42"); again.status != 404 {
			t.Errorf("again: %d %s", again.status, again.body)
		}
		if list := w.must("GET", "/user_management/users/"+user+"/sessions", ""); list.get("data.0.id") != session || list.get("data.0.status") != "revoked" {
			t.Errorf("the session lives: %s", list.body)
		}
	})
}

func TestEmailChange(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.user("taken@halden.example")
		user := "/user_management/users/" + w.user("sofie@halden.example")
		for body, want := range map[string]string{
			`{"new_email":"taken@halden.example"}`: "409 email_not_available", `{"new_email":"SOFIE@halden.example"}`: "409 email_change_not_needed",
			`{"new_email":"no address"}`: "422 invalid_email", `{}`: "422 invalid_request_parameters",
		} {
			if r := w.do("POST", user+"/email_change/send", body); fmt.Sprint(r.status, " ", r.get("code")) != want {
				t.Errorf("%s: %d %s", body, r.status, r.body)
			}
		}
		if r := w.do("POST", user+"/email_change/confirm", `{"code":"123456"}`); r.status != 409 || r.get("code") != "no_pending_email_change" {
			t.Errorf("nothing waits: %d %s", r.status, r.body)
		}
		w.must("POST", user+"/email_change/send", `{"new_email":"sofie.aune@halden.example"}`)
		code := mailtest.Last(t, w.d, "sofie.aune@halden.example").Code
		if r := w.do("POST", user+"/email_change/confirm", fmt.Sprintf(`{"code":%q}`, wrong(code))); r.get("code") != "email_change_code_incorrect" {
			t.Errorf("wrong: %s", r.body)
		}
		if r := w.must("POST", user+"/email_change/confirm", fmt.Sprintf(`{"code":%q}`, code)); r.get("user.email") != "sofie.aune@halden.example" || r.get("user.email_verified") != "true" {
			t.Errorf("%s", r.body)
		}
		if l := mailtest.Last(t, w.d, "sofie@halden.example"); l.Kind != "email_changed" {
			t.Errorf("the old address got %s", l.Kind)
		}
	})
}

// A developer of the team may make a key; by it they must not become an owner.
func TestAKeyNeverReachesAnOperator(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		user := w.user("owner@halden.example")
		w.all(func(tx *db.AllTx) error {
			return tx.In(w.system, func(tx *db.OrgTx) error {
				_, err := users.AddMember(tx, id.User(user), tenants.OwnerRole)
				return err
			})
		})
		for _, c := range [][2]string{
			{"/user_management/magic_auth", `{"email":"owner@halden.example"}`}, {"/user_management/magic_auth/send", `{"email":"owner@halden.example"}`},
			{"/user_management/password_reset", `{"email":"owner@halden.example"}`}, {"/user_management/password_reset/send", `{"email":"owner@halden.example"}`},
			{"/user_management/users/" + user + "/email_verification/send", ""},
			{"/user_management/users/" + user + "/email_change/send", `{"new_email":"eve@evil.example"}`},
		} {
			if r := w.do("POST", c[0], c[1]); r.status != 403 || r.get("code") != "operator_protected" {
				t.Errorf("%s: %d %s", c[0], r.status, r.body)
			}
		}
	})
}

// Two of one member must not become two mails: none of these endpoints takes a
// list where it wants an address.
func TestOneAddressMeansOne(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		w.user("v@halden.example")
		for _, email := range []string{`["v@halden.example","evil@x.example"]`, `"v@halden.example,evil@x.example"`, `"v@halden.example\r\nBcc: evil@x.example"`, `"v@halden.example evil@x.example"`, `{"a":"b"}`} {
			for _, url := range []string{"/user_management/password_reset", "/user_management/magic_auth"} {
				if r := w.do("POST", url, `{"email":`+email+`}`); r.status < 400 || r.status > 499 {
					t.Errorf("%s %s: %d %s", url, email, r.status, r.body)
				}
			}
		}
		if n := len(mailtest.All(t, w.d, "evil@x.example")); n != 0 {
			t.Errorf("%d mails to a stranger", n)
		}
	})
}
