package dashboard

import (
	"net/http"
	"slices"
	"time"

	"gatehouse/apikeys"
	"gatehouse/audit"
	"gatehouse/audit/search"
	"gatehouse/internal/db"
	"gatehouse/login/pace"
	"gatehouse/oauth"
	"gatehouse/scim/directory"
	"gatehouse/sso"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/ui"
)

type overviewPage struct {
	frame
	organizations, people int64
	connections           int64 // that are on
	active                search.Active
	pace                  pace.Day
	figures               signIns
	directories           directoryFigures
	health                []healthRow
	attention             []attention
	steps                 []step // of setting up; none once all are done
	first                 *quickstart
	latest                []ui.Moment
}

// attention is what somebody should look at.
type attention struct {
	tone  ui.Tone
	what  string // whose
	text  string
	label string // of the button
	href  string
	needs role
}

// step is one of setting up.
type step struct {
	done         bool
	text         string
	button, href string
}

// mostAttention is how many things are shown at once.
const mostAttention = 6

// soon is how long before a key's end somebody is told.
const soon = 14 * 24 * time.Hour

func (h *Handler) overview(v *visit) error {
	p := overviewPage{frame: v.frame("Overview", "/admin"), figures: signIns{period: periodOf(v.query("period")), now: v.now.UTC()}}
	err := v.read(func(tx *db.AllTx) error { return p.load(tx, v) })
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, overviewView(p))
}

func (p *overviewPage) load(tx *db.AllTx, v *visit) (err error) {
	if p.organizations, err = tenants.Count(tx); err != nil {
		return err
	}
	if p.people, err = users.Count(tx); err != nil {
		return err
	}
	if err := p.figures.load(tx); err != nil {
		return err
	}
	if p.active, err = search.MonthlyActive(tx, activeWeeks); err != nil {
		return err
	}
	if p.pace, err = pace.LastDay(tx); err != nil {
		return err
	}
	if p.connections, err = sso.Count(tx, sso.ListQuery{State: sso.Active}); err != nil {
		return err
	}
	clients, err := oauth.ListClients(tx)
	if err != nil {
		return err
	}
	keys, _, err := apikeys.List(tx, db.Page{Limit: db.MaxLimit})
	if err != nil {
		return err
	}
	if err := p.applicationsWithout(tx, clients); err != nil {
		return err
	}
	p.endingKeys(v.now, keys)
	for _, part := range []func(*db.AllTx, time.Time) error{p.ssoHealth, p.endingCertificates, p.failingEndpoints, p.failingStreams, p.failedJobs, p.needyDirectories, p.countDirectories} {
		if err := part(tx, v.now); err != nil {
			return err
		}
	}
	slices.SortStableFunc(p.attention, func(a, b attention) int { return urgency(b) - urgency(a) })
	if err := p.setUp(tx, v, clients, keys); err != nil {
		return err
	}
	events, err := audit.List(tx, audit.Filter{Limit: 8})
	for i := range events {
		p.latest = append(p.latest, moment(v, &events[i]))
	}
	return err
}

// applicationsWithout are those that cannot take anybody back.
func (p *overviewPage) applicationsWithout(tx *db.AllTx, clients []oauth.Client) error {
	for i := range clients {
		c := &clients[i]
		if c.BuiltIn || c.Type == oauth.Machine {
			continue
		}
		addresses, err := oauth.ListRedirects(tx, c.ID)
		if err != nil {
			return err
		}
		if len(ofPurpose(addresses, oauth.PurposeRedirect)) == 0 {
			p.attention = append(p.attention, attention{tone: ui.Warn, what: c.Name, text: "Nobody can sign in: it has no redirect URI.",
				label: "Add redirect URI", href: "/admin/applications/" + string(c.ID), needs: developer})
		}
	}
	return nil
}

func (p *overviewPage) endingKeys(now time.Time, keys []apikeys.Key) {
	for _, k := range keys {
		if k.ExpiresAt == nil || k.ExpiresAt.Sub(now) > soon {
			continue
		}
		a := attention{tone: ui.Warn, what: "API key " + k.Name, text: "ends on " + day(*k.ExpiresAt) + ".", label: "See API keys", href: "/admin/api-keys"}
		if k.ExpiresAt.Before(now) {
			a.tone, a.text = ui.Bad, "ended on "+day(*k.ExpiresAt)+": what uses it is refused."
		}
		p.attention = append(p.attention, a)
	}
}

// needyDirectories are those that somebody has to look after. Refused requests
// are told of on the directory's page alone: most are of one person.
func (p *overviewPage) needyDirectories(tx *db.AllTx, now time.Time) error {
	page := db.Page{Limit: mostAttention}
	held, _, err := directoryRows(tx, now, directory.ListQuery{Held: true, Page: page})
	if err != nil {
		return err
	}
	stopped, _, err := directoryRows(tx, now, directory.ListQuery{Stopped: now, Page: page})
	for _, d := range held {
		p.attention = append(p.attention, attention{tone: ui.Bad, what: d.Name, text: "people's leaving is held, for " + d.organization + ".",
			label: "See who", href: directoriesHome + "/" + string(d.ID) + "/safeguard"})
	}
	for _, d := range stopped {
		p.attention = append(p.attention, attention{tone: ui.Bad, what: d.Name, text: "no token opens it, for " + d.organization + ": who leaves stays a member.",
			label: "See tokens", href: directoriesHome + "/" + string(d.ID) + "/tokens"})
	}
	return err
}

// setUp is the checklist of a new installation, with code for its first
// application.
func (p *overviewPage) setUp(tx *db.AllTx, v *visit, clients []oauth.Client, keys []apikeys.Key) error {
	if p.organizations > 0 {
		return nil
	}
	p.steps = []step{
		{true, "Become an operator", "", ""},
		{len(clients) > 0, "Register your application", "Register application", "/admin/applications/new"},
		{len(keys) > 0, "Make an API key for its server", "Make API key", "/admin/api-keys/new"},
		{p.people > 1, "Sign in to your application once, by the quickstart below", "", ""},
		{false, "Create your first organization", "Create organization", "/admin/organizations/new"},
	}
	for i := range clients {
		if c := &clients[i]; !c.BuiltIn {
			addresses, err := oauth.ListRedirects(tx, c.ID)
			p.first = v.quickstart(c, addresses)
			return err
		}
	}
	return nil
}

func (p overviewPage) shown() []attention { return p.attention[:min(len(p.attention), mostAttention)] }

func (p overviewPage) more() int { return len(p.attention) - len(p.shown()) }

// stats are the numbers of the whole deployment. The first two are of the
// period, and the rest are of now.
func (p overviewPage) stats() []ui.StatProps {
	stats := p.figures.stats()
	return append(stats, p.activeStat(),
		ui.StatProps{Label: "Organizations", Value: figure(p.organizations), Delta: ui.DeltaProps{Text: count(p.connections, "connection on", "connections on")}},
		p.paceStat())
}

// day is a date as a sentence says it.
func day(at time.Time) string { return at.UTC().Format("2 January 2006") }
