package dashboard

import (
	"net/http"
	"net/url"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/tenants"
	"gatehouse/web/ui"
)

const directoriesHome = "/admin/directories"

type directoriesPage struct {
	frame
	asked directoryQuery
	rows  []directoryRow
	pager ui.PagerProps
}

type directoryRow struct {
	directory.Directory
	organization string
	counts       directory.Counts
	attention    directory.Attention
}

// directoryQuery is what the address says.
type directoryQuery struct{ text, state, kind, needs string }

// What a list can be narrowed to besides a state.
const (
	needsAny  = "any"
	needsHeld = "held"
)

func (q directoryQuery) values() url.Values {
	return url.Values{"q": {q.text}, "state": {q.state}, "type": {q.kind}, "needs": {q.needs}}
}

func (q directoryQuery) filtered() bool { return q.text+q.state+q.kind+q.needs != "" }

// list is the query as the domain takes it.
func (q directoryQuery) list(now time.Time, page db.Page) directory.ListQuery {
	out := directory.ListQuery{Anywhere: q.text, State: directory.State(q.state), Type: q.kind, Held: q.needs == needsHeld, Page: page}
	if q.needs == needsAny {
		out.Needing = now
	}
	return out
}

func (h *Handler) directories(v *visit) error {
	p := directoriesPage{frame: v.frame("Directories", directoriesHome), asked: directoryQuery{v.query("q"), v.query("state"), v.query("type"), v.query("needs")}}
	err := v.read(func(tx *db.AllTx) (err error) {
		var paging db.Paging
		p.rows, paging, err = directoryRows(tx, v.now, p.asked.list(v.now, v.page()))
		p.pager = pager(directoriesHome, p.asked.values(), paging, count(int64(len(p.rows)), "directory", "directories")+" here")
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, directoriesView(p))
}

// directoryRows are a page of directories with whose they are, how many people
// they have, and why somebody should look at them.
func directoryRows(tx *db.AllTx, now time.Time, q directory.ListQuery) ([]directoryRow, db.Paging, error) {
	list, paging, err := directory.List(tx, q)
	if err != nil {
		return nil, paging, err
	}
	orgs, ids := make([]id.Organization, len(list)), make([]id.Directory, len(list))
	for i, d := range list {
		orgs[i], ids[i] = d.OrganizationID, d.ID
	}
	names, err := tenants.ByID(tx, orgs)
	if err != nil {
		return nil, paging, err
	}
	counts, err := directory.CountsOfAll(tx, ids)
	if err != nil {
		return nil, paging, err
	}
	reasons, err := directory.AttentionOf(tx, list, now)
	rows := make([]directoryRow, len(list))
	for i, d := range list {
		rows[i] = directoryRow{d, names[d.OrganizationID].Name, counts[d.ID], reasons[d.ID]}
	}
	return rows, paging, err
}

type organizationDirectoriesPage struct {
	organizationFrame
	rows  []directoryRow
	pager ui.PagerProps
}

func (h *Handler) organizationDirectories(v *visit) error {
	var p organizationDirectoriesPage
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.organizationFrame, err = v.organizationFrame(tx, tabDirectories); err != nil {
			return err
		}
		var paging db.Paging
		p.rows, paging, err = directoryRows(tx, v.now, directory.ListQuery{Organization: p.ID, Page: v.page()})
		p.pager = pager(p.path+"/directories", nil, paging, count(int64(len(p.rows)), "directory", "directories")+" here")
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, organizationDirectoriesView(p))
}

func directoryTypeOptions() []ui.Option {
	options := make([]ui.Option, len(directory.Types))
	for i, t := range directory.Types {
		options[i] = ui.Option{Value: t.Type, Label: t.Name}
	}
	return options
}

var directoryStateOptions = []ui.Option{{Label: "Every state"}, {Value: string(directory.Active), Label: "Active"}, {Value: string(directory.Waiting), Label: "Waiting"}, {Value: string(directory.Inactive), Label: "Off"}}

var directoryNeedsOptions = []ui.Option{{Label: "Everything"}, {Value: needsAny, Label: "Needs attention"}, {Value: needsHeld, Label: "Held"}}

// directoryStanding is a directory's state in a word: what is wrong with it
// before what it is.
func directoryStanding(d *directory.Directory, a directory.Attention) ui.BadgeProps {
	switch {
	case d.HeldAt != nil:
		return ui.BadgeProps{Tone: ui.Bad, Label: "Held"}
	case d.State == directory.Inactive:
		return ui.BadgeProps{Label: "Off"}
	case a.Stopped:
		return ui.BadgeProps{Tone: ui.Bad, Label: "No token"}
	case d.State == directory.Waiting:
		return ui.BadgeProps{Tone: ui.Info, Label: "Waiting"}
	case d.Staged:
		return ui.BadgeProps{Tone: ui.Warn, Label: "Not applied"}
	case a.Refused:
		return ui.BadgeProps{Tone: ui.Warn, Label: "Refusals"}
	}
	return ui.BadgeProps{Tone: ui.OK, Label: "Active"}
}
