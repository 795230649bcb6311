package tenants

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
)

// PolicyMethods and PolicyFactors are what a policy may name, in the order in
// which pages offer it.
var (
	PolicyMethods = []string{"password", "magic_auth", "passkey", "google_oauth", "microsoft_oauth", "github_oauth", "apple_oauth",
		"gitlab_oauth", "linkedin_oauth", "slack_oauth", "oidc", "sso"}
	PolicyFactors = []string{"webauthn", "totp", "sms"}
)

// The bounds of a policy. It narrows what the deployment has: a session that
// lives longer than the deployment's own would not. Access tokens live for
// five minutes, so less could not be kept.
const (
	MinSessionSeconds = 5 * 60
	MaxSessionSeconds = 30 * 24 * 60 * 60
	MaxIdleSeconds    = 7 * 24 * 60 * 60
	maxNetworks       = 100
	maxBreakGlass     = 20
)

// What callers are told of policies.
var (
	ErrInvalidPolicy  = problem.New(problem.Invalid, "invalid_policy", "The policy cannot be kept as it is.")
	ErrLastBreakGlass = problem.New(problem.Conflict, "last_break_glass_user",
		"This is the last person who gets in without single sign-on. Name another in the organization's policy first.")
)

// policyFaults collects all that is wrong, so that one answer names it.
type policyFaults []problem.Detail

func (f *policyFaults) add(field, code, sentence string) {
	*f = append(*f, problem.Detail{Code: code, Field: field, Message: sentence})
}

func (f policyFaults) err() error {
	if len(f) == 0 {
		return nil
	}
	return ErrInvalidPolicy.WithMessage(f[0].Message).WithDetails(f...)
}

// checkPolicy is the policy as it is kept, or all that is wrong with it.
func checkPolicy(p Policy, s Settings, members []id.User, now time.Time) (Policy, error) {
	var wrong policyFaults
	p = p.AsOf(now)
	p.SSORequiredFrom = wrong.date(p.SSORequiredFrom, now)
	wrong.methods(p, s)
	wrong.factors(p)
	wrong.lifetimes(p)
	p.IPAllowList = wrong.networks(p.IPAllowList)
	wrong.breakGlass(p, members)
	return plain(p), wrong.err()
}

func (f *policyFaults) methods(p Policy, s Settings) {
	const field = "allowed_authentication_methods"
	if sentence := listOf(p.AllowedMethods, PolicyMethods); sentence != "" {
		f.add(field, "invalid_authentication_method", field+sentence)
		return
	}
	off := map[string]bool{"password": !s.Password, "magic_auth": !s.MagicAuth, "passkey": !s.Passkey}
	if len(p.AllowedMethods) > 0 && !slices.ContainsFunc(p.AllowedMethods, func(m string) bool { return !off[m] }) {
		f.add(field, "no_authentication_method", "The deployment has switched all of these methods off: nobody could sign in.")
	}
	if asksSSO(p) && len(p.AllowedMethods) > 0 && !slices.Contains(p.AllowedMethods, "sso") {
		f.add(field, "no_authentication_method", "Single sign-on is required, and is not among the allowed methods.")
	}
}

func (f *policyFaults) factors(p Policy) {
	const field = "mfa_factors"
	if sentence := listOf(p.MFAFactors, PolicyFactors); sentence != "" {
		f.add(field, "invalid_mfa_factor", field+sentence)
		return
	}
	if len(p.MFAFactors) == 1 && p.MFAFactors[0] == "sms" {
		f.add(field, "sms_alone", "SMS is the weakest second step and is lost with its telephone. Allow totp or webauthn beside it.")
	}
}

// listOf says what is wrong with a choice out of known words, or nothing.
func listOf(chosen, known []string) string {
	for i, c := range chosen {
		switch {
		case !slices.Contains(known, c):
			return " are of: " + strings.Join(known, ", ") + "."
		case slices.Contains(chosen[:i], c):
			return " names " + c + " twice."
		}
	}
	return ""
}

func (f *policyFaults) lifetimes(p Policy) {
	f.seconds("session_lifetime_seconds", p.SessionLifetimeSeconds, MaxSessionSeconds)
	f.seconds("session_idle_seconds", p.SessionIdleSeconds, MaxIdleSeconds)
	if p.SessionLifetimeSeconds != nil && p.SessionIdleSeconds != nil && *p.SessionIdleSeconds > *p.SessionLifetimeSeconds {
		f.add("session_idle_seconds", "invalid_session_idle_seconds", "A session cannot lie unused for longer than it lives.")
	}
}

func (f *policyFaults) seconds(field string, n *int64, most int64) {
	if n != nil && (*n < MinSessionSeconds || *n > most) {
		f.add(field, "invalid_"+field, field+" is from "+strconv.Itoa(MinSessionSeconds)+" to "+strconv.FormatInt(most, 10)+".")
	}
}

// networks reads CIDRs as people write them into the one spelling that is
// kept (RFC 4632 §3.1, RFC 4291 §2.3). An address within a network is refused
// rather than masked: whoever writes 10.0.0.5/8 may mean 10.0.0.5 alone.
func (f *policyFaults) networks(list []string) []string {
	const field = "ip_allow_list"
	if len(list) > maxNetworks {
		f.add(field, "too_many_networks", "ip_allow_list has at most "+strconv.Itoa(maxNetworks)+" networks.")
		return nil
	}
	var out []string
	for _, typed := range list {
		prefix, sentence := network(typed)
		if sentence != "" {
			f.add(field, "invalid_network", sentence)
			continue
		}
		if !slices.Contains(out, prefix.String()) {
			out = append(out, prefix.String())
		}
	}
	return out
}

// maxNetworkText is longer than any network is written.
const maxNetworkText = 64

func network(typed string) (netip.Prefix, string) {
	typed = strings.TrimSpace(typed)
	if len(typed) > maxNetworkText {
		typed = strings.ToValidUTF8(typed[:maxNetworkText], "") + "…"
	}
	if ip, err := netip.ParseAddr(typed); err == nil && ip.Zone() == "" {
		ip = ip.Unmap()
		return netip.Prefix{}, "Write networks as CIDR: " + netip.PrefixFrom(ip, ip.BitLen()).String() + " is that address alone."
	}
	prefix, err := netip.ParsePrefix(typed)
	switch {
	case err != nil || prefix.Addr().Is4In6():
		return prefix, strconv.Quote(typed) + " is no network. Write it as CIDR, such as 192.0.2.0/24."
	case prefix != prefix.Masked():
		return prefix, prefix.String() + " is an address within a network. The network is " + prefix.Masked().String() + "."
	}
	return prefix, ""
}

// breakGlass holds that single sign-on is not the only way in: an identity
// provider that fails, or that is not connected yet, would lock everybody out.
func (f *policyFaults) breakGlass(p Policy, members []id.User) {
	const field = "break_glass_user_ids"
	if len(p.BreakGlassUsers) > maxBreakGlass {
		f.add(field, "too_many_users", "break_glass_user_ids has at most "+strconv.Itoa(maxBreakGlass)+" people.")
		return
	}
	for i, u := range p.BreakGlassUsers {
		if !slices.Contains(members, u) {
			f.add(field, "not_a_member", "Everybody in break_glass_user_ids is an active member of the organization.")
			return
		}
		if slices.Contains(p.BreakGlassUsers[:i], u) {
			f.add(field, "invalid_break_glass_user_ids", "break_glass_user_ids names somebody twice.")
			return
		}
	}
	if ssoAlone(p) && len(p.BreakGlassUsers) == 0 {
		f.add(field, "break_glass_user_required",
			"Name somebody who gets in without single sign-on: with a provider that fails, nobody else would.")
	}
}

// asksSSO reports whether single sign-on is asked for, now or from a date.
func asksSSO(p Policy) bool { return p.SSORequired || p.SSORequiredFrom != nil }

// maxDateAhead is how far ahead single sign-on can be required from.
const maxDateAhead = 366 * 24 * time.Hour

// date is a day in reach, to the second.
func (f *policyFaults) date(from *wire.Timestamp, now time.Time) *wire.Timestamp {
	if from == nil {
		return nil
	}
	if from.Sub(now) > maxDateAhead {
		f.add("sso_required_from", "invalid_sso_required_from", "sso_required_from is within a year.")
	}
	return &wire.Timestamp{Time: from.UTC().Truncate(time.Second)}
}

// ssoAlone reports whether single sign-on is the only way in, or is to be.
func ssoAlone(p Policy) bool {
	return asksSSO(p) || len(p.AllowedMethods) == 1 && p.AllowedMethods[0] == "sso"
}
