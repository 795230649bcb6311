package api

import (
	"net/http"
	"strconv"
	"strings"

	"gatehouse/audit/retention"
	"gatehouse/export/stream"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// auditRetention is for how many days entries are kept.
type auditRetention struct {
	Days *int64 `json:"retention_period_in_days"`
}

// auditRetentionBody takes days or, as newer SDKs send it, a period such as
// 6_MONTHS; null is the deployment's own.
type auditRetentionBody struct {
	Days   *int64  `json:"retention_period_in_days"`
	Period *string `json:"retention_period"`
}

type auditConfiguration struct {
	OrganizationID id.Organization `json:"organization_id"`
	Days           *int64          `json:"retention_period_in_days"`
	State          string          `json:"state"`
	LogStream      *auditLogStream `json:"log_stream,omitempty"`
}

type auditLogStream struct {
	ID           id.Stream       `json:"id"`
	Type         string          `json:"type"`
	State        string          `json:"state"`
	LastSyncedAt *wire.Timestamp `json:"last_synced_at"`
	CreatedAt    wire.Timestamp  `json:"created_at"`
}

func (h *Handler) auditRetentionRoutes() []route {
	const tag = "Audit log"
	return []route{
		{Method: http.MethodGet, Path: "/organizations/:id/audit_logs_retention", Tag: tag, Summary: "For how many days entries of an organization are kept.",
			Status: 200, Answer: auditRetention{}, Foreign: absent(theirOrganization), run: getAuditRetention},
		{Method: http.MethodPut, Path: "/organizations/:id/audit_logs_retention", Tag: tag,
			Summary: "Set for how many days entries are kept that are written from now on: days, or a period such as 6_MONTHS or 7_YEARS. null: as long as the deployment's.",
			Body:    auditRetentionBody{}, Status: 200, Answer: auditRetention{}, Foreign: foreign{fill: theirOrganization, body: `{"retention_period_in_days":30}`, want: http.StatusNotFound}, run: setAuditRetention},
		{Method: http.MethodGet, Path: "/organizations/:id/audit_log_configuration", Tag: tag, Summary: "How an organization's audit log is set up.",
			Status: 200, Answer: auditConfiguration{}, Foreign: absent(theirOrganization), run: getAuditConfiguration},
	}
}

func getAuditRetention(c *call) error {
	org, err := idOf[id.Organization](c, "id")
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		if _, err := tx.organization(org); err != nil {
			return answer{}, err
		}
		days, _, err := retention.Of(tx, org)
		return found(auditRetention{&days}), err
	})
}

func setAuditRetention(c *call) error {
	org, err := idOf[id.Organization](c, "id")
	if err != nil {
		return err
	}
	var body auditRetentionBody
	if err := c.decode(&body); err != nil {
		return err
	}
	days := body.Days
	if body.Period != nil {
		if days, err = periodDays(*body.Period); err != nil {
			return err
		}
	}
	return c.change(func(tx reach) (answer, error) {
		err := tx.enter(org, func(tx *db.OrgTx) error { return retention.SetRetention(tx, days) })
		if err != nil {
			return answer{}, err
		}
		kept, _, err := retention.Of(tx, org)
		return found(auditRetention{&kept}), err
	})
}

// periodDays is a period in days: a month has 30, a year 365.
func periodDays(period string) (*int64, error) {
	number, unit, _ := strings.Cut(period, "_")
	n, err := strconv.ParseInt(number, 10, 64)
	units := map[string]struct{ days, most int64 }{"MONTH": {30, 11}, "MONTHS": {30, 11}, "YEAR": {365, 10}, "YEARS": {365, 10}}
	u, ok := units[unit]
	if err != nil || !ok || n < 1 || n > u.most {
		return nil, invalid("retention_period", "retention_period is 1_MONTH to 11_MONTHS, or 1_YEAR to 10_YEARS.")
	}
	return new(n * u.days), nil
}

func getAuditConfiguration(c *call) error {
	org, err := idOf[id.Organization](c, "id")
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		if _, err := tx.organization(org); err != nil {
			return answer{}, err
		}
		days, _, err := retention.Of(tx, org)
		if err != nil {
			return answer{}, err
		}
		w := auditConfiguration{OrganizationID: org, Days: &days, State: "active"}
		rows, _, err := stream.List(tx.rows, stream.Query{Organization: org, Page: db.Page{Limit: 1}})
		if err == nil && len(rows) > 0 {
			s := rows[0]
			w.LogStream = &auditLogStream{ID: s.ID, Type: s.Type, State: string(s.State), LastSyncedAt: wire.MaybeAt(s.LastDeliveredAt), CreatedAt: wire.At(s.CreatedAt)}
		}
		return found(w), err
	})
}
