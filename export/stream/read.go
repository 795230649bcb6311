package stream

import (
	"encoding/json"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// Get is a stream, or db.ErrNotFound.
func Get(tx db.OwnedScope, key id.Stream) (*Stream, error) { return streams.Get(tx, key) }

// Query is which streams to list.
type Query struct {
	Organization id.Organization // in an *db.AllTx: that organization's
	Deployment   bool            // in an *db.AllTx: the deployment's own
	State        State
	Type         string
	Page         db.Page
}

// List is a page of the streams that tx sees.
func List(tx db.OwnedScope, q Query) ([]Stream, db.Paging, error) {
	var conds []db.Cond
	if q.Organization != "" {
		conds = append(conds, db.Eq("organization_id", q.Organization))
	}
	if q.Deployment {
		conds = append(conds, db.Null("organization_id"))
	}
	if q.State != "" {
		conds = append(conds, db.Eq("state", q.State))
	}
	if q.Type != "" {
		conds = append(conds, db.Eq("type", q.Type))
	}
	list := func(q db.Query) ([]Stream, error) { return streams.List(tx, q) }
	return db.ListPage(list, q.Page, "id", func(s Stream) string { return string(s.ID) }, conds...)
}

// Within runs fn with a stream where it can be changed: in its organization,
// or among the deployment's own.
func Within(all *db.AllTx, key id.Stream, fn func(db.OwnedScope, *Stream) error) error {
	s, err := Get(all, key)
	if err != nil {
		return err
	}
	if s.OrganizationID == nil {
		return fn(all, s)
	}
	return all.In(*s.OrganizationID, func(own *db.OrgTx) error { return fn(own, s) })
}

// LocateStream is whose a stream is; "" is the deployment.
func LocateStream(tx *db.AllTx, key id.Stream) (id.Organization, error) {
	s, err := Get(tx, key)
	if err != nil || s.OrganizationID == nil {
		return "", err
	}
	return *s.OrganizationID, nil
}

// Settings are the values of the stream's fields, less secrets.
func (s *Stream) Settings() map[string]string {
	values := map[string]string{}
	_ = json.Unmarshal(s.Configuration, &values) // ours
	return values
}

// Wire is the stream as the API shows it.
func (s *Stream) Wire() wire.LogStream {
	return wire.LogStream{ID: s.ID, OrganizationID: s.OrganizationID, Name: s.Name, Type: s.Type, State: string(s.State), Configuration: s.Settings(),
		CredentialsSet: len(s.SealedCredentials) > 0, Filter: wire.LogStreamFilter{Actions: s.Filter.Types}, LastSyncedAt: wire.MaybeAt(s.LastDeliveredAt),
		LastError: s.LastError, LastErrorAt: wire.MaybeAt(s.LastErrorAt), CreatedAt: wire.At(s.CreatedAt), UpdatedAt: wire.At(s.UpdatedAt)}
}

// event is the stream as the log tells of it.
func (s *Stream) event() wire.LogStreamEvent {
	return wire.LogStreamEvent{ID: s.ID, OrganizationID: s.OrganizationID, Name: s.Name, Type: s.Type, State: string(s.State)}
}
