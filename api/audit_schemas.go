package api

import (
	"encoding/json"
	"net/http"

	"gatehouse/audit"
	"gatehouse/audit/ingest"
	"gatehouse/internal/wire"
)

// auditSchema is what entries of an action must look like, as it was sent.
type auditSchema struct {
	Object    string                `json:"object"`
	Version   int64                 `json:"version"`
	Actor     *ingest.ActorSchema   `json:"actor,omitempty"`
	Targets   []ingest.TargetSchema `json:"targets"`
	Metadata  *ingest.Shape         `json:"metadata,omitempty"`
	CreatedAt wire.Timestamp        `json:"created_at"`
}

// auditAction is an action with its newest schema.
type auditAction struct {
	Object    string         `json:"object"`
	Name      string         `json:"name"`
	Schema    auditSchema    `json:"schema"`
	CreatedAt wire.Timestamp `json:"created_at"`
	UpdatedAt wire.Timestamp `json:"updated_at"`
}

type auditSchemaBody struct {
	Actor    *ingest.ActorSchema   `json:"actor"`
	Targets  []ingest.TargetSchema `json:"targets" api:"required"`
	Metadata *ingest.Shape         `json:"metadata"`
}

func (h *Handler) auditSchemaRoutes() []route {
	const tag = "Audit log"
	return []route{
		{Method: http.MethodPost, Path: "/audit_logs/actions/:action/schemas", Tag: tag, Deployment: true,
			Summary: "Make the next version of what applications' events of an action must look like. Events that name no version must meet the newest.",
			Body:    auditSchemaBody{}, Status: 201, Answer: auditSchema{}, Foreign: refused(`{"targets":[{"type":"team"}]}`), run: createAuditSchema},
		{Method: http.MethodGet, Path: "/audit_logs/actions/:action/schemas", Tag: tag, Deployment: true, Summary: "List an action's schemas.",
			Paged: true, Status: 200, Answer: auditSchema{}, Foreign: refused(""), run: listAuditSchemas},
		{Method: http.MethodGet, Path: "/audit_logs/actions", Tag: tag, Deployment: true, Summary: "List the actions that have a schema.",
			Paged: true, Status: 200, Answer: auditAction{}, Foreign: refused(""), run: listAuditActions},
	}
}

func createAuditSchema(c *call) error {
	action, err := c.segment("action")
	if err != nil {
		return err
	}
	var body auditSchemaBody
	if err := c.decode(&body); err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		all, err := tx.deployment()
		if err != nil {
			return answer{}, err
		}
		row, err := ingest.CreateSchema(all, action, &ingest.Schema{Actor: body.Actor, Targets: body.Targets, Metadata: body.Metadata})
		if err != nil {
			return answer{}, err
		}
		return made(shownSchema(*row)), nil
	})
}

func shownSchema(row audit.Schema) auditSchema {
	s := ingest.Schema{}
	_ = json.Unmarshal(row.Schema, &s) // what was written by us
	return auditSchema{Object: "audit_log_schema", Version: row.Version, Actor: s.Actor, Targets: s.Targets, Metadata: s.Metadata, CreatedAt: wire.At(row.CreatedAt)}
}

func listAuditSchemas(c *call) error {
	action, err := c.segment("action")
	if err != nil {
		return err
	}
	page, err := c.page()
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		rows, paging, err := ingest.Schemas(tx.rows, action, page)
		return list(each(rows, shownSchema), paging), err
	})
}

func listAuditActions(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		rows, paging, err := ingest.Newest(tx.rows, page)
		return list(each(rows, shownAction), paging), err
	})
}

func shownAction(d ingest.Described) auditAction {
	return auditAction{Object: "audit_log_action", Name: d.First.Action, Schema: shownSchema(d.Newest), CreatedAt: wire.At(d.First.CreatedAt), UpdatedAt: wire.At(d.Newest.CreatedAt)}
}
