package dashboard

import (
	"net/http"

	"gatehouse/audit/archive"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/web/auditlog"
	"gatehouse/web/ui"
)

const exportsHome = logHome + "/exports"

type exportsPage struct {
	frame
	*auditlog.Exporting
}

// exporting reads the page of exports for what an address, or a form, asks for.
func (v *visit) exporting(tx *db.AllTx, asked auditlog.Query) (exportsPage, error) {
	p := exportsPage{frame: v.frame("Export", logHome)}
	var err error
	p.Exporting, err = v.logPlace(logHome).Exporting(tx, auditlog.Parse(asked), v.user.Email)
	return p, err
}

func (h *Handler) exports(v *visit) error {
	var p exportsPage
	err := v.read(func(tx *db.AllTx) (err error) {
		p, err = v.exporting(tx, v.QueryParams())
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, exportsView(p))
}

// createExport makes an export that is the deployment's, of one organization
// too: what an operator takes out is not in the customer's own list.
func (h *Handler) createExport(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	var p exportsPage
	var made *archive.Export
	err = v.changeAll(func(tx *db.AllTx) error {
		if p, err = v.exporting(tx, form); err != nil {
			return err
		}
		order, possible := p.Order(form.Get("format"), form.Get("notify") != "")
		if !possible {
			return problem.ErrInvalid.WithMessage("No event can fit these filters.")
		}
		made, err = archive.CreateForAll(tx, order)
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
	return v.Redirect(http.StatusSeeOther, exportsHome+"/"+string(made.ID))
}

type exportPage struct {
	frame
	file auditlog.File
}

// exported is the export of the address, if it is the deployment's own: what
// an organization made for itself is on its portal.
func (v *visit) exported(tx db.OwnedScope) (*archive.Export, error) {
	key, err := param[id.AuditExport](v, "export")
	if err != nil {
		return nil, err
	}
	e, err := archive.Get(tx, key)
	if err == nil && e.OrganizationID != nil {
		return nil, db.ErrNotFound
	}
	return e, err
}

func (h *Handler) export(v *visit) error {
	p := exportPage{frame: v.frame("Export of the audit log", logHome, ui.Link{Label: "Exports", Href: exportsHome})}
	err := v.read(func(tx *db.AllTx) error {
		e, err := v.exported(tx)
		if err != nil {
			return err
		}
		p.file = auditlog.File{Export: e, Path: exportsHome + "/" + string(e.ID), All: exportsHome, Now: v.now}
		return nil
	})
	if err != nil {
		return err
	}
	if v.query("part") != "" {
		return v.live(auditlog.FilePart(p.file), p.file.Facts()...)
	}
	if !p.file.Finished() {
		p.refresh = ui.Refresh{Seconds: 5, URL: p.file.Path, NoScript: true}
	}
	return v.show(http.StatusOK, exportView(p))
}

// exportFile leads to the file, by an address that works for ten minutes.
func (h *Handler) exportFile(v *visit) error {
	var e *archive.Export
	err := v.read(func(tx *db.AllTx) (err error) {
		e, err = v.exported(tx)
		return err
	})
	if err != nil {
		return err
	}
	address, err := h.Archive.URL(v.Request().Context(), e)
	if err != nil {
		return err
	}
	if address == "" {
		return db.ErrNotFound
	}
	return v.Redirect(http.StatusSeeOther, address)
}

func (h *Handler) cancelExport(v *visit) error {
	var e *archive.Export
	err := v.changeAll(func(tx *db.AllTx) (err error) {
		if e, err = v.exported(tx); err != nil {
			return err
		}
		return archive.Cancel(tx, e.ID)
	})
	if err != nil {
		return err
	}
	return v.done(exportsHome+"/"+string(e.ID), exportCancelled)
}
