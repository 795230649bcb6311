package dashboard

import (
	"net/http"

	"gatehouse/audit/views"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/web/auditlog"
)

const viewsHome = logHome + "/views"

// errTeamsViews says that who changes nothing does not change what all have.
var errTeamsViews = problem.New(problem.Forbidden, "teams_views", "A viewer keeps views for themselves. Ask another operator to change the team's.")

type viewsPage struct {
	frame
	*auditlog.Viewing
}

// viewing reads the page of views for what an address, or a form, asks for.
func (v *visit) viewing(tx *db.AllTx, asked auditlog.Query) (p viewsPage, err error) {
	p.frame = v.frame("Saved views", logHome)
	p.Viewing, err = v.logPlace(logHome).Viewing(tx, auditlog.Parse(asked))
	return p, err
}

func (h *Handler) auditViews(v *visit) error {
	return v.showViews(http.StatusOK, v.QueryParams(), "", func(*viewsPage) {})
}

// showViews shows the page, or one view of it.
func (v *visit) showViews(status int, asked auditlog.Query, key id.AuditView, change func(*viewsPage)) error {
	var p viewsPage
	err := v.read(func(tx *db.AllTx) (err error) {
		if p, err = v.viewing(tx, asked); err != nil || key == "" {
			return err
		}
		p.Open, err = views.Get(tx, v.user.ID, key)
		return err
	})
	if err != nil {
		return err
	}
	if p.Open != nil && !p.Viewer.May(p.Open) {
		return errTeamsViews
	}
	change(&p)
	p.frame = p.fail(p.Wrong)
	return v.show(status, viewsView(p))
}

// auditView asks for another name of a view.
func (h *Handler) auditView(v *visit) error {
	key, err := param[id.AuditView](v, "view")
	if err != nil {
		return err
	}
	return v.showViews(http.StatusOK, v.QueryParams(), key, func(p *viewsPage) { p.Form.Name = p.Open.Name })
}

func (h *Handler) askDeleteView(v *visit) error {
	key, err := param[id.AuditView](v, "view")
	if err != nil {
		return err
	}
	return v.showViews(http.StatusOK, v.QueryParams(), key, func(p *viewsPage) { p.Delete = true })
}

func (h *Handler) saveView(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	n := views.New{Owner: v.user.ID, Name: form.Get("name"), Query: auditlog.Kept(form)}
	if form.Get("for") == "all" {
		n.Owner = ""
		if v.role == viewer {
			return errTeamsViews
		}
	}
	err = v.changeAll(func(tx *db.AllTx) error {
		_, err := views.Save(tx, n)
		return err
	})
	if wrong, refused := faultsOf(err, "name"); refused {
		return v.showViews(http.StatusUnprocessableEntity, form, "", func(p *viewsPage) {
			p.Form, p.Wrong = auditlog.ViewForm{Name: n.Name, Shared: n.Owner == ""}, wrong
		})
	}
	if err != nil {
		return err
	}
	return v.done(auditlog.ViewHref(logHome, n.Query), viewSaved)
}

func (h *Handler) renameView(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	name := form.Get("name")
	err = v.ofView(viewRenamed, func(tx *db.AllTx, key id.AuditView) error {
		return views.Update(tx, v.user.ID, key, views.Change{Name: &name})
	})
	if wrong, refused := faultsOf(err, "name"); refused {
		key, _ := param[id.AuditView](v, "view")
		return v.showViews(http.StatusUnprocessableEntity, form, key, func(p *viewsPage) { p.Form.Name, p.Wrong = name, wrong })
	}
	return err
}

// replaceView gives a view the filters of the form.
func (h *Handler) replaceView(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	query := auditlog.Kept(form)
	return v.ofView(viewReplaced, func(tx *db.AllTx, key id.AuditView) error {
		return views.Update(tx, v.user.ID, key, views.Change{Query: &query})
	})
}

func (h *Handler) deleteView(v *visit) error {
	return v.ofView(viewDeleted, func(tx *db.AllTx, key id.AuditView) error { return views.Delete(tx, v.user.ID, key) })
}

// ofView changes the view of the address: the visitor's own or, if their role
// changes anything, the team's.
func (v *visit) ofView(said notice, fn func(*db.AllTx, id.AuditView) error) error {
	key, err := param[id.AuditView](v, "view")
	if err != nil {
		return err
	}
	err = v.changeAll(func(tx *db.AllTx) error {
		view, err := views.Get(tx, v.user.ID, key)
		if err == nil && view.Shared() && v.role == viewer {
			return errTeamsViews
		}
		if err != nil {
			return err
		}
		return fn(tx, key)
	})
	if err != nil {
		return err
	}
	return v.done(viewsHome, said)
}
