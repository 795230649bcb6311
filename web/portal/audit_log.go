package portal

import (
	"net/http"

	"gatehouse/audit/archive"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/portal"
	"gatehouse/web/auditlog"
	"gatehouse/web/ui"
)

const (
	pathLog     = "/portal/audit-log"
	pathExports = pathLog + "/exports"
)

func logRoutes() []route {
	return []route{
		get(pathLog, (*Handler).auditLog, portal.AuditLog),
		get(pathViews, (*Handler).auditViews, portal.AuditLog),
		post(pathViews, (*Handler).saveView, portal.AuditLog),
		get(pathViews+"/:view", (*Handler).auditView, portal.AuditLog),
		post(pathViews+"/:view", (*Handler).renameView, portal.AuditLog),
		get(pathViews+"/:view/replace", (*Handler).auditView, portal.AuditLog),
		post(pathViews+"/:view/replace", (*Handler).replaceView, portal.AuditLog),
		get(pathViews+"/:view/delete", (*Handler).askDeleteView, portal.AuditLog),
		post(pathViews+"/:view/delete", (*Handler).deleteView, portal.AuditLog),
		get(pathExports, (*Handler).exports, portal.AuditLog),
		post(pathExports, (*Handler).createExport, portal.AuditLog),
		get(pathExports+"/:export", (*Handler).export, portal.AuditLog),
		get(pathExports+"/:export/file", (*Handler).exportFile, portal.AuditLog),
		post(pathExports+"/:export/cancel", (*Handler).cancelExport, portal.AuditLog),
	}
}

// logPlace is the organization's own log. It leads only to what the visit has.
func (v *visit) logPlace() auditlog.Place {
	return auditlog.Place{Path: pathLog, Alone: true, Exports: pathExports, Views: pathViews, Viewer: v.viewer(), Now: v.now, Page: v.pageOfTarget}
}

// pageOfTarget is where the portal shows something that an entry tells of.
func (v *visit) pageOfTarget(kind, key string) string {
	switch {
	case kind == "connection" && v.has(portal.SSO):
		return pathSSO + "/" + key
	case kind == "organization_domain" && v.has(portal.Domains):
		return pathDomains + "/" + key
	case kind == "directory" && v.has(portal.Directory):
		return pathDirectory + "/" + key
	}
	return ""
}

type logPage struct {
	frame
	log *auditlog.Log
}

func (h *Handler) auditLog(v *visit) error {
	p := logPage{frame: v.frame("Audit log", pathLog)}
	err := v.h.DB.ReadOrgLate(v.ctx(), v.org.ID, func(tx *db.OrgTx) (err error) {
		p.log, err = v.logPlace().Load(tx, auditlog.Parse(v.QueryParams()))
		return err
	})
	if err != nil {
		return err
	}
	if v.QueryParam("part") != "" {
		return v.live(auditlog.Part(p.log), p.log.Facts()...)
	}
	p.refresh = p.log.Refresh()
	return v.show(http.StatusOK, auditLogView(p))
}

type exportsPage struct {
	frame
	*auditlog.Exporting
}

// exporting reads the page of exports for what an address, or a form, asks for.
func (v *visit) exporting(tx *db.OrgTx, asked auditlog.Query) (p exportsPage, err error) {
	email := ""
	if v.user != nil {
		email = v.user.Email
	}
	p.frame = v.frame("Export", pathLog)
	p.Exporting, err = v.logPlace().Exporting(tx, auditlog.Parse(asked), email)
	return p, err
}

func (h *Handler) exports(v *visit) error {
	var p exportsPage
	err := v.read(func(tx *db.OrgTx) (err error) {
		p, err = v.exporting(tx, v.QueryParams())
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, exportsView(p))
}

func (h *Handler) createExport(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	var p exportsPage
	var made *archive.Export
	err = v.in(func(tx *db.OrgTx) error {
		if p, err = v.exporting(tx, form); err != nil {
			return err
		}
		order, possible := p.Order(form.Get("format"), form.Get("notify") != "")
		if !possible {
			return problem.ErrInvalid.WithMessage("No event can fit these filters.")
		}
		made, err = archive.Create(tx, order)
		return err
	})
	if wrong, ok := faultsOf(err, "export"); ok && p.Exporting != nil {
		p.Wrong = wrong["export"]
		p.frame = p.fail(wrong)
		return v.show(http.StatusUnprocessableEntity, exportsView(p))
	}
	if err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, pathExports+"/"+string(made.ID))
}

type exportPage struct {
	frame
	file auditlog.File
}

func (v *visit) exported() (*archive.Export, error) {
	key, err := param[id.AuditExport](v, "export")
	if err != nil {
		return nil, err
	}
	var e *archive.Export
	err = v.read(func(tx *db.OrgTx) (err error) {
		e, err = archive.Get(tx, key)
		return err
	})
	return e, err
}

func (h *Handler) export(v *visit) error {
	e, err := v.exported()
	if err != nil {
		return err
	}
	p := exportPage{frame: v.frame("Export of the audit log", pathLog)}
	p.file = auditlog.File{Export: e, Path: pathExports + "/" + string(e.ID), All: pathExports, Now: v.now}
	if v.QueryParam("part") != "" {
		return v.live(auditlog.FilePart(p.file), p.file.Facts()...)
	}
	if !e.Finished() {
		p.refresh = ui.Refresh{Seconds: 5, URL: p.file.Path, NoScript: true}
	}
	return v.show(http.StatusOK, exportView(p))
}

// exportFile leads to the file, by an address that works for ten minutes.
func (h *Handler) exportFile(v *visit) error {
	e, err := v.exported()
	if err != nil {
		return err
	}
	address, err := h.Archive.URL(v.ctx(), e)
	if err != nil {
		return err
	}
	if address == "" {
		return db.ErrNotFound
	}
	return v.Redirect(http.StatusSeeOther, address)
}

func (h *Handler) cancelExport(v *visit) error {
	key, err := param[id.AuditExport](v, "export")
	if err != nil {
		return err
	}
	if err := v.in(func(tx *db.OrgTx) error { return archive.Cancel(tx, key) }); err != nil {
		return err
	}
	return v.done(pathExports+"/"+string(key), exportCancelled)
}
