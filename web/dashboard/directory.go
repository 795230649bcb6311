package dashboard

import (
	"net/http"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
	"gatehouse/tenants"
	"gatehouse/web/ui"
)

// directoryFrame is what all pages of one directory share.
type directoryFrame struct {
	frame
	*directory.Directory
	org       *tenants.Organization
	counts    directory.Counts
	attention directory.Attention
	tab       string
	path      string
	wrong     faults
	dialog    templ.Component // a question over the page
}

// The tabs of a directory: the last part of their addresses.
const (
	tabActivity   = "activity"
	tabPeopleOf   = "people"
	tabGroups     = "groups"
	tabSafeguard  = "safeguard"
	tabDepartures = "departures"
	tabTokens     = "tokens"
)

func directoryTabName(tab string) string {
	return map[string]string{"": "Overview", tabActivity: "Activity", tabPeopleOf: "People", tabGroups: "Groups", tabSafeguard: "Safeguard", tabDepartures: "Departures",
		tabTokens: "Tokens", tabSettings: "Settings"}[tab]
}

// directoryFrame reads the directory of the address for its tab.
func (v *visit) directoryFrame(tx *db.AllTx, tab string) (directoryFrame, error) {
	p := directoryFrame{tab: tab}
	key, err := param[id.Directory](v, "dir")
	if err != nil {
		return p, err
	}
	if p.Directory, err = directory.Get(tx, key); err != nil {
		return p, err
	}
	if p.org, err = customer(tx, p.OrganizationID); err != nil {
		return p, err
	}
	if p.counts, err = directory.CountsOf(tx, key); err != nil {
		return p, err
	}
	reasons, err := directory.AttentionOf(tx, []directory.Directory{*p.Directory}, v.now)
	p.attention = reasons[key]
	p.framed(v)
	return p, err
}

// framed is the frame of the tab.
func (p *directoryFrame) framed(v *visit) {
	p.path = directoriesHome + "/" + string(p.Directory.ID)
	if p.tab == "" {
		p.frame = v.frame(p.Name, directoriesHome)
		return
	}
	p.frame = v.frame(directoryTabName(p.tab), directoriesHome, ui.Link{Label: p.Name, Href: p.path})
	p.title = p.Name + ", " + directoryTabName(p.tab)
}

// below is the frame of a page below a tab.
func (p *directoryFrame) below(v *visit, title string) {
	tab := ui.Link{Label: directoryTabName(p.tab), Href: p.path + "/" + p.tab}
	p.frame = v.frame(title, directoriesHome, ui.Link{Label: p.Name, Href: p.path}, tab)
}

func (p directoryFrame) tabs() ui.TabsProps {
	tabs := ui.TabsProps{Label: "Directory"}
	add := func(tab, number string) {
		href := p.path
		if tab != "" {
			href += "/" + tab
		}
		tabs.Items = append(tabs.Items, ui.Choice{Label: directoryTabName(tab), Href: href, Count: number, Current: tab == p.tab})
	}
	add("", "")
	add(tabActivity, "")
	add(tabPeopleOf, figure(p.counts.Users()))
	add(tabGroups, figure(p.counts.Groups))
	add(tabSafeguard, "")
	add(tabDepartures, "")
	add(tabTokens, "")
	if p.may(admin) {
		add(tabSettings, "")
	}
	return tabs
}

func (p directoryFrame) head() ui.PageHeadProps {
	badge := directoryStanding(p.Directory, p.attention)
	return ui.PageHeadProps{Title: p.Name, Note: directoryTypeName(p.Type) + ", for " + p.org.Name, Badge: &badge,
		IDs: []ui.IDProps{{Value: string(p.Directory.ID), Copy: "Copy directory ID", Copied: "Copied"}}}
}

// directoryTypeName is a provider as people call it.
func directoryTypeName(t directory.Type) string { return directory.TypeName(t) }

// directory is the customer and the directory of the address, for a handler
// that changes it.
func (v *visit) directory() (id.Organization, id.Directory, error) {
	key, err := param[id.Directory](v, "dir")
	if err != nil {
		return "", "", err
	}
	var org id.Organization
	err = v.h.DB.Locate(v.Request().Context(), func(tx *db.AllTx) error {
		if org, err = directory.LocateDirectory(tx, key); err != nil {
			return err
		}
		_, err := customer(tx, org)
		return err
	})
	return org, key, err
}

// ofDirectory runs fn as a change of the address's directory.
func (v *visit) ofDirectory(fn func(*db.OrgTx, *directory.Directory) error) error {
	org, key, err := v.directory()
	if err != nil {
		return err
	}
	return v.in(org, func(tx *db.OrgTx) error {
		d, err := directory.Get(tx, key)
		if err != nil {
			return err
		}
		return fn(tx, d)
	})
}

// directoryPath is the directory's page, and below it to.
func (v *visit) directoryPath(to string) string { return directoriesHome + "/" + v.Param("dir") + to }

type directoryPage struct {
	directoryFrame
	detail    wire.DirectoryDetail
	safeguard wire.DirectorySafeguard
	live      int // tokens that open it
	pending   int64
	latest    []directory.Request
}

// shownRequests is how many requests the overview shows.
const shownRequests = 6

func (h *Handler) directory(v *visit) error {
	return v.showDirectory(http.StatusOK, nil, nil)
}

// showDirectory draws the overview, with a question over it.
func (v *visit) showDirectory(status int, wrong faults, dialog func(directoryFrame) templ.Component) error {
	var p directoryPage
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.directoryFrame, err = v.directoryFrame(tx, ""); err != nil {
			return err
		}
		return p.load(tx, v.h.Origin)
	})
	if err != nil {
		return err
	}
	p.wrong, p.frame = wrong, p.fail(wrong)
	if dialog != nil {
		p.dialog = dialog(p.directoryFrame)
	}
	return v.show(status, directoryView(p))
}

func (p *directoryPage) load(tx *db.AllTx, origin string) (err error) {
	if p.detail, err = directory.Show(tx, origin, p.Directory); err != nil {
		return err
	}
	if p.safeguard, err = provision.SafeguardOf(tx, p.Directory); err != nil {
		return err
	}
	tokens, err := directory.Tokens(tx, p.Directory.ID)
	if err != nil {
		return err
	}
	for i := range tokens {
		if tokens[i].Live(p.v.now) {
			p.live++
		}
	}
	if p.pending, err = directory.CountPending(tx, p.Directory.ID); err != nil {
		return err
	}
	p.latest, _, err = directory.Requests(tx, p.Directory.ID, directory.RequestQuery{Page: db.Page{Limit: shownRequests}})
	return err
}

// raw is the directory as the API shows it.
func (p directoryPage) raw() string {
	out, err := wire.Encode(p.detail)
	if err != nil {
		return "{}"
	}
	return string(out)
}

// directoryTarget is the page of the directory, or of the person or group in
// one, that an id names, or "".
func directoryTarget(tx *db.AllTx, q string) (string, error) {
	if key, err := id.Parse[id.Directory](q); err == nil {
		_, err := directory.Get(tx, key)
		return existing(directoriesHome+"/"+string(key), err)
	}
	if key, err := id.Parse[id.DirectoryUser](q); err == nil {
		return directoryPart(tx, "/people/"+q, func() (id.Organization, error) { return directory.LocateUser(tx, key) },
			func(tx *db.OrgTx) (*directory.Directory, error) {
				d, _, err := directory.FindUser(tx, key)
				return d, err
			})
	}
	if key, err := id.Parse[id.DirectoryGroup](q); err == nil {
		return directoryPart(tx, "/groups/"+q, func() (id.Organization, error) { return directory.LocateGroup(tx, key) },
			func(tx *db.OrgTx) (*directory.Directory, error) {
				d, _, err := directory.FindGroup(tx, key)
				return d, err
			})
	}
	return "", nil
}

// directoryPart is the page to of something within a directory, once it is
// known whose it is.
func directoryPart(tx *db.AllTx, to string, whose func() (id.Organization, error), of func(*db.OrgTx) (*directory.Directory, error)) (string, error) {
	org, err := whose()
	if err != nil {
		return existing("", err)
	}
	var d *directory.Directory
	err = tx.In(org, func(tx *db.OrgTx) error {
		d, err = of(tx)
		return err
	})
	if err != nil {
		return existing("", err)
	}
	return directoriesHome + "/" + string(d.ID) + to, nil
}
