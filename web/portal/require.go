package portal

import (
	"errors"
	"slices"
	"strings"
	"time"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
	"gatehouse/login/gates"
	"gatehouse/sessions"
	"gatehouse/sso"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/ui"
)

// When single sign-on is required.
const (
	requireNever = "optional"
	requireFrom  = "from"
	requireNow   = "now"
)

// The fields of the form that says so.
const (
	fieldRequire   = "require"
	fieldDay       = "day"
	fieldEmergency = "emergency"
)

// requirement is whether everybody comes by single sign-on, from when, and who
// has another way in when the provider fails.
type requirement struct {
	when, day string
	emergency []id.User
}

func readRequirement(form browser.Params) requirement {
	r := requirement{when: form.Get(fieldRequire), day: strings.TrimSpace(form.Get(fieldDay))}
	for _, text := range form.Repeated(fieldEmergency) {
		if u, err := id.Parse[id.User](text); err == nil && !slices.Contains(r.emergency, u) {
			r.emergency = append(r.emergency, u)
		}
	}
	return r
}

// requirementOf is what the policy asks now.
func requirementOf(p tenants.Policy) requirement {
	r := requirement{when: requireNever, emergency: p.BreakGlassUsers}
	switch {
	case p.SSORequired:
		r.when = requireNow
	case p.SSORequiredFrom != nil:
		r.when, r.day = requireFrom, p.SSORequiredFrom.UTC().Format(time.DateOnly)
	}
	return r
}

// hidden is the form once more, for the question about it.
func (r requirement) hidden() []ui.Hidden {
	fields := []ui.Hidden{{Name: "confirmed", Value: "on"}, {Name: fieldRequire, Value: r.when}, {Name: fieldDay, Value: r.day}}
	for _, u := range r.emergency {
		fields = append(fields, ui.Hidden{Name: fieldEmergency, Value: string(u)})
	}
	return fields
}

// What keeps an organization from locking itself out.
var (
	errNoConnection = problem.New(problem.Conflict, "no_active_connection", "Turn a connection on first: nobody could sign in.")
	errNotTested    = problem.New(problem.Conflict, "connection_not_tested",
		"Test the connection first. A test of yours within the last hour must have passed, so that you don't lock yourself out.")
	errInvalidDay = problem.New(problem.Invalid, "invalid_day", "Choose a day from tomorrow on, within a year.")
	errNoChoice   = problem.New(problem.Invalid, "invalid_choice", "Choose when single sign-on is required.")
)

// testCounts is how long a test shows that its maker gets in.
const testCounts = time.Hour

// onto is the policy before with the requirement in it.
func (r requirement) onto(p tenants.Policy, now time.Time) (tenants.Policy, error) {
	p.SSORequired, p.SSORequiredFrom, p.BreakGlassUsers = false, nil, r.emergency
	switch r.when {
	case requireNever:
	case requireNow:
		p.SSORequired = true
	case requireFrom:
		day, err := time.Parse(time.DateOnly, r.day)
		if err != nil || !day.After(now) {
			return p, errInvalidDay.WithDetails(problem.Detail{Field: fieldDay, Message: errInvalidDay.Message})
		}
		p.SSORequiredFrom = &wire.Timestamp{Time: day}
	default:
		return p, errNoChoice
	}
	return p, nil
}

// require makes single sign-on required, or optional again: the policies page
// and the last step of a set-up do it by this. Whoever requires it must have
// seen it work. The policy itself wants somebody with another way in.
func (v *visit) require(tx *db.OrgTx, r requirement) (tenants.Policy, error) {
	before, err := tenants.GetPolicy(tx, tx.Organization())
	if err != nil {
		return before, err
	}
	after, err := r.onto(before, tx.Now())
	if err != nil {
		return before, err
	}
	if r.when != requireNever && !(r.when == requirementOf(before).when && r.day == requirementOf(before).day) {
		if err := v.seenToWork(tx); err != nil {
			return before, err
		}
	}
	return users.SetPolicy(tx, after)
}

// seenToWork asks for a connection that is on and that the visitor has tested.
func (v *visit) seenToWork(tx *db.OrgTx) error {
	on, _, err := sso.List(tx, sso.ListQuery{State: sso.Active, Page: db.Page{Limit: db.MaxLimit}})
	if err != nil {
		return err
	}
	on = slices.DeleteFunc(on, func(c sso.Connection) bool { return !v.session.Reaches(c.ID) })
	if len(on) == 0 {
		return errNoConnection
	}
	since := tx.Now().Add(-testCounts)
	if !slices.ContainsFunc(on, func(c sso.Connection) bool { return c.TestPassed(v.session.Name, since) }) {
		return errNotTested
	}
	return nil
}

// requireFields are where a refusal of the policy stands on the form.
func requireFaults(err error) (faults, bool) {
	p := problem.As(err)
	if p != nil && errors.Is(p, tenants.ErrInvalidPolicy) {
		for _, d := range p.Details {
			if d.Field == "break_glass_user_ids" {
				return faults{fieldEmergency: d.Message}, true
			}
			if d.Field == "sso_required_from" {
				return faults{fieldDay: errInvalidDay.Message}, true
			}
		}
	}
	return faultsOf(err, fieldRequire, fieldDay, fieldEmergency)
}

// affected is whom a requirement concerns.
type affected struct {
	people   int64 // who sign in by single sign-on alone
	sessions int64 // that end, or ask for more, at their next refresh
	more     bool  // than were looked at
}

func affectedBy(tx *db.OrgTx, p tenants.Policy) (a affected, err error) {
	members, err := users.CountMembers(tx)
	if err != nil {
		return a, err
	}
	if p.SSORequired || p.SSORequiredFrom != nil {
		a.people = max(0, members-int64(len(p.BreakGlassUsers)))
	}
	live, more, err := sessions.LiveWithin(tx, tx.Organization())
	a.more = more
	for _, s := range live {
		if !gates.Holds(p, gates.Session{Organization: tx.Organization(), User: s.UserID, Method: s.AuthMethod, Via: s.Via, Second: s.SecondMethod, IP: deref(s.IPAddress)}) {
			a.sessions++
		}
	}
	return a, err
}

// words say it before it is done.
func (a affected) words(r requirement) string {
	switch r.when {
	case requireNever:
		return "People may sign in another way again. Nobody is signed out."
	case requireFrom:
		return count(a.people, "person signs", "people sign") + " in by single sign-on alone from " + r.day + " on. They are mailed 14, 7 and 1 days before. " + stay(len(r.emergency))
	}
	words := count(a.people, "person signs", "people sign") + " in by single sign-on alone from now on. " + stay(len(r.emergency))
	if a.sessions == 0 {
		return words
	}
	at := ""
	if a.more {
		at = "At least "
	}
	return words + " " + at + count(a.sessions, "session that began another way ends", "sessions that began another way end") + " at the next refresh."
}

func stay(n int) string {
	return count(int64(n), "emergency account keeps its other ways in.", "emergency accounts keep their other ways in.")
}

// person is a member who can be an emergency account.
type person struct {
	id                id.User
	name, email, role string
}

// maxChoices bounds how many people are offered.
const maxChoices = 50

// emergencyChoices are the organization's owners and admins, and whoever is an
// emergency account already.
func emergencyChoices(tx *db.OrgTx, chosen []id.User) ([]person, error) {
	roles := map[id.User]string{}
	var ids []id.User
	rows, _, err := users.ListMemberships(tx, users.MemberQuery{Roles: []string{tenants.OwnerRole, tenants.AdminRole}, Statuses: []users.Status{users.Active}, Page: db.Page{Limit: maxChoices, Order: db.Ascending}})
	if err != nil {
		return nil, err
	}
	for _, m := range rows {
		roles[m.UserID], ids = m.RoleSlug, append(ids, m.UserID)
	}
	for _, u := range chosen[:min(len(chosen), maxChoices)] {
		if _, known := roles[u]; known {
			continue
		}
		// Whoever is named in a form may be anybody: only the organization's own
		// people are shown to it.
		switch _, err := users.MembershipOf(tx, u); {
		case err == nil:
			roles[u], ids = "", append(ids, u)
		case !errors.Is(err, db.ErrNotFound):
			return nil, err
		}
	}
	known, err := users.ByID(tx, ids)
	var out []person
	for _, u := range ids {
		if p, ok := known[u]; ok {
			out = append(out, person{u, p.DisplayName(), p.Email, roles[u]})
		}
	}
	return out, err
}
