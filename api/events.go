package api

import (
	"net/http"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/tenants"
)

func (h *Handler) eventRoutes() []route {
	return []route{
		{Method: http.MethodGet, Path: "/events", Tag: "Events", Summary: "List events in the order in which they became part of the log, oldest first unless order says otherwise. Keep list_metadata.after and go on from it: nothing is missed, however late it was committed. It is null where nothing new is there: keep the one before.",
			Paged: true, Status: 200, Answer: wire.Event{},
			Query: []param{
				{Name: "events", About: "Of these types, such as user.created.", List: true},
				{Name: "organization_id", About: "In that organization."},
				{Name: "range_start", About: "From then on."}, {Name: "range_end", About: "Before then."},
			},
			Foreign: absentQuery("organization_id={organization}"), run: listEvents},
	}
}

func listEvents(c *call) error {
	q, err := c.eventQuery()
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		if q.Organization != "" {
			if _, err := tx.organization(q.Organization); err != nil {
				return answer{}, err
			}
		}
		if q.Hide, _, err = tenants.SystemOrganization(tx); err != nil {
			return answer{}, err
		}
		rows, end, err := audit.Events(tx.rows, q)
		// Unlike other lists this one has no end: its last page has a cursor too.
		return list(each(rows, func(e audit.Event) wire.Event { return e.Wire() }), db.Paging{After: string(end)}), err
	})
}

func (c *call) eventQuery() (audit.EventQuery, error) {
	q := audit.EventQuery{Types: c.query.List("events")}
	if len(q.Types) > maxFilter {
		return q, invalid("events", "events has at most 100 values.")
	}
	if c.query.Get("before") != "" {
		return q, invalid("before", "Events are read forward: give after.")
	}
	page, err := c.page()
	if err != nil {
		return q, err
	}
	// The SDKs send order=desc with every list but this one, so that an order
	// that is there was asked for.
	q.Limit, q.Newest = page.Limit, c.query.Get("order") != "" && page.Order != db.Ascending
	if page.After != "" {
		if q.After, err = id.Parse[id.Event](page.After); err != nil {
			return q, invalid("after", "after is the id of an event.")
		}
	}
	if err := idIn(c, "organization_id", &q.Organization); err != nil {
		return q, db.ErrNotFound
	}
	for name, at := range map[string]*time.Time{"range_start": &q.Since, "range_end": &q.Before} {
		if text := c.query.Get(name); text != "" {
			if *at, err = parseTime(name, text); err != nil {
				return q, err
			}
		}
	}
	return q, nil
}
