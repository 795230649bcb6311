package portal

import (
	"errors"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/portal"
	"gatehouse/sso"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/ui"
)

// onPage turns a connection on, and says who has to use it.
type onPage struct {
	stepPage
	form     requirement
	decides  bool // the visitor may say what is asked of members
	members  int64
	people   []person
	lacks    []ui.Task // what stands in the way
	question templ.Component
	tomorrow string
}

func (h *Handler) showOn(v *visit, s *sso.Setup) error {
	p, err := v.onPage(s)
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, onView(p))
}

func (v *visit) onPage(s *sso.Setup) (onPage, error) {
	p := onPage{stepPage: v.stepPage(s.Connection, stepOn), decides: v.has(portal.Policies), tomorrow: v.now.AddDate(0, 0, 1).Format(time.DateOnly)}
	err := v.read(func(tx *db.OrgTx) (err error) {
		if p.members, err = users.CountMembers(tx); err != nil {
			return err
		}
		policy, err := tenants.GetPolicy(tx, v.org.ID)
		if err != nil {
			return err
		}
		p.form = requirementOf(policy)
		if p.people, err = emergencyChoices(tx, policy.BreakGlassUsers); err != nil {
			return err
		}
		p.lacks, err = v.lacking(tx, s, p.path)
		return err
	})
	return p, err
}

// lacking is what stands in the way of turning the connection on.
func (v *visit) lacking(tx *db.OrgTx, s *sso.Setup, path string) ([]ui.Task, error) {
	var lacks []ui.Task
	add := func(title, note, label, href string) {
		lacks = append(lacks, ui.Task{Tone: ui.Bad, State: "Missing:", Title: title, Note: note, Action: ui.LinkButton(ui.ButtonProps{Label: label, Href: href})})
	}
	if s.Complete() != nil {
		add("The provider isn’t set up.", "Its metadata or client is missing.", "Enter it", path+"/setup/"+stepMetadata)
	}
	last, err := sso.LastAnswer(tx, s.Connection.ID)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return nil, err
	}
	if last != nil && s.Connection.Mapped(last)[0].Found == "" {
		add("Email didn’t come.", "Without an address nobody knows whose account it is.", "Map attributes", path+"/setup/"+stepAttributes)
	}
	if !v.tested(s.Connection, tx.Now()) {
		add("Test it.", "You need a test of your own that passed within the last hour, and since the last change.", "Test", path+"/setup/"+stepTest)
	}
	names, err := verifiedDomains(tx)
	if err == nil && len(names) == 0 && !s.Connection.AllowGuests {
		add("No domain is verified.", "Nobody’s address would lead here, and nobody would be let in.", "Verify a domain", pathDomains)
	}
	return lacks, err
}

// tested reports whether the visitor has seen the connection work just now.
func (v *visit) tested(c *sso.Connection, now time.Time) bool {
	return c.TestPassed(v.session.Name, now.Add(-testCounts))
}

// saveOn turns the connection on. What is required of everybody is asked about
// first, with whom it concerns.
func (h *Handler) saveOn(v *visit, s *sso.Setup) error {
	form, err := v.form(fieldEmergency)
	if err != nil {
		return err
	}
	p, err := v.onPage(s)
	if err != nil {
		return err
	}
	if p.decides {
		p.form = readRequirement(form)
	}
	if len(p.lacks) > 0 && s.Connection.State != sso.Active {
		return v.refuseOn(p, faults{"lacks": "Some things come first."})
	}
	var concerns affected
	err = v.in(func(tx *db.OrgTx) (err error) {
		concerns, err = v.turnOn(tx, s.Connection.ID, p)
		if err == nil && p.decides && p.form.when != requireNever && form.Get("confirmed") != "on" {
			err = errOnlyAsked
		}
		return err
	})
	if errors.Is(err, errOnlyAsked) {
		p.question = onQuestion(p, concerns)
		return v.show(http.StatusOK, onView(p))
	}
	if wrong, refused := requireFaults(err); refused {
		return v.refuseOn(p, wrong)
	}
	if err != nil {
		return err
	}
	return v.done(p.path, connectionOn)
}

func (v *visit) refuseOn(p onPage, wrong faults) error {
	p.problem = wrong
	p.frame = p.fail(wrong)
	return v.show(http.StatusUnprocessableEntity, onView(p))
}

// turnOn activates the connection and sets what is asked of members, in one
// step. What was true when the page was made is looked at once more.
func (v *visit) turnOn(tx *db.OrgTx, key id.Connection, p onPage) (affected, error) {
	c, err := sso.Lock(tx, key)
	if err != nil {
		return affected{}, err
	}
	if c.State != sso.Active && !v.tested(c, tx.Now()) {
		return affected{}, errNotTested
	}
	if _, err := sso.Activate(tx, key); err != nil || !p.decides {
		return affected{}, err
	}
	after, err := v.require(tx, p.form)
	if err != nil {
		return affected{}, err
	}
	return affectedBy(tx, after)
}
