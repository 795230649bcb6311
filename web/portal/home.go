package portal

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"gatehouse/audit/search"
	"gatehouse/internal/db"
	"gatehouse/portal"
	"gatehouse/sso"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/ui"
)

// homePage is what is left to set up, and what needs a look.
type homePage struct {
	frame
	members     int64
	domains     []held
	connections []sso.Connection
	directories []homeDirectory
	policy      tenants.Policy
	recent      []ui.Moment
	shows       shown
}

// shown are the parts of the page that the visit has, and where they lead.
type shown struct {
	domains, sso, directories, policies bool
	ssoPath                             string // "" where the portal has no page for it
}

// shownConnections is how many of them the page names.
const shownConnections = 5

func (h *Handler) home(v *visit) error {
	p := homePage{frame: v.frame("Overview", pathHome), shows: v.shows()}
	err := v.read(func(tx *db.OrgTx) (err error) {
		if p.members, err = users.CountMembers(tx); err != nil {
			return err
		}
		if p.shows.domains {
			if p.domains, err = locateHeld(tx); err != nil {
				return err
			}
		}
		if p.shows.sso {
			if p.connections, err = v.connections(tx); err != nil {
				return err
			}
		}
		if p.shows.directories {
			if p.directories, err = v.homeDirectories(tx, p.frame); err != nil {
				return err
			}
		}
		if p.policy, err = tenants.GetPolicy(tx, v.org.ID); err != nil {
			return err
		}
		p.recent, err = v.recent(tx)
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, homeView(p))
}

func (v *visit) shows() shown {
	s := shown{domains: v.has(portal.Domains), directories: v.has(portal.Directory), policies: v.has(portal.Policies), sso: v.session.Has(portal.SSO, portal.Certificates)}
	switch c := v.session.ConnectionID; {
	case s.sso && c != nil:
		s.ssoPath = pathSSO + "/" + string(*c)
	case s.sso && hasPage(pathSSO):
		s.ssoPath = pathSSO
	}
	return s
}

const pathSSO = "/portal/sso"

// connections are those that the visit reaches, the newest first.
func (v *visit) connections(tx *db.OrgTx) ([]sso.Connection, error) {
	if c := v.session.ConnectionID; c != nil {
		one, err := sso.Get(tx, *c)
		if err != nil {
			return nil, ignoreMissing(err)
		}
		return []sso.Connection{*one}, nil
	}
	all, _, err := sso.List(tx, sso.ListQuery{Page: db.Page{Limit: db.MaxLimit}})
	return all, err
}

func (p homePage) active() []sso.Connection {
	return slices.DeleteFunc(slices.Clone(p.connections), func(c sso.Connection) bool { return c.State != sso.Active })
}

func (p homePage) verified() (names []string) {
	for _, d := range p.domains {
		if d.State == tenants.Verified {
			names = append(names, d.Domain.Domain)
		}
	}
	return names
}

// lede says what the portal is for, with how many it concerns.
func (p homePage) lede() string {
	if p.members == 0 {
		return "Decide how your people sign in to " + p.service + " and who gets access."
	}
	return "Decide how your " + count(p.members, "person signs", "people sign") + " in to " + p.service + " and who gets access."
}

// step is one line of the set-up.
type step struct {
	title, note, href string
	done              bool
}

// steps are what there is to set up, in order.
func (p homePage) steps() []step {
	var steps []step
	if p.shows.domains {
		s := step{title: "Domains", note: "Say which email addresses are yours", href: pathDomains}
		if names := p.verified(); len(names) > 0 {
			s.done, s.note = true, few(names)
		}
		steps = append(steps, s)
	}
	if p.shows.sso {
		s := step{title: "Single sign-on", note: "Connect the provider that your people sign in at", href: p.shows.ssoPath}
		if on := p.active(); len(on) > 0 {
			s.done, s.note = true, onSince(on[0], len(on))
		} else if len(p.connections) > 0 {
			s.note = p.connections[0].Name + ", not on yet"
		}
		steps = append(steps, s)
	}
	if p.shows.directories {
		steps = append(steps, p.directorySteps()...)
	}
	if p.shows.policies {
		s := step{title: "Required for everyone", note: "Single sign-on is optional", href: pathPolicies}
		switch from := p.policy.SSORequiredFrom; {
		case p.policy.SSORequired:
			s.done, s.note = true, exceptions(len(p.policy.BreakGlassUsers))
		case from != nil:
			s.done, s.note = true, "From "+from.UTC().Format("2 January 2006")+" on"
		}
		steps = append(steps, s)
	}
	return steps
}

// tasks are the steps with one button each; the first that is left is the
// page's main one.
func (p homePage) tasks() (tasks []ui.Task, done int) {
	next := true
	for _, s := range p.steps() {
		t := ui.Task{State: "Not yet", Title: s.title, Note: s.note}
		b := ui.ButtonProps{Label: "Set up", Href: s.href}
		if s.done {
			t.Tone, t.State, b.Label = ui.OK, "Done", "Manage"
			done++
		} else if next {
			b.Kind, next = "primary", false
		}
		if s.href != "" {
			b.Attrs = ui.Attrs{"aria-label": b.Label + ": " + s.title}
			t.Action = ui.LinkButton(b)
		}
		tasks = append(tasks, t)
	}
	return tasks, done
}

func onSince(c sso.Connection, n int) string {
	words := c.Name + ", on"
	if c.ActivatedAt != nil {
		words += " since " + c.ActivatedAt.UTC().Format("2 January 2006")
	}
	if n > 1 {
		words += ", and " + count(int64(n-1), "other", "others")
	}
	return words
}

func exceptions(n int) string {
	return "Everyone except " + count(int64(n), "emergency account", "emergency accounts")
}

// few are the first of several names.
func few(names []string) string {
	if len(names) <= 3 {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:3], ", ") + " and " + count(int64(len(names)-3), "other", "others")
}

// warning needs a look.
type warning struct{ title, text, label, href, icon string }

// certificateSoon is how long before its end a certificate is warned of.
const certificateSoon = 60 * 24 * time.Hour

func (p homePage) warnings() []warning {
	var list []warning
	for _, c := range p.active() {
		href := ""
		if p.shows.ssoPath != "" {
			href = pathSSO + "/" + string(c.ID)
		}
		if end := c.CertificateExpiresAt; end != nil && end.Sub(p.now) < certificateSoon {
			list = append(list, warning{title: c.Name + "'s signing certificate " + ends(*end, p.now), icon: "cert", label: "See connection", href: href,
				text: "Put the next one here before that day, so that nobody is locked out."})
		}
		if c.MetadataError != nil {
			list = append(list, warning{title: "We can't read " + c.Name + "'s metadata", icon: "warn", label: "See connection", href: href,
				text: *c.MetadataError + " Sign-ins go on with what we read last."})
		}
	}
	list = append(list, p.directoryWarnings()...)
	for i := range p.domains {
		d := &p.domains[i]
		if s := d.standing(); s.Mood == tenants.Warning || s.Mood == tenants.Bad {
			list = append(list, warning{title: d.Domain.Domain + ": " + s.Sentence, icon: "globe", label: "See domain", href: pathDomains + "/" + string(d.ID), text: s.Advice})
		}
	}
	return list
}

func ends(at, now time.Time) string {
	day := at.UTC().Format("2 January 2006")
	days := int64(at.Sub(now).Hours() / 24)
	switch {
	case at.Before(now):
		return "ended on " + day
	case days == 0:
		return "ends today, " + day
	}
	return "ends in " + count(days, "day", "days") + ", on " + day
}

// recentShown is how many of the latest changes the page has.
const recentShown = 5

// recent are the latest changes of what the visit has sections for.
func (v *visit) recent(tx *db.OrgTx) ([]ui.Moment, error) {
	var types []string
	for kind, w := range changes {
		if v.has(w.scope) {
			types = append(types, kind)
		}
	}
	if len(types) == 0 {
		return nil, nil
	}
	slices.Sort(types)
	events, _, err := search.Find(tx, search.Query{Types: types}, db.Page{Limit: recentShown})
	var moments []ui.Moment
	for i := range events {
		moments = append(moments, moment(v.now, &events[i].Event))
	}
	return moments, err
}
