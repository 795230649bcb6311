package dashboard

import (
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"gatehouse/audit/search"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/oauth"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/ui"
)

type usersPage struct {
	frame
	q     string
	rows  []users.User
	pager ui.PagerProps
}

func (h *Handler) users(v *visit) error {
	p := usersPage{frame: v.frame("Users", "/admin/users"), q: v.query("q")}
	err := v.read(func(tx *db.AllTx) error {
		rows, paging, err := users.Search(tx, p.q, v.page())
		p.rows = rows
		p.pager = pager("/admin/users", url.Values{"q": {p.q}}, paging, count(int64(len(rows)), "user", "users")+" here")
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, usersView(p))
}

type userPage struct {
	frame
	*users.User
	path, tab   string
	team        role // among the operators, or ""
	sessions    []sessionRow
	memberships []membershipRow
	latest      []ui.Moment
	dialog      templ.Component
}

// sessionRow is a browser's session or an application's below it.
type sessionRow struct {
	id, what, place, agent string
	browser                bool
	started, seen          *time.Time
}

type membershipRow struct {
	users.Membership
	name string
}

// mostSessions is how many live sessions a person's page shows.
const mostSessions = 50

func (h *Handler) user(v *visit) error { return v.showUser(http.StatusOK, nil) }

func (v *visit) showUser(status int, dialog func(*userPage) templ.Component) error {
	var p userPage
	err := v.read(func(tx *db.AllTx) error { return p.load(tx, v) })
	if err != nil {
		return err
	}
	if dialog != nil {
		p.dialog = dialog(&p)
	}
	return v.show(status, userView(p))
}

func (p *userPage) load(tx *db.AllTx, v *visit) error {
	key, err := param[id.User](v, "user")
	if err != nil {
		return err
	}
	if p.User, err = users.Get(tx, key); err != nil {
		return err
	}
	p.path = "/admin/users/" + string(key)
	p.frame = v.frame(p.DisplayName(), "/admin/users")
	if p.team, err = teamRoleOf(tx, p.User); err != nil {
		return err
	}
	if err := p.loadSessions(tx, v); err != nil {
		return err
	}
	if err := p.loadMemberships(tx); err != nil {
		return err
	}
	events, _, err := search.Find(tx, search.Query{Actors: []string{string(key)}}, db.Page{Limit: 8})
	for i := range events {
		p.latest = append(p.latest, moment(v, &events[i].Event))
	}
	return err
}

func (p *userPage) loadSessions(tx *db.AllTx, v *visit) error {
	browsers, err := sessions.Browsers(tx, p.ID)
	if err != nil {
		return err
	}
	for _, b := range browsers {
		p.sessions = append(p.sessions, sessionRow{id: string(b.ID), what: "Browser", browser: true, place: text(b.IPAddress), agent: browser.AgentName(text(b.UserAgent)),
			started: &b.CreatedAt, seen: &b.LastSeenAt})
	}
	list, _, err := sessions.List(tx, sessions.Query{User: p.ID, Live: true, Page: db.Page{Limit: mostSessions}})
	if err != nil {
		return err
	}
	clients, err := oauth.ListClients(tx)
	names := map[id.Client]string{}
	for _, c := range clients {
		names[c.ID] = c.Name
	}
	for _, s := range list {
		if s.LiveAt(v.now) {
			p.sessions = append(p.sessions, sessionRow{id: string(s.ID), what: names[s.ClientID], place: text(s.IPAddress), agent: browser.AgentName(text(s.UserAgent)),
				started: &s.CreatedAt, seen: &s.LastActiveAt})
		}
	}
	return err
}

func (p *userPage) loadMemberships(tx *db.AllTx) error {
	list, _, err := users.ListMemberships(tx, users.MemberQuery{User: p.ID, Page: db.Page{Limit: db.MaxLimit}})
	if err != nil {
		return err
	}
	orgs := make([]id.Organization, len(list))
	for i, m := range list {
		orgs[i] = m.OrganizationID
	}
	names, err := tenants.ByID(tx, orgs)
	for _, m := range list {
		if o := names[m.OrganizationID]; !o.System {
			p.memberships = append(p.memberships, membershipRow{m, o.Name})
		}
	}
	return err
}

func (p *userPage) banned() bool { return p.BannedNow(p.v.now) }

func (p *userPage) badge() *ui.BadgeProps {
	if p.banned() {
		return &ui.BadgeProps{Label: "Banned", Tone: ui.Bad, Icon: "fail"}
	}
	return &ui.BadgeProps{Label: "Active", Tone: ui.OK, Icon: "check"}
}

// The tabs of a person: the last part of their addresses.
const tabFactors = "factors"

func (p *userPage) tabs() ui.TabsProps {
	return ui.TabsProps{Label: "User", Items: []ui.Choice{
		{Label: "Overview", Href: p.path, Current: p.tab == ""},
		{Label: "Factors", Href: p.path + "/" + tabFactors, Current: p.tab == tabFactors},
		{Label: "Audit log", Href: p.path + "/" + tabLog, Current: p.tab == tabLog},
	}}
}

// touchable reports whether the reader may act on this person: an operator's
// account is touched by those alone who could change their role.
func (p *userPage) touchable() bool { return p.v.mayTouch(p.team) }

func (v *visit) mayTouch(team role) bool {
	switch team {
	case "":
		return true
	case owner:
		return v.role == owner
	}
	return v.role.may(admin)
}
