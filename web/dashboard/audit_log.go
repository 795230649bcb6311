package dashboard

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/auditlog"
	"gatehouse/web/ui"
)

const logHome = "/admin/audit-log"

// logPlace is the log of the whole deployment, from which the others are made.
func (v *visit) logPlace(path string) auditlog.Place {
	p := auditlog.Place{Path: path, Now: v.now, Named: organizationLinks, Actor: actorAsked, Page: targetPage,
		SignIn: func(reference string) string { return with("/admin/search", nil, "q", reference) }}
	if v.role.may(admin) {
		p.Exports = exportsHome
	}
	if path == logHome {
		p.Views, p.Viewer = viewsHome, auditlog.Viewer{User: v.user.ID, Share: v.role != viewer, All: "the team"}
	}
	return p
}

// organizationLinks are organizations' names and pages.
func organizationLinks(tx db.OwnedScope, orgs []id.Organization) (map[id.Organization]ui.Link, error) {
	found, err := tenants.ByID(tx, orgs)
	links := map[id.Organization]ui.Link{}
	for org, o := range found {
		links[org] = ui.Link{Label: o.Name}
		if !o.System {
			links[org] = ui.Link{Label: o.Name, Href: "/admin/organizations/" + string(org)}
		}
	}
	return links, err
}

// actorAsked is who is meant: a person by their address or id, or whatever
// else acts, by its id.
func actorAsked(tx db.OwnedScope, asked string) (key, name string, err error) {
	var u *users.User
	if strings.Contains(asked, "@") {
		u, err = users.GetByEmail(tx, asked)
	} else if user, parseErr := id.Parse[id.User](asked); parseErr == nil {
		if u, err = users.Get(tx, user); missing(err) {
			return asked, asked, nil // deleted since: the log still tells of them
		}
	} else {
		return asked, asked, nil
	}
	if err != nil {
		return "", "", err
	}
	return string(u.ID), u.DisplayName(), nil
}

type logPage struct {
	frame
	log *auditlog.Log
}

func (h *Handler) auditLog(v *visit) error {
	p := logPage{frame: v.frame("Audit log", logHome)}
	err := v.readLate(func(tx *db.AllTx) (err error) {
		p.log, err = v.logPlace(logHome).Load(tx, auditlog.Parse(v.QueryParams()))
		return err
	})
	if err != nil {
		return err
	}
	return v.showLog(p.log, func() templ.Component {
		p.refresh = p.log.Refresh()
		return auditLogView(p)
	})
}

// showLog answers with the page or, where a script asks for it, with the part
// that it keeps up to date.
func (v *visit) showLog(l *auditlog.Log, page func() templ.Component) error {
	if v.query("part") != "" {
		return v.live(auditlog.Part(l), l.Facts()...)
	}
	return v.show(http.StatusOK, page())
}

type organizationLogPage struct {
	organizationFrame
	log *auditlog.Log
}

func (h *Handler) organizationLog(v *visit) error {
	var p organizationLogPage
	err := v.readLate(func(tx *db.AllTx) (err error) {
		if p.organizationFrame, err = v.organizationFrame(tx, tabLog); err != nil {
			return err
		}
		place := v.logPlace(p.path + "/" + tabLog)
		place.Organization, place.Alone, place.Tab = p.ID, true, true
		p.log, err = place.Load(tx, auditlog.Parse(v.QueryParams()))
		return err
	})
	if err != nil {
		return err
	}
	return v.showLog(p.log, func() templ.Component {
		p.refresh = p.log.Refresh()
		return organizationLogView(p)
	})
}

type userLogPage struct {
	userPage
	log *auditlog.Log
}

func (h *Handler) userLog(v *visit) error {
	var p userLogPage
	err := v.read(func(tx *db.AllTx) (err error) {
		if err = p.load(tx, v); err != nil {
			return err
		}
		p.tab = tabLog
		p.title = p.DisplayName() + ", audit log"
		place := v.logPlace(p.path + "/" + tabLog)
		place.Person, place.Tab = p.ID, true
		p.log, err = place.Load(tx, auditlog.Parse(v.QueryParams()))
		return err
	})
	if err != nil {
		return err
	}
	return v.showLog(p.log, func() templ.Component {
		p.refresh = p.log.Refresh()
		return userLogView(p)
	})
}
