package portal

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
	"gatehouse/tenants"
	"gatehouse/web/ui"
)

// What the list of people can be narrowed to.
const (
	showWaiting  = "waiting"
	showInactive = "inactive"
)

// peoplePage are the people of a directory.
type peoplePage struct {
	directoryFrame
	rows         []personRow
	search, show string
	counts       directory.Counts
	pager        ui.PagerProps
}

// personRow is one of them.
type personRow struct {
	id, href, name, userName, email, role string
	state                                 ui.StatusProps
	updated                               time.Time
}

func (h *Handler) directoryPeople(v *visit) error {
	p := peoplePage{search: strings.TrimSpace(v.QueryParam("q")), show: v.QueryParam("show")}
	err := v.read(func(tx *db.OrgTx) (err error) {
		if p.directoryFrame, err = v.openDirectory(tx, "People"); err != nil {
			return err
		}
		if p.counts, err = directory.CountsOf(tx, p.directory.ID); err != nil {
			return err
		}
		q := directory.PeopleSearch{Text: p.search, Pending: p.show == showWaiting, Inactive: p.show == showInactive, Page: v.pageOf()}
		list, paging, err := directory.SearchPeople(tx, p.directory.ID, q)
		if err != nil {
			return err
		}
		wires, err := directory.UserWires(tx, p.directory, list)
		if err != nil {
			return err
		}
		names, err := roleNames(tx)
		if err != nil {
			return err
		}
		for i := range list {
			p.rows = append(p.rows, p.personRow(&list[i], wires[i], names))
		}
		p.pager = pager(p.path+tabPeople, p.keep(), paging, count(p.counts.Active, "person", "people")+" and "+ui.Group(p.counts.Inactive, "en")+" inactive")
		return nil
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, peopleView(p))
}

func (p peoplePage) keep() url.Values { return url.Values{"q": {p.search}, "show": {p.show}} }

// roleNames are the roles' names by their slugs.
func roleNames(tx *db.OrgTx) (map[string]string, error) {
	all, err := tenants.Roles(tx)
	names := map[string]string{}
	for _, r := range all {
		names[r.Slug] = r.Name
	}
	return names, err
}

func (f directoryFrame) personRow(u *directory.User, w wire.DirectoryUser, names map[string]string) personRow {
	r := personRow{id: string(u.ID), href: f.path + tabPeople + "/" + string(u.ID), name: deref(w.Name), userName: u.UserName, email: deref(u.Email), state: f.personState(u), updated: u.UpdatedAt}
	if r.name == "" {
		r.name = u.UserName
	}
	if w.Role != nil && u.Active {
		r.role = names[w.Role.Slug]
	}
	return r
}

// personState is what somebody of the directory is here.
func (f directoryFrame) personState(u *directory.User) ui.StatusProps {
	switch {
	case u.Kept:
		return ui.StatusProps{Label: "Inactive, kept as owner", Tone: ui.Warn, Icon: "shield"}
	case !u.Active:
		return ui.StatusProps{Label: "Inactive", Icon: "pause"}
	case f.directory.Staged:
		return ui.StatusProps{Label: "Not applied yet", Icon: "clock"}
	case u.UserID == nil:
		return ui.StatusProps{Label: "Waits for the mailbox", Tone: ui.Warn, Icon: "mail"}
	}
	return ui.StatusProps{Label: "Member", Tone: ui.OK}
}

// personPage is one person of the directory.
type personPage struct {
	directoryFrame
	row        personRow
	user       *directory.User
	groups     []string
	departures []directory.Departure
	requests   []requestRow
	raw        string
}

// shownRequests is how many of the last requests a person's page has.
const shownRequests = 10

func (h *Handler) directoryPerson(v *visit) error {
	key, err := param[id.DirectoryUser](v, "person")
	if err != nil {
		return err
	}
	var p personPage
	err = v.read(func(tx *db.OrgTx) (err error) {
		if p.directoryFrame, err = v.openDirectory(tx, "Person"); err != nil {
			return err
		}
		if p.user, err = directory.GetUser(tx, p.directory.ID, key); err != nil {
			return err
		}
		return p.load(tx)
	})
	if err != nil {
		return err
	}
	p.title = p.row.name
	return v.show(http.StatusOK, personView(p))
}

func (p *personPage) load(tx *db.OrgTx) error {
	w, err := directory.UserWire(tx, p.directory, p.user)
	if err != nil {
		return err
	}
	names, err := roleNames(tx)
	if err != nil {
		return err
	}
	p.row, p.raw = p.personRow(p.user, w, names), string(w.RawAttributes)
	groups, err := directory.GroupsOf(tx, []id.DirectoryUser{p.user.ID})
	if err != nil {
		return err
	}
	for _, g := range groups[p.user.ID] {
		p.groups = append(p.groups, g.DisplayName)
	}
	if p.departures, _, err = directory.Departures(tx, p.directory.ID, directory.DepartureQuery{User: p.user.ID, Page: db.Page{Limit: shownRequests}}); err != nil {
		return err
	}
	list, _, err := directory.Requests(tx, p.directory.ID, directory.RequestQuery{Person: p.user.ID, Page: db.Page{Limit: shownRequests}})
	for i := range list {
		p.requests = append(p.requests, p.directoryFrame.row(&list[i]))
	}
	return err
}

// facts are what the directory says of the person.
func (p personPage) facts() []ui.Def {
	defs := []ui.Def{{Term: "User name", Text: p.user.UserName}}
	for _, d := range []struct{ term, text string }{{"Email", deref(p.user.Email)}, {"External ID", deref(p.user.ExternalID)}, {"Role", p.row.role}, {"Groups", strings.Join(p.groups, ", ")}} {
		if d.text != "" {
			defs = append(defs, ui.Def{Term: d.term, Text: d.text})
		}
	}
	return append(defs, ui.Def{Term: "Added", Body: exact(p.user.CreatedAt)}, ui.Def{Term: "Changed", Body: exact(p.user.UpdatedAt)}, ui.Def{Term: "ID", Text: string(p.user.ID), Mono: true})
}

// proof is when somebody's access ended, step by step.
func (p personPage) proof(d *directory.Departure) []ui.Moment {
	asked := "Deactivation asked for"
	if d.Kind == "deleted" {
		asked = "Deletion asked for"
	}
	list := []ui.Moment{{Icon: "sync", Text: p.fill(asked + " by {provider}"), Sub: logTime(d.ReceivedAt)}}
	if d.Kept {
		return append(list, ui.Moment{Icon: "shield", Tone: ui.Warn, Text: "Kept as a member: the last owner", Sub: logTime(d.CreatedAt)})
	}
	ended := "Access ended: " + count(d.Sessions, "session", "sessions") + ", " + count(d.RefreshTokens, "refresh token", "refresh tokens") + ", " + count(d.APIKeys, "API key", "API keys")
	list = append(list, ui.Moment{Icon: "lock", Tone: ui.OK, Text: ended, Sub: logTime(d.CreatedAt) + ", " + took(d.CreatedAt.Sub(d.ReceivedAt)) + " after it was asked for"})
	if d.ProvenAt == nil {
		list = append(list, ui.Moment{Icon: "clock", Text: "We look once more for anything that still lives"})
	} else {
		list = append(list, ui.Moment{Icon: "shield-ok", Tone: ui.OK, Text: "Proven: nothing that lives was found", Sub: logTime(*d.ProvenAt) + ", " + took(d.ProvenAt.Sub(d.ReceivedAt)) + " after it was asked for"})
	}
	if d.AccessUntil != nil && d.AccessUntil.After(d.CreatedAt) {
		list = append(list, ui.Moment{Icon: "clock", Text: "An access token from before, where it is checked by its signature alone, ends at the latest", Sub: logTime(*d.AccessUntil)})
	}
	return list
}

// logTime is an instant as logs have it.
func logTime(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04:05.000") }

// took is a duration as people compare it.
func took(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "less than 1 ms"
	case d < time.Second:
		return itoa(int(d.Milliseconds())) + " ms"
	case d < time.Minute:
		return strconv.FormatFloat(d.Seconds(), 'f', 2, 64) + " s"
	}
	return duration(int64(d.Seconds()))
}
