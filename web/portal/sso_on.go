package portal

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/portal"
	"gatehouse/sso"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/ui"
)

// The ways to turn a connection on.
const (
	optional = "optional"
	fromDate = "date"
	now      = "now"
)

// onPage turns a connection on.
type onPage struct {
	stepPage
	form      onForm
	decides   bool // the visitor may say what is asked of members
	members   int64
	admins    []candidateAdmin
	lacks     []ui.Task // what stands in the way
	asked     bool      // the question is on the page
	tomorrow  string
	policyURL string
}

// onForm is the form as it is typed.
type onForm struct {
	require   string
	date      string
	emergency map[id.User]bool
}

// candidateAdmin is somebody who can be an emergency account.
type candidateAdmin struct {
	id          id.User
	name, email string
}

// testFor is how long a test counts for turning on.
const testFor = time.Hour

func (h *Handler) showOn(v *visit, s *sso.Setup) error {
	p, err := v.onPage(s, nil)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, onView(p))
}

func (v *visit) onPage(s *sso.Setup, typed *onForm) (onPage, error) {
	p := onPage{stepPage: v.stepPage(s.Connection, stepOn), decides: v.user != nil && v.has(portal.Policies), tomorrow: v.now.AddDate(0, 0, 1).Format(time.DateOnly)}
	err := v.read(func(tx *db.OrgTx) (err error) {
		if p.members, err = users.CountMembers(tx); err != nil {
			return err
		}
		policy, err := tenants.GetPolicy(tx, v.org.ID)
		if err != nil {
			return err
		}
		p.form = onFormOf(policy)
		if p.admins, err = adminsOf(tx, policy.BreakGlassUsers); err != nil {
			return err
		}
		p.lacks, err = v.lacking(tx, s, p.path)
		return err
	})
	if typed != nil {
		p.form = *typed
	}
	return p, err
}

func onFormOf(policy tenants.Policy) onForm {
	f := onForm{require: optional, emergency: map[id.User]bool{}}
	switch {
	case policy.SSORequired:
		f.require = now
	case policy.SSORequiredFrom != nil:
		f.require, f.date = fromDate, policy.SSORequiredFrom.UTC().Format(time.DateOnly)
	}
	for _, u := range policy.BreakGlassUsers {
		f.emergency[u] = true
	}
	return f
}

// mostAdmins is how many are offered as emergency accounts.
const mostAdmins = 50

// adminsOf are the owners and admins, and who is an emergency account already.
func adminsOf(tx *db.OrgTx, kept []id.User) ([]candidateAdmin, error) {
	ids := slices.Clone(kept)
	rows, err := users.Holders(tx, []string{tenants.OwnerRole, tenants.AdminRole}, mostAdmins)
	if err != nil {
		return nil, err
	}
	for _, m := range rows {
		if !slices.Contains(ids, m.UserID) {
			ids = append(ids, m.UserID)
		}
	}
	people, err := users.ByID(tx, ids)
	var list []candidateAdmin
	for _, key := range ids {
		if u, known := people[key]; known {
			list = append(list, candidateAdmin{key, u.DisplayName(), u.Email})
		}
	}
	return list, err
}

// lacking is what stands in the way of turning the connection on.
func (v *visit) lacking(tx *db.OrgTx, s *sso.Setup, path string) ([]ui.Task, error) {
	var lacks []ui.Task
	add := func(title, note, label, href string) {
		lacks = append(lacks, ui.Task{Tone: ui.Bad, State: "Missing:", Title: title, Note: note, Action: ui.LinkButton(ui.ButtonProps{Label: label, Href: href, Size: "sm"})})
	}
	if s.Complete() != nil {
		add("The provider isn’t set up", "Its metadata or client is missing.", "Enter it", path+"/setup/"+stepMetadata)
	}
	last, err := sso.LastAnswer(tx, s.Connection.ID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return nil, err
	}
	if last != nil && s.Connection.Mapped(last)[0].Found == "" {
		add("Email didn’t come", "Without an address nobody knows whose account it is.", "Map attributes", path+"/setup/"+stepAttributes)
	}
	if !s.Connection.TestPassed(v.admin(), v.now.Add(-testFor)) {
		add("Test it first", "You need a test of your own that passed within the last hour, since the last change.", "Test", path+"/setup/"+stepTest)
	}
	n, err := verified(tx)
	if err == nil && n == 0 && !s.Connection.AllowGuests {
		add("No domain is verified", "Nobody’s address would lead here, and nobody would be let in.", "Verify a domain", "/portal/domains")
	}
	return lacks, err
}

func (h *Handler) saveOn(v *visit, s *sso.Setup) error {
	form, err := v.form("emergency")
	if err != nil {
		return err
	}
	typed := readOn(form)
	p, err := v.onPage(s, &typed)
	if err != nil {
		return err
	}
	if !p.decides {
		typed.require = optional
	}
	if p.problem = p.check(typed, v.now); len(p.problem) == 0 && len(p.lacks) > 0 && (s.Connection.State != sso.Active || typed.require != optional) {
		p.problem = faults{"lacks": "Some things come first."}
	}
	if len(p.problem) > 0 {
		p.frame = p.fail(p.problem)
		return v.show(http.StatusUnprocessableEntity, onView(p))
	}
	if typed.require != optional && form.Get("confirmed") != "on" {
		p.asked = true
		return v.show(http.StatusOK, onView(p))
	}
	err = v.in(func(tx *db.OrgTx) error { return v.turnOn(tx, s, p, typed) })
	if wrong, refused := faultsOf(err, "require", "sso_required_from", "break_glass_user_ids"); refused {
		p.problem = wrong
		p.frame = p.fail(wrong)
		return v.show(http.StatusUnprocessableEntity, onView(p))
	}
	if err != nil {
		return err
	}
	return v.done(p.path, connectionOn)
}

func readOn(form browser.Params) onForm {
	f := onForm{require: form.Get("require"), date: strings.TrimSpace(form.Get("date")), emergency: map[id.User]bool{}}
	if f.require != fromDate && f.require != now {
		f.require = optional
	}
	for _, text := range form.Repeated("emergency") {
		if u, err := id.Parse[id.User](text); err == nil {
			f.emergency[u] = true
		}
	}
	return f
}

// check says what is wrong with the form.
func (p onPage) check(f onForm, at time.Time) faults {
	wrong := faults{}
	if f.require == fromDate {
		if t, err := time.Parse(time.DateOnly, f.date); err != nil || !t.After(at) {
			wrong["date"] = "Choose a day that is to come."
		}
	}
	if f.require != optional && len(f.emergency) == 0 {
		wrong["emergency"] = "Choose at least one: when the provider fails, nobody else gets in."
	}
	return wrong
}

// turnOn activates the connection and sets what is asked of members, in one
// step. What was true when the page was made is looked at once more.
func (v *visit) turnOn(tx *db.OrgTx, s *sso.Setup, p onPage, f onForm) error {
	c, err := sso.Lock(tx, s.Connection.ID)
	if err != nil {
		return err
	}
	if (c.State != sso.Active || f.require != optional) && !c.TestPassed(v.admin(), tx.Now().Add(-testFor)) {
		return errTestFirst
	}
	if _, err := sso.Activate(tx, c.ID); err != nil || !p.decides {
		return err
	}
	policy, err := tenants.GetPolicy(tx, v.org.ID)
	if err != nil {
		return err
	}
	policy.SSORequired, policy.SSORequiredFrom = f.require == now, nil
	if t, err := time.Parse(time.DateOnly, f.date); err == nil && f.require == fromDate {
		policy.SSORequiredFrom = &wire.Timestamp{Time: t}
	}
	if f.require != optional {
		policy.BreakGlassUsers = nil
		for _, a := range p.admins {
			if f.emergency[a.id] {
				policy.BreakGlassUsers = append(policy.BreakGlassUsers, a.id)
			}
		}
		if len(policy.AllowedMethods) > 0 && !slices.Contains(policy.AllowedMethods, "sso") {
			policy.AllowedMethods = append(policy.AllowedMethods, "sso")
		}
	}
	_, err = users.SetPolicy(tx, policy)
	return err
}

var errTestFirst = errMissing.WithMessage("Test the connection first: somebody changed it since, or the last hour is over.")

// affected is how many members lose their other ways.
func (p onPage) affected() int64 { return max(p.members-int64(len(p.form.emergency)), 0) }

// hidden is the form once more, for the question about it.
func (f onForm) hidden() []ui.Hidden {
	fields := []ui.Hidden{{Name: "confirmed", Value: "on"}, {Name: "require", Value: f.require}, {Name: "date", Value: f.date}}
	for u := range f.emergency {
		fields = append(fields, ui.Hidden{Name: "emergency", Value: string(u)})
	}
	slices.SortFunc(fields[3:], func(a, b ui.Hidden) int { return strings.Compare(a.Value, b.Value) })
	return fields
}
