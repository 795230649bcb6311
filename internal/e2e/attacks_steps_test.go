package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/mail/mailtest"
)

// The bodies of codes, links, factors and invitations take what strangers
// typed: text that no database and no page foresaw is refused with a sentence.
func TestHostileBodiesOfStepsAreNeverAnError(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		mara := string(s.proven(t, "mara@fieldnote.example"))
		unproven := s.made(t, http.MethodPost, "/user_management/users", map[string]any{"email": "blank@fieldnote.example"}).Text("id")
		org := string(join(t, s, "", "Halden Marine")[0])
		f := s.withApp(t, userID(s, "mara@fieldnote.example"))
		pending, challenge := s.pending(t, "mara@fieldnote.example", "mfa_challenge"), f.challenge(t)
		grant := func(kind string, members string) string {
			return `{"client_id":"` + Client + `","client_secret":"` + APIKey + `","grant_type":"urn:workos:oauth:grant-type:` + kind + `",` + members + `}`
		}
		steps := map[string][]string{
			"POST /user_management/magic_auth":                                        {`{"email":{}}`},
			"POST /user_management/password_reset":                                    {`{"email":{}}`},
			"POST /user_management/password_reset/confirm":                            {`{"token":{},"new_password":"another good passphrase 77"}`, `{"token":"x","new_password":{}}`},
			"POST /user_management/users/" + unproven + "/email_verification/confirm": {`{"code":{}}`},
			"POST /user_management/users/" + mara + "/email_change/send":              {`{"new_email":{}}`},
			"POST /user_management/users/" + mara + "/email_change/confirm":           {`{"code":{}}`},
			"POST /user_management/users/" + mara + "/auth_factors":                   {`{"type":{}}`, `{"type":"totp","totp_issuer":{}}`, `{"type":"totp","totp_user":{}}`, `{"type":"totp","totp_secret":{}}`, `{"type":"sms","phone_number":{}}`},
			"POST /auth/factors/enroll":                                               {`{"type":"totp","user_id":{}}`, `{"type":{}}`},
			"POST /auth/challenges/" + challenge + "/verify":                          {`{"code":{}}`},
			"POST /user_management/invitations": {`{"email":{}}`, `{"email":"%d@a.example","organization_id":{}}`, `{"email":"%d@a.example","organization_id":"` + org + `","role_slug":{}}`, `{"email":"%d@a.example","expires_in_days":{}}`,
				`{"email":"%d@a.example","organization_id":"` + org + `","inviter_user_id":{}}`, `{"email":"%d@a.example","locale":{}}`},
			"PUT /organizations/" + org + "/policy": {`{"allowed_methods":{}}`, `{"allowed_methods":[{}]}`, `{"mfa_required":{}}`, `{"session_lifetime_seconds":{}}`, `{"session_idle_seconds":{}}`, `{"ip_allow_list":{}}`, `{"ip_allow_list":[{}]}`, `{"break_glass_user_ids":[{}]}`, `{}`},
			"POST /user_management/authenticate": {grant("magic-auth:code", `"email":{},"code":"123456"`), grant("magic-auth:code", `"email":"mara@fieldnote.example","code":{}`),
				grant("mfa-totp", `"pending_authentication_token":{},"authentication_challenge_id":"`+challenge+`","code":"123456"`), grant("mfa-totp", `"pending_authentication_token":"`+pending+`","authentication_challenge_id":{},"code":"123456"`),
				grant("mfa-totp", `"pending_authentication_token":"`+pending+`","authentication_challenge_id":"`+challenge+`","code":{}`), grant("organization-selection", `"pending_authentication_token":"`+pending+`","organization_id":{}`),
				grant("email-verification:code", `"pending_authentication_token":"`+pending+`","code":{}`), grant("magic-auth:code", `"email":"mara@fieldnote.example","code":"123456","invitation_token":{}`)},
			"POST /user_management/authorize/device": {`{"client_id":{}}`},
		}
		n := 0
		for route, bodies := range steps {
			method, path, _ := strings.Cut(route, " ")
			for _, body := range bodies {
				for name, text := range hostile {
					n++
					s.Time.Add(time.Second)
					sent := strings.ReplaceAll(strings.ReplaceAll(body, "{}", text), "%d", fmt.Sprint("u", n))
					a := s.raw(method, path, sent, "Authorization", "Bearer "+APIKey, "Content-Type", "application/json")
					if a.Status >= 500 || a.Status == 0 || !json.Valid([]byte(a.Raw)) {
						t.Errorf("%s %s in %.120s: %d %.200s", route, name, body, a.Status, a.Raw)
					}
				}
			}
		}
	})
}

// The pages of the steps take the same texts, at the step itself, with the
// sign-in's own cookie.
func TestHostileFormsOfStepsAreNeverAnError(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		const mara = "mara@fieldnote.example"
		s.withApp(t, s.proven(t, mara))
		second := s.atSecond(t, s.Browser(), mara)
		code := mailed(s.Browser(), mara)
		signUp := s.Browser().Get("/login/signup").Submit("email", "sofie@haldenmarine.example", "first_name", "S", "last_name", "B").Submit("password", Password)
		reset := forgotten(t, s, mara)
		enroll := s.enrolling(t)
		device := s.Browser().Get("/device")
		texts := []string{"a\x00b", "a\xffb", "\u202ea", strings.Repeat("9", 5000), `"><script>alert(1)</script>`, "' OR 1=1 --", "-1", "٤١٩٠٧٢", "４１９０７２", "\r\nSet-Cookie: a=b", "{}", "🔑"}
		for _, at := range []struct {
			page *Page
			path string
			hit  []string
		}{
			{second, "/login/mfa/totp", []string{"code", "flow", "puzzle", "puzzle_answer"}}, {second, "/login/mfa/recovery", []string{"code", "flow"}}, {second, "/login/mfa/sms", []string{"code"}},
			{second, "/login/mfa/passkey", []string{"ceremony", "credential"}}, {second, "/login/organizations", []string{"organization_id"}}, {code, "/login/code", []string{"code", "flow"}}, {code, "/login/passkey", []string{"ceremony", "credential"}},
			{signUp, "/login/verify-email", []string{"code", "flow"}}, {code, reset, []string{"password"}}, {code, reset + "x", []string{"password"}}, {enroll, "/login/mfa/enroll/totp", []string{"code"}}, {enroll, "/login/mfa/enroll/sms", []string{"phone", "code"}},
			{enroll, "/login/mfa/enroll/passkey", []string{"ceremony", "credential", "name"}}, {device, "/device", []string{"user_code"}}, {device, "/device/deviceauth_01J00000000000000000000000", []string{"decision"}}, {device, "/login/password/forgot", []string{"email", "flow"}},
		} {
			for _, text := range texts {
				for _, hit := range at.hit {
					s.Time.Add(time.Second)
					form := url.Values{"flow": {at.page.URL.Query().Get("flow")}}
					for _, name := range at.hit {
						if name != "flow" {
							form.Set(name, "x")
						}
					}
					form.Set(hit, text)
					p := at.page.b.Step(http.MethodPost, at.path, form)
					if p.Status >= 500 || strings.Contains(p.Body, "<script>alert") || p.Header.Get("Set-Cookie") == "a=b" || at.page.b.Cookie("gatehouse_session") != "" {
						t.Errorf("%s %s=%.30q: %d at %s: %.200s", at.path, hit, text, p.Status, p.URL, p.Body)
					}
				}
			}
		}
		if l := mailtest.Last(t, s.DB, mara); l.To != mara {
			t.Errorf("mailed to %q", l.To)
		}
	})
}

// enrolling is a sign-in at which a second step has to be set up.
func (s *Server) enrolling(t *testing.T) *Page {
	t.Helper()
	s.proven(t, "ines@haldenmarine.example")
	org := join(t, s, "ines@haldenmarine.example", "Halden Marine")[0]
	s.made(t, http.MethodPut, "/organizations/"+string(org)+"/policy", map[string]any{"mfa_required": true})
	p := s.Browser().Get(s.AuthorizeURL("organization_id", string(org))).Submit("email", "ines@haldenmarine.example").Submit("password", Password)
	if p.URL.Path != "/login/mfa/enroll" {
		t.Fatalf("%d at %s: %s", p.Status, p.URL, p.Text())
	}
	return p
}
