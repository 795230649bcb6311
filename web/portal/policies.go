package portal

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/portal"
	"gatehouse/tenants"
	"gatehouse/web/ui"
)

const pathPolicies = "/portal/policies"

func policyRoutes() []route {
	return []route{
		get(pathPolicies, (*Handler).policies, portal.Policies),
		post(pathPolicies, (*Handler).savePolicies, portal.Policies),
	}
}

// policiesPage is what the organization asks of those who sign in.
type policiesPage struct {
	frame
	typed  requirement
	saved  tenants.Policy
	people []person
	wrong  faults
	dialog templ.Component
}

func (h *Handler) policies(v *visit) error {
	return v.showPolicies(http.StatusOK, policiesPage{}, nil)
}

// showPolicies shows what is asked, or what was typed; asked is the policy that
// the question is about.
func (v *visit) showPolicies(status int, p policiesPage, asked *tenants.Policy) error {
	p.frame = v.frame("Policies", pathPolicies).fail(p.wrong)
	var a affected
	err := v.read(func(tx *db.OrgTx) (err error) {
		if p.saved, err = tenants.GetPolicy(tx, v.org.ID); err != nil {
			return err
		}
		if p.typed.when == "" && len(p.wrong) == 0 {
			p.typed = requirementOf(p.saved)
		}
		if p.people, err = emergencyChoices(tx, p.typed.emergency); err != nil || asked == nil {
			return err
		}
		a, err = affectedBy(tx, *asked)
		return err
	})
	if err != nil {
		return err
	}
	if asked != nil {
		p.dialog = requireQuestion(p.typed, a)
	}
	return v.show(status, policiesView(p))
}

// requireQuestion asks once, with how many it concerns.
func requireQuestion(r requirement, a affected) templ.Component {
	return ui.Confirm(ui.ConfirmProps{Title: questionOf(r), Text: a.words(r), Safe: r.when != requireNow, Cancel: ui.Link{Label: "Cancel", Href: pathPolicies},
		Post: ui.Post{Label: answerOf(r), Action: pathPolicies, Fields: r.hidden(), Busy: "Saving…"}})
}

func questionOf(r requirement) string {
	switch r.when {
	case requireNow:
		return "Require single sign-on now?"
	case requireFrom:
		return "Require single sign-on from " + r.day + "?"
	}
	return "Make single sign-on optional?"
}

func answerOf(r requirement) string {
	switch r.when {
	case requireNow:
		return "Require single sign-on"
	case requireFrom:
		return "Require from " + r.day
	}
	return "Make optional"
}

// errOnlyAsked takes back what was written to see whether it can be.
var errOnlyAsked = errors.New("only asked")

// savePolicies saves the requirement once it was asked about, with how many it
// concerns.
func (h *Handler) savePolicies(v *visit) error {
	form, err := v.form(fieldEmergency)
	if err != nil {
		return err
	}
	p := policiesPage{typed: readRequirement(form)}
	var asked *tenants.Policy
	err = v.in(func(tx *db.OrgTx) error {
		after, err := v.require(tx, p.typed)
		if err == nil && form.Get("confirmed") != "on" {
			asked, err = &after, errOnlyAsked
		}
		return err
	})
	if errors.Is(err, errOnlyAsked) {
		return v.showPolicies(http.StatusOK, p, asked)
	}
	if wrong, refused := requireFaults(err); refused {
		p.wrong = wrong
		return v.showPolicies(http.StatusUnprocessableEntity, p, nil)
	}
	if err != nil {
		return err
	}
	return v.done(pathPolicies, policySaved)
}

// others are the rules that the service's operators keep for the organization.
func (p policiesPage) others() []ui.Def {
	second := "Not required"
	if p.saved.MFARequired {
		second = "Required"
	}
	defs := []ui.Def{{Term: "Second step", Text: second}}
	if s := p.saved.SessionLifetimeSeconds; s != nil {
		defs = append(defs, ui.Def{Term: "Sign in again after", Text: hours(*s)})
	}
	if s := p.saved.SessionIdleSeconds; s != nil {
		defs = append(defs, ui.Def{Term: "Unused sessions end after", Text: hours(*s)})
	}
	if n := p.saved.IPAllowList; len(n) > 0 {
		defs = append(defs, ui.Def{Term: "Networks", Text: strings.Join(n, ", ")})
	}
	joins := "By invitation"
	if p.saved.JITFromVerifiedDomains {
		joins = "By invitation, or with an address at a verified domain"
	}
	return append(defs, ui.Def{Term: "Who may join", Text: joins})
}

func hours(seconds int64) string {
	switch {
	case seconds%86400 == 0:
		return count(seconds/86400, "day", "days")
	case seconds%3600 == 0:
		return count(seconds/3600, "hour", "hours")
	}
	return strconv.FormatInt((seconds+59)/60, 10) + " minutes"
}
