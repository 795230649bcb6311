package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"gatehouse/audit/archive"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// auditExport is an export on the wire. Progress and what follows it are ours.
type auditExport struct {
	Object         string           `json:"object"`
	ID             id.AuditExport   `json:"id"`
	State          string           `json:"state"`
	URL            *string          `json:"url"`
	OrganizationID *id.Organization `json:"organization_id"`
	Format         string           `json:"format"`
	Progress       int              `json:"progress"` // of 100
	Entries        int64            `json:"entries"`
	Bytes          int64            `json:"bytes"`
	Checksum       *string          `json:"checksum"` // SHA-256, hex
	Error          *string          `json:"error"`
	ExpiresAt      *wire.Timestamp  `json:"expires_at"`
	CreatedAt      wire.Timestamp   `json:"created_at"`
	UpdatedAt      wire.Timestamp   `json:"updated_at"`
}

type auditExportBody struct {
	OrganizationID string   `json:"organization_id"`
	RangeStart     string   `json:"range_start" api:"date-time"`
	RangeEnd       string   `json:"range_end" api:"date-time"`
	Actions        []string `json:"actions"`
	Actors         []string `json:"actors"` // an old name of actor_names
	ActorNames     []string `json:"actor_names"`
	ActorIDs       []string `json:"actor_ids"`
	Targets        []string `json:"targets"`
	Format         string   `json:"format"`
}

func (h *Handler) auditExportRoutes() []route {
	const tag = "Audit log"
	return []route{
		{Method: http.MethodPost, Path: "/audit_logs/exports", Tag: tag,
			Summary: "Ask for a file of entries, csv (as it is without format) or ndjson, which the offline verifier reads. A key of the deployment that names no organization asks for all.",
			Body:    auditExportBody{}, Status: 201, Answer: auditExport{},
			Foreign: foreign{body: `{"organization_id":"{organization}"}`, want: http.StatusNotFound}, run: createAuditExport},
		{Method: http.MethodGet, Path: "/audit_logs/exports", Tag: tag, Summary: "List exports.", Paged: true, Status: 200, Answer: auditExport{},
			Query:   []param{{Name: "organization_id", About: "Of that organization."}},
			Foreign: absentQuery("organization_id={organization}"), run: listAuditExports},
		{Method: http.MethodGet, Path: "/audit_logs/exports/:id", Tag: tag,
			Summary: "Look at an export. Once it is ready, url opens the file for ten minutes without a key; each look has a fresh one.",
			Status:  200, Answer: auditExport{}, Foreign: absent(theirExport), run: getAuditExport},
		{Method: http.MethodPost, Path: "/audit_logs/exports/:id/cancel", Tag: tag, Summary: "Stop an export that is under way.",
			Status: 200, Answer: auditExport{}, Foreign: absent(theirExport), run: cancelAuditExport},
	}
}

func createAuditExport(c *call) error {
	var body auditExportBody
	if err := c.decode(&body); err != nil {
		return err
	}
	order, org, err := c.exportOrder(&body)
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		var e *archive.Export
		if org == "" {
			all, err := tx.deployment()
			if err != nil {
				return answer{}, err
			}
			e, err = archive.CreateForAll(all, order)
			if err != nil {
				return answer{}, err
			}
			return c.exported(e, http.StatusCreated)
		}
		err := tx.enter(org, func(tx *db.OrgTx) (err error) {
			e, err = archive.Create(tx, order)
			return err
		})
		if err != nil {
			return answer{}, err
		}
		return c.exported(e, http.StatusCreated)
	})
}

func (c *call) exportOrder(body *auditExportBody) (o archive.Order, org id.Organization, err error) {
	o = archive.Order{Format: archive.Format(body.Format), Filter: archive.Filter{Types: body.Actions, Actors: body.ActorIDs,
		ActorNames: append(body.ActorNames, body.Actors...), Targets: body.Targets}}
	for name, values := range map[string][]string{"actions": o.Filter.Types, "actor_ids": o.Filter.Actors, "actor_names": o.Filter.ActorNames, "targets": o.Filter.Targets} {
		if len(values) > maxFilter {
			return o, "", invalid(name, name+" has at most 100 values.")
		}
	}
	if body.RangeStart != "" {
		if o.Filter.Since, err = parseTime("range_start", body.RangeStart); err != nil {
			return o, "", err
		}
	}
	if body.RangeEnd != "" {
		if o.Filter.Before, err = parseTime("range_end", body.RangeEnd); err != nil {
			return o, "", err
		}
	}
	if body.OrganizationID == "" {
		return o, c.organization(), nil // an organization's key asks for its own
	}
	org, err = parse[id.Organization](body.OrganizationID)
	return o, org, err
}

// exported is an export as the wire shows it.
func (c *call) exported(e *archive.Export, status int) (answer, error) {
	w, err := c.shownExport(e)
	return answer{status, w}, err
}

func (c *call) shownExport(e *archive.Export) (auditExport, error) {
	w := auditExport{Object: "audit_log_export", ID: e.ID, State: string(e.State), OrganizationID: e.OrganizationID, Format: string(e.Format), Progress: e.Percent(),
		Entries: e.Entries, Bytes: e.Bytes, Checksum: e.Checksum, Error: e.Error, ExpiresAt: wire.MaybeAt(e.ExpiresAt), CreatedAt: wire.At(e.CreatedAt), UpdatedAt: wire.At(e.UpdatedAt)}
	switch e.State { // the wire knows four
	case archive.Running:
		w.State = string(archive.Pending)
	case archive.Cancelled:
		w.State = string(archive.Failed)
		w.Error = new("The export was cancelled.")
	}
	url, err := c.h.Archive.URL(c.ctx(), e)
	if err == nil && url != "" {
		w.URL = &url
	}
	return w, err
}

func listAuditExports(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	var conds []db.Cond
	var org id.Organization
	if text := c.query.Get("organization_id"); text != "" {
		if org, err = parse[id.Organization](text); err != nil {
			return err
		}
		conds = append(conds, db.Eq("organization_id", org))
	}
	return c.read(func(tx reach) (answer, error) {
		if org != "" {
			if _, err := tx.organization(org); err != nil {
				return answer{}, err
			}
		}
		rows, paging, err := archive.List(tx.rows, page, conds...)
		if err != nil {
			return answer{}, err
		}
		shown := make([]auditExport, len(rows))
		for i := range rows {
			if shown[i], err = c.shownExport(&rows[i]); err != nil {
				return answer{}, err
			}
		}
		return list(shown, paging), nil
	})
}

func getAuditExport(c *call) error {
	key, err := idOf[id.AuditExport](c, "id")
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		e, err := archive.Get(tx.rows, key)
		if err != nil {
			return answer{}, err
		}
		return c.exported(e, http.StatusOK)
	})
}

func cancelAuditExport(c *call) error {
	key, err := idOf[id.AuditExport](c, "id")
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		if err := archive.Cancel(tx.rows, key); err != nil {
			return answer{}, err
		}
		e, err := archive.Get(tx.rows, key)
		if err != nil {
			return answer{}, err
		}
		return c.exported(e, http.StatusOK)
	})
}

// exportFile is where a signed address leads: it takes no key, the signature is
// one.
func (h *Handler) exportFile(c echo.Context) error {
	key, err := id.Parse[id.AuditExport](c.Param("id"))
	if err != nil {
		return db.ErrNotFound
	}
	query, err := browser.Query(c.Request())
	if err != nil {
		return err
	}
	e, err := h.Archive.Opens(c.Request().Context(), key, query.Get("expires"), query.Get("signature"))
	if err != nil {
		return err
	}
	err = h.Archive.Send(c.Response(), c.Request(), e)
	if err != nil && c.Response().Committed {
		h.log().WarnContext(c.Request().Context(), "a download ended early", "export", e.ID, "error", err)
		panic(http.ErrAbortHandler) // the client must not take what it has for the whole
	}
	return err
}
