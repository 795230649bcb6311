package directory

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// DepartureQuery says which of a directory's departures to list.
type DepartureQuery struct {
	User     id.DirectoryUser // of this person
	Account  id.User          // of whose account this is
	Unproven bool             // that nobody has looked after yet
	db.Page
}

// Departures is a page of the people whom a directory took away, newest first.
func Departures(tx db.OwnedScope, d id.Directory, q DepartureQuery) ([]Departure, db.Paging, error) {
	conds := []db.Cond{db.Eq("directory_id", d)}
	if q.User != "" {
		conds = append(conds, db.Eq("directory_user_id", q.User))
	}
	if q.Account != "" {
		conds = append(conds, db.Eq("user_id", q.Account))
	}
	if q.Unproven {
		conds = append(conds, db.Null("proven_at"))
	}
	list := func(q db.Query) ([]Departure, error) { return departures.List(tx, q) }
	return db.ListPage(list, q.Page, "id", func(d Departure) string { return string(d.ID) }, conds...)
}

// Wire is the departure as callers see it.
func (d *Departure) Wire() wire.DirectoryDeparture {
	w := wire.DirectoryDeparture{ID: d.ID, DirectoryID: d.DirectoryID, OrganizationID: d.OrganizationID, DirectoryUserID: d.DirectoryUserID, UserID: d.UserID, Kind: d.Kind,
		Kept: d.Kept, RequestID: d.RequestID, Sessions: d.Sessions, RefreshTokens: d.RefreshTokens, APIKeys: d.APIKeys, ReceivedAt: wire.At(d.ReceivedAt),
		EndedAt: wire.At(d.CreatedAt), ProvenAt: wire.MaybeAt(d.ProvenAt), AccessUntil: wire.MaybeAt(d.AccessUntil)}
	if d.ProvenAt != nil {
		took := d.ProvenAt.Sub(d.ReceivedAt).Microseconds()
		w.TookUS = &took
	}
	return w
}
