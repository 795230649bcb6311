package dashboard

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/ui"
)

// policyForm is a policy as it is typed.
type policyForm struct {
	methods, factors       map[string]bool
	sso, mfa, jit          bool
	from                   string // day of required single sign-on, as written
	lifetime, idle         string // hours and minutes, as written
	networks, breakGlasses string // one each line
}

// policiesPage is the tab of an organization's policy.
type policiesPage struct {
	organizationFrame
	form   policyForm
	wrong  faults
	effect effect
	place  string // the reader's address
}

func (h *Handler) policies(v *visit) error {
	return v.showPolicies(http.StatusOK, nil, nil, nil)
}

// showPolicies shows the policy as it is kept, or as typed has it; asked is
// the change that is asked about.
func (v *visit) showPolicies(status int, typed *policyForm, wrong faults, asked *tenants.Policy) error {
	p := policiesPage{wrong: wrong, place: v.RealIP()}
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.organizationFrame, err = v.organizationFrame(tx, tabPolicies); err != nil {
			return err
		}
		saved, err := tenants.GetPolicy(tx, p.ID)
		if err != nil {
			return err
		}
		if typed != nil {
			p.form = *typed
		} else if p.form, err = policyFormOf(tx, saved); err != nil {
			return err
		}
		against := saved
		if asked != nil {
			against = *asked
		}
		p.effect, err = effectOf(tx, p.ID, p.members, against)
		return err
	})
	if err != nil {
		return err
	}
	p.frame = p.fail(wrong)
	if asked != nil {
		p.dialog = p.question(*asked)
	}
	return v.show(status, policiesView(p))
}

// errOnlyAsked takes back what was written to see whether it can be.
var errOnlyAsked = errors.New("only asked")

// savePolicies saves the policy once it was asked about, with how many people
// and sessions it changes.
func (h *Handler) savePolicies(v *visit) error {
	org, err := v.org()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	typed := readPolicyForm(form)
	policy, wrong := typed.policy()
	if len(wrong) > 0 {
		return v.showPolicies(http.StatusUnprocessableEntity, &typed, wrong, nil)
	}
	var asked *tenants.Policy
	err = v.in(org, func(tx *db.OrgTx) (err error) {
		if policy.BreakGlassUsers, err = membersByEmail(tx, typed.breakGlasses); err != nil {
			return err
		}
		if policy.SSORequiredFrom, err = sameDay(tx, policy.SSORequiredFrom); err != nil {
			return err
		}
		after, err := users.SetPolicy(tx, policy)
		if err == nil && form.Get("confirmed") != "on" {
			asked, err = &after, errOnlyAsked
		}
		return err
	})
	if errors.Is(err, errOnlyAsked) {
		return v.showPolicies(http.StatusOK, &typed, nil, asked)
	}
	if wrong, refused := faultsOf(err, "break_glass_user_ids", policyFields...); refused {
		return v.showPolicies(http.StatusUnprocessableEntity, &typed, wrong, nil)
	}
	if err != nil {
		return err
	}
	return v.done("/admin/organizations/"+string(org)+"/policies", policySaved)
}

// policyFields are the wire's names of what can be wrong.
var policyFields = []string{"allowed_authentication_methods", "sso_required_from", "mfa_factors", "session_lifetime_seconds", "session_idle_seconds", "ip_allow_list", "break_glass_user_ids"}

func readPolicyForm(form browser.Params) policyForm {
	f := policyForm{methods: map[string]bool{}, factors: map[string]bool{},
		sso: form.Get("sso_required") == "on", mfa: form.Get("mfa_required") == "on", jit: form.Get("jit") == "on",
		from:     strings.TrimSpace(form.Get("sso_required_from")),
		lifetime: strings.TrimSpace(form.Get("session_lifetime_seconds")), idle: strings.TrimSpace(form.Get("session_idle_seconds")),
		networks: form.Get("ip_allow_list"), breakGlasses: form.Get("break_glass_user_ids")}
	for _, m := range tenants.PolicyMethods {
		f.methods[m] = form.Get("method_"+m) == "on"
	}
	for _, k := range tenants.PolicyFactors {
		f.factors[k] = form.Get("factor_"+k) == "on"
	}
	return f
}

// hidden is the form once more, for the question about it.
func (f policyForm) hidden() []ui.Hidden {
	fields := []ui.Hidden{{Name: "confirmed", Value: "on"}, {Name: "sso_required_from", Value: f.from}, {Name: "session_lifetime_seconds", Value: f.lifetime}, {Name: "session_idle_seconds", Value: f.idle},
		{Name: "ip_allow_list", Value: f.networks}, {Name: "break_glass_user_ids", Value: f.breakGlasses}}
	on := func(name string, is bool) {
		if is {
			fields = append(fields, ui.Hidden{Name: name, Value: "on"})
		}
	}
	on("sso_required", f.sso)
	on("mfa_required", f.mfa)
	on("jit", f.jit)
	for _, m := range tenants.PolicyMethods {
		on("method_"+m, f.methods[m])
	}
	for _, k := range tenants.PolicyFactors {
		on("factor_"+k, f.factors[k])
	}
	return fields
}

// policy is what the form says, without the people, whom it names by address.
func (f policyForm) policy() (tenants.Policy, faults) {
	wrong := faults{}
	p := tenants.Policy{SSORequired: f.sso, MFARequired: f.mfa, JITFromVerifiedDomains: f.jit, IPAllowList: linesOf(f.networks),
		AllowedMethods: wire.Array[string](chosen(tenants.PolicyMethods, f.methods)), MFAFactors: chosen(tenants.PolicyFactors, f.factors)}
	p.SSORequiredFrom = wrong.day("sso_required_from", f.from)
	p.SessionLifetimeSeconds = wrong.span("session_lifetime_seconds", f.lifetime, tenants.MaxSessionSeconds)
	p.SessionIdleSeconds = wrong.span("session_idle_seconds", f.idle, tenants.MaxIdleSeconds)
	return p, wrong
}

// span reads minutes, hours or days: "30", "8h", "7d"; nothing is nothing.
func (w faults) span(field, typed string, most int64) *int64 {
	if typed == "" {
		return nil
	}
	number, unit := strings.ToLower(typed), int64(60)
	for suffix, seconds := range map[string]int64{"m": 60, "h": 60 * 60, "d": 24 * 60 * 60} {
		if cut, found := strings.CutSuffix(number, suffix); found {
			number, unit = strings.TrimSpace(cut), seconds
		}
	}
	n, err := strconv.ParseInt(number, 10, 32)
	if seconds := n * unit; err == nil && seconds >= tenants.MinSessionSeconds && seconds <= most {
		return &seconds
	}
	w[field] = "Write it as 30m, 8h or 7d: from " + spelled(tenants.MinSessionSeconds) + " to " + spelled(most) + "."
	return nil
}

// day reads a date as browsers send it, the beginning of that day in UTC;
// nothing is none.
func (w faults) day(field, typed string) *wire.Timestamp {
	if typed == "" {
		return nil
	}
	t, err := time.Parse(time.DateOnly, typed)
	if err != nil {
		w[field] = "Write it as 2027-01-31."
		return nil
	}
	return &wire.Timestamp{Time: t}
}

// sameDay keeps the hour that was set elsewhere, where the day is the same.
func sameDay(tx *db.OrgTx, day *wire.Timestamp) (*wire.Timestamp, error) {
	saved, err := tenants.GetPolicy(tx, tx.Organization())
	if err == nil && day != nil && saved.SSORequiredFrom != nil && saved.SSORequiredFrom.UTC().Format(time.DateOnly) == day.UTC().Format(time.DateOnly) {
		return saved.SSORequiredFrom, nil
	}
	return day, err
}

// spelled is what span reads.
func spelled(seconds int64) string {
	switch {
	case seconds%(24*60*60) == 0:
		return strconv.FormatInt(seconds/(24*60*60), 10) + "d"
	case seconds%(60*60) == 0:
		return strconv.FormatInt(seconds/(60*60), 10) + "h"
	}
	return strconv.FormatInt((seconds+59)/60, 10) + "m"
}

func chosen(all []string, ticked map[string]bool) []string {
	var out []string
	for _, one := range all {
		if ticked[one] {
			out = append(out, one)
		}
	}
	return out
}

func linesOf(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return out
}

// maxAddresses is more than a policy has people.
const maxAddresses = 20

// errNobody names an address that nobody here has.
var errNobody = problem.New(problem.Invalid, "not_a_member", "Nobody has that address.")

// membersByEmail are the people of these addresses; whether they are members
// is asked where the policy is set.
func membersByEmail(tx *db.OrgTx, text string) ([]id.User, error) {
	addresses := linesOf(text)
	if len(addresses) > maxAddresses {
		return nil, errNobody.WithMessage("Name at most " + itoa(maxAddresses) + " people.")
	}
	var people []id.User
	for _, address := range addresses {
		u, err := users.GetByEmail(tx.Tx, address)
		if errors.Is(err, db.ErrNotFound) || problem.As(err) != nil {
			return nil, errNobody.WithMessage("Nobody here has the address " + clipped(address) + ".")
		}
		if err != nil {
			return nil, err
		}
		people = append(people, u.ID)
	}
	return people, nil
}

func clipped(address string) string {
	if runes := []rune(address); len(runes) > 80 {
		return string(runes[:80]) + "…"
	}
	return address
}

// policyFormOf is a policy as it is edited.
func policyFormOf(tx *db.AllTx, p tenants.Policy) (policyForm, error) {
	f := policyForm{methods: map[string]bool{}, factors: map[string]bool{}, sso: p.SSORequired, mfa: p.MFARequired, jit: p.JITFromVerifiedDomains,
		networks: strings.Join(p.IPAllowList, "\n")}
	for _, m := range p.AllowedMethods {
		f.methods[m] = true
	}
	for _, k := range p.MFAFactors {
		f.factors[k] = true
	}
	if p.SSORequiredFrom != nil {
		f.from = p.SSORequiredFrom.UTC().Format(time.DateOnly)
	}
	if p.SessionLifetimeSeconds != nil {
		f.lifetime = spelled(*p.SessionLifetimeSeconds)
	}
	if p.SessionIdleSeconds != nil {
		f.idle = spelled(*p.SessionIdleSeconds)
	}
	var addresses []string
	for _, user := range p.BreakGlassUsers {
		u, err := users.Get(tx, user)
		if err != nil {
			return f, err
		}
		addresses = append(addresses, u.Email)
	}
	f.breakGlasses = strings.Join(addresses, "\n")
	return f, nil
}
