package api

import (
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"gatehouse/audit"
	"gatehouse/audit/search"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// auditEvent is an entry of the audit log on the wire. Sequence and hashes are
// null until the entry is numbered.
type auditEvent struct {
	Object         string                   `json:"object"`
	ID             id.Event                 `json:"id"`
	OrganizationID *id.Organization         `json:"organization_id"`
	Action         string                   `json:"action"`
	Source         audit.Source             `json:"source"` // application: an entry that an application wrote, whatever it calls the action
	OccurredAt     wire.Timestamp           `json:"occurred_at"`
	Actor          auditActor               `json:"actor"`
	Targets        wire.Array[audit.Target] `json:"targets"`
	Context        auditContext             `json:"context"`
	Data           json.RawMessage          `json:"data"`
	Sequence       *int64                   `json:"sequence"`
	Hash           *string                  `json:"hash"`
	PreviousHash   *string                  `json:"previous_hash"`
}

type auditActor struct {
	Type string  `json:"type"`
	ID   *string `json:"id"`
	Name *string `json:"name"`
}

type auditContext struct {
	Location  *string `json:"location"` // the address
	UserAgent *string `json:"user_agent"`
	RequestID *string `json:"request_id"`
	Reference *string `json:"reference"`
}

func (h *Handler) auditRoutes() []route {
	return []route{
		{Method: http.MethodGet, Path: "/audit_logs/events", Tag: "Audit log", Summary: "List what happened. An organization's key lists what happened in its organization.",
			Paged: true, Status: 200, Answer: auditEvent{},
			Query: []param{
				{Name: "organization_id", About: "In that organization."},
				{Name: "actions", About: "Of these types, such as user.created, or of a family of them: user.*.", List: true},
				{Name: "actor_ids", About: "Done by one of these.", List: true},
				{Name: "targets", About: "About one of these ids.", List: true},
				{Name: "ip_addresses", About: "From one of these addresses.", List: true},
				{Name: "q", About: "With each of these words: the beginning of a word of the action, of the actor's or a target's name, of an address or the user agent, or a whole id."},
				{Name: "reference", About: "With that reference, GH-XXXX-XXXX, as error pages show it."},
				{Name: "range_start", About: "Recorded from then on."}, {Name: "range_end", About: "Recorded before then."},
			},
			Foreign: absentQuery("organization_id={organization}"), run: listAuditEvents},
	}
}

func listAuditEvents(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	filter, err := c.auditFilter()
	if err != nil {
		return err
	}
	if done, err := c.newestAuditEvents(filter, page); done || err != nil {
		return err
	}
	return c.readLate(func(tx reach) (answer, error) {
		if filter.Organization != "" {
			if _, err := tx.organization(filter.Organization); err != nil {
				return answer{}, err
			}
		}
		rows, paging, err := search.Find(tx.rows, filter, page)
		return list(each(rows, shownAuditEvent), paging), err
	})
}

// maxFilter bounds the values of one filter.
const maxFilter = 100

func (c *call) auditFilter() (search.Query, error) {
	f := search.Query{Types: c.query.List("actions"), Actors: c.query.List("actor_ids"), Targets: c.query.List("targets"), Addresses: c.query.List("ip_addresses"),
		Reference: c.query.Get("reference"), Text: c.query.Get("q")}
	for name, values := range map[string][]string{"actions": f.Types, "actor_ids": f.Actors, "targets": f.Targets, "ip_addresses": f.Addresses} {
		if len(values) > maxFilter {
			return f, invalid(name, name+" has at most 100 values.")
		}
	}
	if len(f.Text) > maxFilter {
		return f, invalid("q", "q has at most 100 characters.")
	}
	var err error
	if text := c.query.Get("organization_id"); text != "" {
		if f.Organization, err = parse[id.Organization](text); err != nil {
			return f, err
		}
	}
	for name, at := range map[string]*time.Time{"range_start": &f.Since, "range_end": &f.Before} {
		if text := c.query.Get(name); text != "" {
			if *at, err = parseTime(name, text); err != nil {
				return f, err
			}
		}
	}
	return f, nil
}

func shownAuditEvent(e search.Found) auditEvent {
	return auditEvent{
		Object: "audit_log_event", ID: e.ID, OrganizationID: e.OrganizationID, Action: e.Type, Source: e.Source, OccurredAt: wire.At(e.OccurredAt),
		Actor: auditActor{Type: e.ActorKind, ID: e.ActorID, Name: e.ActorName}, Targets: e.Targets,
		Context:  auditContext{Location: e.IPAddress, UserAgent: e.UserAgent, RequestID: e.RequestID, Reference: e.Reference},
		Data:     e.Data,
		Sequence: e.Sequence, Hash: hexadecimal(e.Hash), PreviousHash: hexadecimal(e.PreviousHash),
	}
}

// hexadecimal is a hash on the wire; null where there is none yet.
func hexadecimal(hash []byte) *string {
	if hash == nil {
		return nil
	}
	text := hex.EncodeToString(hash)
	return &text
}
