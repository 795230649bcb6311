package gates

import (
	"slices"
	"testing"

	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/sessions"
)

// One organization's identity provider must not open another: a sign-in by a
// connection is single sign-on for its own organization alone. Elsewhere it is a
// first step; a guest's, and any at the operators' door, is not even that.
func TestSingleSignOnCountsForItsOrganizationAlone(t *testing.T) {
	totp := sessions.SecondTOTP
	connection := id.New[id.Connection]()
	for name, c := range map[string]struct {
		policy        wire.OrganizationPolicy
		own, guest    bool
		method        sessions.Method
		enrolled      []sessions.Second
		operators     bool
		rescuer       bool
		want          Gate
		withoutBefore bool // no connection is known: a session from before there were any
	}{
		"its own, required":                   {policy: wire.OrganizationPolicy{SSORequired: true}, own: true, want: Open},
		"another's, required":                 {policy: wire.OrganizationPolicy{SSORequired: true}, want: SSORequired},
		"nobody's, required":                  {policy: wire.OrganizationPolicy{SSORequired: true}, withoutBefore: true, want: SSORequired},
		"its own, allowed":                    {policy: wire.OrganizationPolicy{AllowedMethods: []string{"sso"}}, own: true, want: Open},
		"another's, allowed":                  {policy: wire.OrganizationPolicy{AllowedMethods: []string{"sso", "password"}}, want: MethodRefused},
		"its own, not allowed":                {policy: wire.OrganizationPolicy{AllowedMethods: []string{"password"}}, own: true, want: MethodRefused},
		"another's, nothing asked":            {want: Open},
		"its own waives the second step":      {policy: wire.OrganizationPolicy{MFARequired: true}, own: true, enrolled: []sessions.Second{totp}, want: Open},
		"another's does not":                  {enrolled: []sessions.Second{totp}, want: Challenge},
		"nor what must be enrolled":           {policy: wire.OrganizationPolicy{MFARequired: true}, want: Enroll},
		"a guest at home":                     {own: true, guest: true, want: Open},
		"a guest elsewhere":                   {guest: true, want: MethodRefused},
		"a guest elsewhere who would rescue":  {guest: true, rescuer: true, want: MethodRefused},
		"somebody else's guest with password": {guest: true, method: sessions.Password, want: Open},
		"at the dashboard":                    {operators: true, want: MethodRefused},
		"at the dashboard, somehow its own":   {operators: true, own: true, want: MethodRefused},
	} {
		o := org(c.policy)
		o.Operators, o.BreakGlass = c.operators, c.rescuer
		home := id.New[id.Organization]()
		if c.own {
			home = o.ID
		}
		f := Facts{Method: sessions.SSO, Enrolled: c.enrolled, Organization: o}
		if !c.withoutBefore {
			f.Via = sessions.Via{ConnectionID: &connection, SSOOrganizationID: &home, SSOGuest: c.guest}
		}
		if c.method != "" {
			f.Method = c.method
		}
		v := Next(f)
		if v.Gate != c.want {
			t.Errorf("%s: %q, want %q", name, v.Gate, c.want)
		}
		if v.Gate == MethodRefused && len(c.policy.AllowedMethods) == 0 && (len(v.Methods) == 0 || slices.Contains(v.Methods, "sso")) {
			t.Errorf("%s: told to come by %v", name, v.Methods)
		}
	}
}

// For the account itself, which is in no organization, an identity provider
// that skipped the second step has not taken it.
func TestTheAccountAsksForItsOwnSecondStep(t *testing.T) {
	org, connection := id.New[id.Organization](), id.New[id.Connection]()
	f := Facts{Method: sessions.SSO, Via: sessions.Via{ConnectionID: &connection, SSOOrganizationID: &org}, Enrolled: []sessions.Second{sessions.SecondTOTP}}
	if got := Next(f).Gate; got != Challenge {
		t.Errorf("gate %q", got)
	}
}
