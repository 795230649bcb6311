package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

func TestFactors(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		user := w.user("ines@halden.example")
		r := w.must("POST", "/user_management/users/"+user+"/auth_factors", `{"type":"totp"}`)
		secret, factor, challenge := r.get("authentication_factor.totp.secret"), r.get("authentication_factor.id"), r.get("authentication_challenge.id")
		if r.status != 201 || !strings.HasPrefix(r.get("authentication_factor.totp.qr_code"), "data:image/png;base64,") || r.get("authentication_factor.user_id") != user {
			t.Fatalf("%d %s", r.status, r.body)
		}
		if r := w.must("POST", "/auth/challenges/"+challenge+"/verify", `{"code":"000000"}`); r.status != 201 || r.get("valid") != "false" {
			t.Errorf("wrong: %d %s", r.status, r.body)
		}
		code, err := totp.GenerateCode(secret, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if r := w.must("POST", "/auth/challenges/"+challenge+"/verify", fmt.Sprintf(`{"code":%q}`, code)); r.get("valid") != "true" || r.get("challenge.id") != challenge {
			t.Errorf("right: %d %s", r.status, r.body)
		}
		if r := w.do("POST", "/auth/challenges/"+challenge+"/verify", fmt.Sprintf(`{"code":%q}`, code)); r.status != 422 || r.get("code") != "challenge_already_verified" {
			t.Errorf("again: %d %s", r.status, r.body)
		}
		for _, url := range []string{"/auth/factors/" + factor, "/user_management/users/" + user + "/auth_factors"} {
			if r := w.must("GET", url, ""); strings.Contains(string(r.body), secret) || !strings.Contains(string(r.body), factor) {
				t.Errorf("%s: %s", url, r.body)
			}
		}
		if r := w.must("POST", "/auth/factors/"+factor+"/challenge", "{}"); r.status != 201 || r.get("authentication_factor_id") != factor {
			t.Errorf("challenge: %s", r.body)
		}
		if r := w.do("DELETE", "/auth/factors/"+factor, ""); r.status != 204 {
			t.Errorf("delete: %d", r.status)
		}
		if r := w.do("GET", "/auth/factors/"+factor, ""); r.status != 404 {
			t.Errorf("gone: %d", r.status)
		}
		for body, want := range map[string]string{`{"type":"telepathy"}`: "invalid_factor_type", `{"type":"sms","phone_number":"+4721000000"}`: "sms_not_available", `{"type":"totp","totp_secret":"x"}`: "invalid_totp_secret"} {
			if r := w.do("POST", "/auth/factors/enroll", body); r.status != 422 || r.get("code") != want {
				t.Errorf("%s: %d %s", body, r.status, r.body)
			}
		}
		if r := w.must("POST", "/auth/factors/enroll", `{"type":"generic_otp","totp_issuer":"Fieldnote","totp_user":"somebody"}`); r.get("type") != "generic_otp" || r.get("totp.secret") == "" {
			t.Errorf("%s", r.body)
		}
	})
}
