package api

import (
	"net/http"
	"strings"

	"gatehouse/audit/ingest"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// auditEventsBody is what POST /audit_logs/events reads: one event, or many.
type auditEventsBody struct {
	OrganizationID string           `json:"organization_id" api:"required"`
	Event          *auditEventBody  `json:"event"`
	Events         []auditEventBody `json:"events"`
}

type auditEventBody struct {
	Action     string           `json:"action" api:"required"`
	OccurredAt string           `json:"occurred_at" api:"date-time"`
	Version    *int64           `json:"version"`
	Actor      auditPartyBody   `json:"actor" api:"required"`
	Targets    []auditPartyBody `json:"targets" api:"required"`
	Context    auditContextBody `json:"context"`
	Metadata   map[string]any   `json:"metadata"`
}

type auditPartyBody struct {
	ID       string         `json:"id" api:"required"`
	Type     string         `json:"type" api:"required"`
	Name     *string        `json:"name"`
	Metadata map[string]any `json:"metadata"`
}

type auditContextBody struct {
	Location  string  `json:"location"`
	UserAgent *string `json:"user_agent"`
}

// succeeded is all that is said to an event.
type succeeded struct {
	Success bool `json:"success"`
}

func (h *Handler) auditIngestRoutes() []route {
	return []route{
		{Method: http.MethodPost, Path: "/audit_logs/events", Tag: "Audit log", Often: true,
			Summary: "Record what happened in an application: one event, or up to 1,000 as events, all or none. With an Idempotency-Key a repeat within a day is recorded once.",
			Body:    auditEventsBody{}, Status: 201, Answer: succeeded{},
			Foreign: foreign{body: `{"organization_id":"{organization}","event":{"action":"a","occurred_at":"2026-01-15T12:00:00Z","actor":{"id":"u","type":"user"},"targets":[{"id":"t","type":"team"}]}}`, want: http.StatusNotFound},
			run:     ingestAuditEvents},
	}
}

func ingestAuditEvents(c *call) error {
	r, err := ingest.Decode(c.body)
	if err != nil {
		return err
	}
	org, err := required[id.Organization]("organization_id", r.Organization)
	if err != nil {
		return err
	}
	if own := c.organization(); own != "" && own != org {
		return db.ErrNotFound
	}
	err = c.h.Ingest.Write(c.ctx(), &ingest.Written{Who: c.who, Organization: org, Events: r.Events, Many: r.Many,
		IdempotencyKey: strings.TrimSpace(c.Request().Header.Get("Idempotency-Key")), Body: c.body})
	if err != nil {
		return err
	}
	return c.say(made(succeeded{true}))
}
