package webhook

import (
	"errors"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
)

// All is the name by which an endpoint asks for every event.
const All = "*"

const (
	maxEndpoints   = 100 // of one organization, and of the deployment
	maxDescription = 500
)

var errRotated = problem.New(problem.Conflict, "secret_rotated", "The secret was rotated by somebody else at the same time. Look at the endpoint again.")

// New is an endpoint that shall be.
type New struct {
	URL         string
	Description *string
	Events      []string // names, or All
	Disabled    bool
}

// Change is what shall be different; nil leaves a member as it is.
type Change struct {
	URL         *string
	Description **string
	Events      *[]string
	Status      *Status
}

// Create makes an endpoint of the transaction's organization or, in an
// *db.AllTx, of the deployment. Its secret is told this once.
func (s *Service) Create(tx db.OwnedScope, n New) (*Endpoint, string, error) {
	e := &Endpoint{ID: id.New[id.Endpoint](), URL: n.URL, Status: Enabled, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
	var err error
	if n.Disabled {
		e.Status = Disabled
	}
	if err := s.checkURL(n.URL); err != nil {
		return nil, "", err
	}
	if e.Description, err = field.Optional("description", n.Description, maxDescription); err != nil {
		return nil, "", err
	}
	if e.Events, err = eventNames(n.Events); err != nil {
		return nil, "", err
	}
	if err := room(tx); err != nil {
		return nil, "", err
	}
	secret := newSecret()
	if e.SealedSecret, err = sealer(tx).Seal(secretCell(e.ID, "sealed_secret"), []byte(secret)); err != nil {
		return nil, "", err
	}
	if err := insert(endpoints, tx, e); err != nil {
		if errors.Is(err, db.ErrDuplicate) {
			err = ErrDuplicate
		}
		return nil, "", err
	}
	return e, secret, e.record(tx, "created")
}

// room refuses more endpoints than anybody needs: each event is sent to each.
func room(tx db.OwnedScope) error {
	var own []db.Cond
	if _, all := tx.(*db.AllTx); all {
		own = append(own, db.Null("organization_id"))
	}
	n, err := endpoints.Count(tx, alive(own...)...)
	if err == nil && n >= maxEndpoints {
		return ErrTooMany
	}
	return err
}

func (s *Service) checkURL(text string) error {
	if _, err := s.Guard.CheckURL(text); err != nil {
		return problem.As(err).WithDetails(problem.Detail{Code: "invalid_url", Message: problem.As(err).Message, Field: "endpoint_url"})
	}
	return nil
}

// eventNames are the names of events without repeats, or says which is none.
func eventNames(names []string) ([]string, error) {
	kept := slices.Compact(slices.Sorted(slices.Values(names)))
	if len(kept) == 0 {
		return nil, badEvents("events must name at least one event, or *.")
	}
	if slices.Contains(kept, All) {
		return []string{All}, nil
	}
	for _, name := range kept {
		if !audit.Nameable(name) {
			clipped := field.Clip(name, 64)
			if clipped == nil {
				return nil, badEvents("events must not hold an empty name.")
			}
			return nil, badEvents("There is no event " + *clipped + ".")
		}
	}
	return kept, nil
}

func badEvents(sentence string) error {
	return problem.ErrInvalid.WithMessage(sentence).WithDetails(problem.Detail{Code: "invalid_events", Message: sentence, Field: "events"})
}

// Get is an endpoint that the transaction sees, or db.ErrNotFound.
func Get(tx db.OwnedScope, endpoint id.Endpoint) (*Endpoint, error) {
	return endpoints.First(tx, alive(db.Eq("id", endpoint))...)
}

// List is a page of the endpoints that the transaction sees; within an
// *db.AllTx those of org alone, where one is named.
func List(tx db.OwnedScope, org id.Organization, page db.Page) ([]Endpoint, db.Paging, error) {
	list := func(q db.Query) ([]Endpoint, error) { return endpoints.List(tx, q) }
	conds := alive()
	if org != "" {
		conds = append(conds, db.Eq("organization_id", org))
	}
	return db.ListPage(list, page, "id", func(e Endpoint) string { return string(e.ID) }, conds...)
}

// Change changes an endpoint. One that is enabled again begins anew: what
// waited for it is sent.
func (s *Service) Change(tx db.OwnedScope, endpoint id.Endpoint, c Change) (*Endpoint, error) {
	e, err := Get(tx, endpoint)
	if err != nil {
		return nil, err
	}
	set, changed, err := s.changes(e, c)
	if err != nil || len(changed) == 0 {
		return e, err
	}
	return e, within(tx, e.OrganizationID, func(tx db.OwnedScope) error {
		set["updated_at"], e.UpdatedAt = tx.Now(), tx.Now()
		if n, err := endpoints.Update(tx, e.ID, set, alive()...); errors.Is(err, db.ErrDuplicate) {
			return ErrDuplicate
		} else if err != nil {
			return err
		} else if n == 0 {
			return db.ErrNotFound
		}
		return e.record(tx, "updated", changed...)
	})
}

func (s *Service) changes(e *Endpoint, c Change) (set db.Set, changed []string, err error) {
	set = db.Set{}
	if c.URL != nil && *c.URL != e.URL {
		if err := s.checkURL(*c.URL); err != nil {
			return nil, nil, err
		}
		e.URL, set["url"] = *c.URL, *c.URL
		changed = append(changed, "endpoint_url")
	}
	if c.Description != nil {
		if e.Description, err = field.Optional("description", *c.Description, maxDescription); err != nil {
			return nil, nil, err
		}
		set["description"] = e.Description
		changed = append(changed, "description")
	}
	if c.Events != nil {
		if e.Events, err = eventNames(*c.Events); err != nil {
			return nil, nil, err
		}
		set["events"] = db.JSON(e.Events)
		changed = append(changed, "events")
	}
	if c.Status != nil && *c.Status != e.Status {
		e.Status = *c.Status
		e.Failures, e.FailingSince, e.OpenUntil, e.DisabledReason = 0, nil, nil, nil
		set["status"], set["failures"], set["failing_since"], set["open_until"], set["disabled_reason"] = e.Status, 0, nil, nil, nil
		changed = append(changed, "status")
	}
	return set, changed, nil
}

// Delete removes an endpoint with its deliveries, which nobody sees from then
// on. What is being sent at the moment may still arrive.
func Delete(tx db.OwnedScope, endpoint id.Endpoint) error {
	e, err := Get(tx, endpoint)
	if err != nil {
		return err
	}
	return within(tx, e.OrganizationID, func(tx db.OwnedScope) error {
		if n, err := endpoints.Update(tx, e.ID, gone(e.ID, tx.Now()), alive()...); err != nil {
			return err
		} else if n == 0 {
			return db.ErrNotFound
		}
		return e.record(tx, "deleted")
	})
}

func (e *Endpoint) record(tx db.OwnedScope, change string, changed ...string) error {
	return record(tx, audit.WebhookEndpoint{WebhookEndpoint: e.told(tx.Now()), Change: change, Changed: changed})
}

// Wire is the endpoint as the API shows it at now.
func (e *Endpoint) Wire(now time.Time) wire.WebhookEndpoint {
	w := wire.WebhookEndpoint{
		ID: e.ID, OrganizationID: e.OrganizationID, EndpointURL: e.URL, Description: e.Description, Status: string(e.Status), DisabledReason: e.DisabledReason,
		Events: e.Events, FailingSince: wire.MaybeAt(e.FailingSince), CreatedAt: wire.At(e.CreatedAt), UpdatedAt: wire.At(e.UpdatedAt),
	}
	if e.OpenUntil != nil && now.Before(*e.OpenUntil) {
		w.PausedUntil = wire.MaybeAt(e.OpenUntil)
	}
	if e.PreviousUntil != nil && now.Before(*e.PreviousUntil) {
		w.RotatingUntil = wire.MaybeAt(e.PreviousUntil)
	}
	return w
}

// wants reports whether an endpoint asks for events of a type.
func (e *Endpoint) wants(eventType string) bool {
	return slices.Contains(e.Events, eventType) || slices.Contains(e.Events, All)
}
