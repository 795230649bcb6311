package dashboard_test

import (
	"net/http"
	"testing"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/tenants"
)

var tester = actor.System("test")

func (w *world) policy() (p tenants.Policy) {
	w.t.Helper()
	w.do(w.db.ReadDeployment(w.t.Context(), func(tx *db.AllTx) (err error) {
		p, err = tenants.GetPolicy(tx, w.org.ID)
		return err
	}))
	return p
}

// A policy locks people out: it is asked about once, with how many, and
// nothing is kept before the answer.
func TestAPolicyIsAskedAbout(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		page := "/admin/organizations/" + string(w.org.ID) + "/policies"
		w.want(w.get("admin", page), http.StatusOK, "1 member, 1 live session", "Your address is 192.0.2.1")
		form := []string{"mfa_required", "on", "method_passkey", "on", "ip_allow_list", "198.51.100.0/24\r\n", "session_idle_seconds", "30m", "session_lifetime_seconds", "8h"}
		w.want(w.post("admin", page, form...), http.StatusOK, "1 member without such a second step", "1 session that doesn&#39;t meet it is asked for more",
			"Your address, 192.0.2.1, isn&#39;t inside", `name="method_passkey" value="on"`)
		if w.policy().MFARequired {
			t.Error("it was kept before it was asked about")
		}
		w.want(w.post("admin", page, append(form, "confirmed", "on")...), http.StatusSeeOther)
		if p := w.policy(); !p.MFARequired || *p.SessionIdleSeconds != 1800 || *p.SessionLifetimeSeconds != 28800 || p.AllowedMethods[0] != "passkey" || p.IPAllowList[0] != "198.51.100.0/24" {
			t.Errorf("%+v", p)
		}
		w.want(w.get("admin", page), http.StatusOK, `value="30m"`, `value="8h"`, "1 live session doesn&#39;t meet this policy")
	})
}

// What is wrong stands at its field, and what was typed stays.
func TestAWrongPolicyIsMended(t *testing.T) {
	w := full(t, dbtest.SQLite(t))
	page := "/admin/organizations/" + string(w.org.ID) + "/policies"
	for _, c := range []struct{ field, value, id, words string }{
		{"sso_required", "on", "break_glass_user_ids-error", "Name somebody who gets in"},
		{"break_glass_user_ids", "nobody@nowhere.example", "break_glass_user_ids-error", "Nobody here has the address nobody@nowhere.example"},
		{"break_glass_user_ids", "owner@fieldnote.example", "break_glass_user_ids-error", "active member"},
		{"ip_allow_list", "192.0.2.7/24", "ip_allow_list-error", "The network is 192.0.2.0/24"},
		{"session_idle_seconds", "1m", "session_idle_seconds-error", "from 5m to 7d"},
		{"session_lifetime_seconds", "99999999999999999999d", "session_lifetime_seconds-error", "from 5m to 30d"},
		{"factor_sms", "on", "mfa_factors-error", "weakest"},
	} {
		w.want(w.post("admin", page, c.field, c.value), http.StatusUnprocessableEntity, c.id, c.words)
	}
	w.want(w.post("admin", page, "sso_required", "on", "break_glass_user_ids", w.member.Email), http.StatusOK, "Save the policy of")
	w.want(w.post("admin", page, "sso_required", "on", "break_glass_user_ids", w.member.Email, "confirmed", "on"), http.StatusSeeOther)
	w.want(w.get("admin", page), http.StatusOK, w.member.Email)
	w.want(w.post("admin", "/admin/organizations/"+string(w.system)+"/policies", "confirmed", "on"), http.StatusNotFound)
}

// A card of the settings changes what is on it alone; what leaves people
// without a way in is refused, or asked about with how many they are.
func TestSettingsAreSavedByCard(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		const page = "/admin/settings/authentication"
		settings := func() (s tenants.Settings) {
			w.do(d.Read(t.Context(), func(tx *db.Tx) (err error) {
				s, err = tenants.GetSettings(tx)
				return err
			}))
			return s
		}
		w.want(w.post("admin", page, "card", "accounts", "verify_emails", "on", "create_organizations", "on"), http.StatusSeeOther)
		if s := settings(); s.SignUp || !s.VerifyEmails || !s.CreateOrganizations || !s.Password || !s.SendInvitation {
			t.Errorf("%+v", s)
		}
		w.want(w.post("admin", page, "card", "methods"), http.StatusUnprocessableEntity, "Leave people one way to sign in", "password-error")
		w.want(w.post("admin", page, "card", "methods", "passkey", "on"), http.StatusOK, "7 people have no passkey", `name="confirmed"`)
		if !settings().Password {
			t.Error("it was kept before it was asked about")
		}
		w.want(w.post("admin", page, "card", "methods", "passkey", "on", "confirmed", "on"), http.StatusSeeOther)
		if s := settings(); s.Password || s.MagicAuth || !s.Passkey {
			t.Errorf("%+v", s)
		}
		w.want(w.post("admin", page, "card", "nonsense"), http.StatusOK)
		if n := w.recorded("authentication_settings.updated"); n != 2 {
			t.Errorf("%d entries", n)
		}
	})
}
