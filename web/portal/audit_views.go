package portal

import (
	"net/http"

	"gatehouse/audit/views"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/web/auditlog"
)

const pathViews = pathLog + "/views"

// viewer is who looks at the organization's log. Whoever came by a link is
// nobody who could keep something for themselves.
func (v *visit) viewer() auditlog.Viewer {
	who := auditlog.Viewer{Share: true, All: "the organization"}
	if v.user != nil {
		who.User = v.user.ID
	}
	return who
}

type viewsPage struct {
	frame
	*auditlog.Viewing
}

func (h *Handler) auditViews(v *visit) error {
	return v.showViews(http.StatusOK, v.QueryParams(), "", func(*viewsPage) {})
}

// showViews shows the page of views for what an address, or a form, asks for,
// or one view of it.
func (v *visit) showViews(status int, asked auditlog.Query, key id.AuditView, change func(*viewsPage)) error {
	p := viewsPage{frame: v.frame("Saved views", pathLog)}
	err := v.read(func(tx *db.OrgTx) (err error) {
		if p.Viewing, err = v.logPlace().Viewing(tx, auditlog.Parse(asked)); err != nil || key == "" {
			return err
		}
		p.Open, err = views.Get(tx, v.viewer().User, key)
		return err
	})
	if err != nil {
		return err
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
	n := views.New{Owner: v.viewer().User, Name: form.Get("name"), Query: auditlog.Kept(form)}
	if form.Get("for") == "all" {
		n.Owner = ""
	}
	err = v.in(func(tx *db.OrgTx) error {
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
	return v.done(auditlog.ViewHref(pathLog, n.Query), viewSaved)
}

func (h *Handler) renameView(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	name := form.Get("name")
	err = v.ofView(viewRenamed, func(tx *db.OrgTx, key id.AuditView) error {
		return views.Update(tx, v.viewer().User, key, views.Change{Name: &name})
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
	return v.ofView(viewReplaced, func(tx *db.OrgTx, key id.AuditView) error {
		return views.Update(tx, v.viewer().User, key, views.Change{Query: &query})
	})
}

func (h *Handler) deleteView(v *visit) error {
	return v.ofView(viewDeleted, func(tx *db.OrgTx, key id.AuditView) error { return views.Delete(tx, v.viewer().User, key) })
}

// ofView changes the view of the address.
func (v *visit) ofView(said notice, fn func(*db.OrgTx, id.AuditView) error) error {
	key, err := param[id.AuditView](v, "view")
	if err != nil {
		return err
	}
	if err := v.in(func(tx *db.OrgTx) error { return fn(tx, key) }); err != nil {
		return err
	}
	return v.done(pathViews, said)
}
