package dashboard

import (
	"net/http"
	"net/url"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
	"gatehouse/web/ui"
)

type peoplePage struct {
	directoryFrame
	asked peopleQuery
	group *directory.Group // whose people they are, where the address names one
	rows  []directoryPerson
	pager ui.PagerProps
}

// directoryPerson is somebody of a directory with their role.
type directoryPerson struct {
	directory.User
	name, role string
}

// peopleQuery is what the address says.
type peopleQuery struct{ text, state string }

// What people can be narrowed to.
const (
	peoplePending  = "pending"
	peopleInactive = "inactive"
	peopleKept     = "kept"
)

var peopleOptions = []ui.Option{{Label: "Everybody"}, {Value: peoplePending, Label: "Without an account"}, {Value: peopleInactive, Label: "Switched off"}, {Value: peopleKept, Label: "Kept as owner"}}

func (q peopleQuery) values() url.Values { return url.Values{"q": {q.text}, "state": {q.state}} }

func (q peopleQuery) filtered() bool { return q.text+q.state != "" }

func (q peopleQuery) search(page db.Page) directory.PeopleSearch {
	return directory.PeopleSearch{Text: q.text, Pending: q.state == peoplePending, Inactive: q.state == peopleInactive, Kept: q.state == peopleKept, Page: page}
}

func (h *Handler) directoryPeople(v *visit) error {
	p := peoplePage{asked: peopleQuery{v.query("q"), v.query("state")}}
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.directoryFrame, err = v.directoryFrame(tx, tabPeopleOf); err != nil {
			return err
		}
		return p.load(tx, p.path+"/people", p.asked.search(v.page()))
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, peopleView(p))
}

// load reads the people who are looked for, for the page at path.
func (p *peoplePage) load(tx *db.AllTx, path string, q directory.PeopleSearch) error {
	list, paging, err := directory.SearchPeople(tx, p.Directory.ID, q)
	if err != nil {
		return err
	}
	p.pager = pager(path, p.asked.values(), paging, count(int64(len(list)), "person", "people")+" here")
	p.rows, err = p.people(tx, list)
	return err
}

// people are those of a list with their names and roles.
func (p directoryFrame) people(tx *db.AllTx, list []directory.User) (rows []directoryPerson, err error) {
	return rows, tx.In(p.OrganizationID, func(tx *db.OrgTx) error {
		wires, err := directory.UserWires(tx, p.Directory, list)
		for i := range wires {
			rows = append(rows, personRow(list[i], wires[i]))
		}
		return err
	})
}

func personRow(u directory.User, w wire.DirectoryUser) directoryPerson {
	row := directoryPerson{User: u, name: text(w.Name)}
	if row.name == "" {
		row.name = u.UserName
	}
	if w.Role != nil {
		row.role = w.Role.Slug
	}
	return row
}

// beside is what stands below the name: the user name, unless that is the name.
func (p directoryPerson) beside() string {
	if p.name == p.UserName {
		return text(p.Email)
	}
	return p.UserName
}

// standing is what somebody of the directory is here.
func (p directoryFrame) standing(u *directory.User) ui.StatusProps {
	switch {
	case u.Kept:
		return ui.StatusProps{Label: "Off, kept as owner", Tone: ui.Warn, Icon: "shield"}
	case !u.Active:
		return ui.StatusProps{Label: "Switched off", Icon: "pause"}
	case p.Staged:
		return ui.StatusProps{Label: "Not applied", Icon: "clock"}
	case u.UserID == nil:
		return ui.StatusProps{Label: "No account yet", Tone: ui.Warn, Icon: "mail"}
	}
	return ui.StatusProps{Label: "Member", Tone: ui.OK}
}

type personPage struct {
	directoryFrame
	person     directoryPerson
	groups     []directory.Group
	departures []directory.Departure
	requests   []directory.Request
	raw        string
}

// shownOfPerson is how many of the latest of each kind a person's page shows.
const shownOfPerson = 10

func (h *Handler) directoryPerson(v *visit) error {
	key, err := param[id.DirectoryUser](v, "person")
	if err != nil {
		return err
	}
	var p personPage
	err = v.read(func(tx *db.AllTx) (err error) {
		if p.directoryFrame, err = v.directoryFrame(tx, tabPeopleOf); err != nil {
			return err
		}
		return p.load(tx, key)
	})
	if err != nil {
		return err
	}
	p.below(v, p.person.name)
	return v.show(http.StatusOK, personView(p))
}

func (p *personPage) load(tx *db.AllTx, key id.DirectoryUser) error {
	u, err := directory.GetUser(tx, p.Directory.ID, key)
	if err != nil {
		return err
	}
	rows, err := p.people(tx, []directory.User{*u})
	if err != nil {
		return err
	}
	p.person = rows[0]
	raw, err := wire.Encode(u.Resource)
	if err != nil {
		return err
	}
	p.raw = indented(string(raw))
	groups, err := directory.GroupsOf(tx, []id.DirectoryUser{key})
	if err != nil {
		return err
	}
	p.groups = groups[key]
	if p.departures, _, err = directory.Departures(tx, p.Directory.ID, directory.DepartureQuery{User: key, Page: db.Page{Limit: shownOfPerson}}); err != nil {
		return err
	}
	p.requests, _, err = directory.Requests(tx, p.Directory.ID, directory.RequestQuery{Person: key, Page: db.Page{Limit: shownOfPerson}})
	return err
}

func (p personPage) facts() []ui.Def {
	u := &p.person
	facts := []ui.Def{{Term: "User name", Body: said(u.UserName)}}
	for _, f := range []struct {
		term  string
		value *string
	}{{"Email", u.Email}, {"External ID", u.ExternalID}} {
		if f.value != nil {
			facts = append(facts, ui.Def{Term: f.term, Body: said(*f.value)})
		}
	}
	if u.role != "" {
		facts = append(facts, ui.Def{Term: "Role", Text: capital(u.role)})
	}
	if u.UserID != nil {
		facts = append(facts, ui.Def{Term: "Account", Body: userLink(string(*u.UserID))})
	} else {
		facts = append(facts, ui.Def{Term: "Account", Text: "None yet"})
	}
	return append(facts, ui.Def{Term: "Directory", Body: directoryLink(p.directoryFrame)}, ui.Def{Term: "Organization", Body: ownerLink(p.org.ID, p.org.Name)},
		ui.Def{Term: "Came", Body: ago(p.frame, &u.CreatedAt)}, ui.Def{Term: "Changed", Body: ago(p.frame, &u.UpdatedAt)})
}
