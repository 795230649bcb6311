package api

import (
	"fmt"
	"strings"
	"testing"
)

// A policy that a script sets is the one that the login asks for; all that is
// wrong with another is said at once.
func TestOrganizationPolicies(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		s := w.transcript()
		org, user := w.organization("Halden"), w.user("ines@halden.example")
		w.member(org, w.user("mara@halden.example"), "owner")
		membership := w.member(org, user, "member")
		url := "/organizations/" + org + "/policy"
		s.do("GET", url, "")
		s.do("PUT", url, `{"allowed_authentication_methods":["password","passkey"],"mfa_required":true,"mfa_factors":["totp","webauthn"],"session_lifetime_seconds":28800,"session_idle_seconds":1800,"ip_allow_list":["192.0.2.0/24"," 2001:DB8::/32"],"jit_from_verified_domains":true,"unknown":1}`)
		s.do("GET", url, "")
		s.do("PUT", url, `{"allowed_authentication_methods":["telepathy"],"mfa_factors":["sms"],"session_lifetime_seconds":1,"session_idle_seconds":9999999,"ip_allow_list":["192.0.2.9/24","192.0.2.9","::ffff:192.0.2.0/120","here"],"break_glass_user_ids":["user_01ARZ3NDEKTSV4RRFFQ69G5FAV"]}`)
		s.do("PUT", url, `{"sso_required":true}`)
		s.do("PUT", url, `{"allowed_authentication_methods":["sso"]}`)
		s.do("PUT", url, `{"sso_required":true,"allowed_authentication_methods":["password"]}`)
		s.do("PUT", url, `{"sso_required":"yes"}`)
		s.do("PUT", url, `{"session_idle_seconds":7200,"session_lifetime_seconds":3600}`)
		s.do("PUT", url, fmt.Sprintf(`{"sso_required":true,"break_glass_user_ids":[%q]}`, user))
		s.do("PUT", membershipPath+"/"+membership+"/deactivate", "{}")
		s.do("DELETE", membershipPath+"/"+membership, "")
		s.do("PUT", url, `{}`)
		s.do("GET", "/organizations/org_01ARZ3NDEKTSV4RRFFQ69G5FAV/policy", "")
		s.do("PUT", "/organizations/"+string(w.system)+"/policy", `{}`)
		s.check(t, "organization_policies")
		var changes int
		log := w.must("GET", "/audit_logs/events?limit=100&organization_id="+org, "")
		changes = strings.Count(string(log.body), `"organization.policy_updated"`)
		if changes != 3 {
			t.Errorf("%d changes in the log, want 3", changes)
		}
	})
}

// An organization's key keeps its own organization's policy.
func TestAnOrganizationsKeyKeepsItsPolicy(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org := w.organization("Halden")
		key := w.orgKey(org)
		if r := w.send(key, "PUT", "/organizations/"+org+"/policy", `{"mfa_required":true}`); r.status != 200 {
			t.Errorf("%d %s", r.status, r.body)
		}
		if r := w.send(key, "GET", "/organizations/"+org+"/policy", ""); r.get("mfa_required") != "true" {
			t.Errorf("%s", r.body)
		}
	})
}

// Two scripts that change different settings leave both changed; nobody can
// leave people without a way in.
func TestAuthenticationSettings(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		s := w.transcript()
		const url = "/user_management/authentication_settings"
		s.do("GET", url, "")
		s.do("PUT", url, `{"sms":true,"send_invitation":false,"unknown":1}`)
		s.do("PUT", url, `{"sign_up":false}`)
		s.do("PUT", url, ``)
		s.do("PUT", url, `{"password":false,"magic_auth":false,"passkey":false}`)
		s.do("PUT", url, `{"password":"no"}`)
		s.do("GET", url, "")
		s.check(t, "authentication_settings")
		if log := w.must("GET", "/audit_logs/events?limit=100", ""); strings.Count(string(log.body), `"authentication_settings.updated"`) != 2 {
			t.Errorf("%s", log.body)
		}
	})
}
