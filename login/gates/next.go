package gates

import (
	"net/netip"
	"slices"

	"gatehouse/internal/wire"
	"gatehouse/sessions"
	"gatehouse/tenants"
)

// Gate is what has to be passed next.
type Gate string

// The gates, in the order in which they are asked. The first four cannot be
// passed by this sign-in as it was begun; the others are steps of it.
const (
	Open               Gate = ""
	NotMember          Gate = "not_a_member"
	AddressRefused     Gate = "ip_not_allowed"
	SSORequired        Gate = "sso_required"
	MethodRefused      Gate = "authentication_method_not_allowed"
	VerifyEmail        Gate = "email_verification_required"
	Challenge          Gate = "mfa_challenge"
	Enroll             Gate = "mfa_enrollment"
	SelectOrganization Gate = "organization_selection_required"
)

// Verdict is the gate, and what passes it.
type Verdict struct {
	Gate    Gate
	Seconds []sessions.Second // Challenge: what counts and is enrolled; Enroll: what may be enrolled; the strongest first
	Methods []string          // MethodRefused: what is allowed
	Choices []Choice          // SelectOrganization
}

// Next is the first gate that the facts do not pass.
func Next(f Facts) Verdict {
	if o := f.Organization; o != nil {
		if !o.Member {
			return Verdict{Gate: NotMember}
		}
		if v := f.byPolicy(*o); v.Gate != Open {
			return v
		}
	}
	if f.VerifyEmails && !f.MailboxProven {
		return Verdict{Gate: VerifyEmail}
	}
	if v := f.secondStep(); v.Gate != Open {
		return v
	}
	if f.Choose && f.Organization == nil && len(f.Choices) > 1 {
		return Verdict{Gate: SelectOrganization, Choices: f.Choices}
	}
	return Verdict{}
}

// byPolicy is what the organization refuses. Whoever is to get in when single
// sign-on is broken is let through here, and still takes the second step.
func (f Facts) byPolicy(o Organization) Verdict {
	p := o.Policy
	switch {
	case f.foreign(o):
		return Verdict{Gate: MethodRefused, Methods: withoutSSO(p.AllowedMethods)}
	case o.BreakGlass:
		return Verdict{}
	case !allowedFrom(p.IPAllowList, f.IP):
		return Verdict{Gate: AddressRefused}
	case p.SSORequired && !f.isSSO(o):
		return Verdict{Gate: SSORequired}
	case len(p.AllowedMethods) > 0 && (f.Method == sessions.SSO && !f.isSSO(o) || !slices.Contains(p.AllowedMethods, string(f.Method))):
		return Verdict{Gate: MethodRefused, Methods: p.AllowedMethods}
	}
	return Verdict{}
}

// isSSO reports whether the sign-in is single sign-on for the organization: by
// a connection of its own. Another organization's provider vouches for nobody
// here.
func (f Facts) isSSO(o Organization) bool { return f.Method == sessions.SSO && f.Via.For(o.ID) }

// foreign reports a sign-in by a connection that does not even count as a first
// step here: a guest's, whose address its organization cannot vouch for, leads
// into that organization alone; and no customer's provider opens the dashboard.
func (f Facts) foreign(o Organization) bool {
	return f.Method == sessions.SSO && (o.Operators || f.Via.SSOGuest && !f.Via.For(o.ID))
}

// withoutSSO are the ways in that are left, where those that the policy allows
// (none: all) do not help.
func withoutSSO(allowed []string) []string {
	if len(allowed) == 0 {
		allowed = tenants.PolicyMethods
	}
	return slices.DeleteFunc(slices.Clone(allowed), func(m string) bool { return m == string(sessions.SSO) })
}

// allowedFrom reports whether the address is in one of the networks. An
// unknown address is in none.
func allowedFrom(networks []string, ip netip.Addr) bool {
	return len(networks) == 0 || slices.ContainsFunc(networks, func(network string) bool {
		prefix, err := netip.ParsePrefix(network)
		return err == nil && ip.IsValid() && prefix.Contains(ip.Unmap())
	})
}

// secondStep asks whoever has a second factor for it, and whoever must have
// one to enrol it. A passkey is both steps at once, and behind single sign-on
// the organization's own identity provider has asked.
func (f Facts) secondStep() Verdict {
	var policy wire.OrganizationPolicy
	if f.Organization != nil {
		policy = f.Organization.Policy
	}
	counting := counting(policy)
	if f.Organization != nil && f.isSSO(*f.Organization) || f.secondCounts(counting, policy.MFARequired) {
		return Verdict{}
	}
	if usable := among(f.Enrolled, counting); len(usable) > 0 {
		return Verdict{Gate: Challenge, Seconds: usable}
	}
	// What the person has comes first, even where it is not enough: else whoever
	// knows a password alone could enrol a stronger one of their own beside it.
	if len(f.Enrolled) > 0 && f.Second == nil {
		return Verdict{Gate: Challenge, Seconds: f.Enrolled}
	}
	if policy.MFARequired {
		return Verdict{Gate: Enroll, Seconds: f.enrollable(counting)}
	}
	return Verdict{}
}

// secondCounts reports whether the second step that was taken is enough.
func (f Facts) secondCounts(counting []sessions.Second, required bool) bool {
	switch {
	case f.Method == sessions.Passkey:
		return slices.Contains(counting, sessions.SecondWebAuthn)
	case f.Second == nil:
		return false
	case *f.Second == sessions.SecondRecovery, !required:
		return true
	}
	return slices.Contains(counting, *f.Second)
}

// strongest is the order in which second steps are offered.
var strongest = []sessions.Second{sessions.SecondWebAuthn, sessions.SecondTOTP, sessions.SecondSMS}

// Counting are the second steps that satisfy the policy, the strongest first.
func Counting(p wire.OrganizationPolicy) []sessions.Second { return counting(p) }

// counting are the second steps that satisfy the policy, the strongest first.
// A telephone counts only where the policy names it, and never as the only one
// beside a phishing-resistant one.
func counting(p wire.OrganizationPolicy) []sessions.Second {
	if len(p.MFAFactors) == 0 {
		return []sessions.Second{sessions.SecondWebAuthn, sessions.SecondTOTP}
	}
	return among(strongest, seconds(p.MFAFactors))
}

func seconds(names []string) []sessions.Second {
	out := make([]sessions.Second, len(names))
	for i, n := range names {
		out[i] = sessions.Second(n)
	}
	return out
}

func (f Facts) enrollable(counting []sessions.Second) []sessions.Second {
	return slices.DeleteFunc(slices.Clone(counting), func(s sessions.Second) bool { return s == sessions.SecondSMS && !f.SMS })
}

func among(all, some []sessions.Second) []sessions.Second {
	var out []sessions.Second
	for _, s := range all {
		if slices.Contains(some, s) {
			out = append(out, s)
		}
	}
	return out
}
