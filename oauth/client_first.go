package oauth

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// FirstClient is the application that the management API means where it names
// none: the oldest one that is not part of Gatehouse.
func FirstClient(tx db.AnyScope) (*Client, error) {
	found, err := clients.List(tx, db.Query{Where: []db.Cond{db.Eq("built_in", false)}, Order: []string{"created_at", "id"}, Limit: 1})
	if err == nil && len(found) == 0 {
		return nil, db.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return &found[0], nil
}

// PageRedirects is a page of a client's addresses for one purpose.
func PageRedirects(tx db.AnyScope, client id.Client, purpose Purpose, page db.Page) ([]RedirectURI, db.Paging, error) {
	list := func(q db.Query) ([]RedirectURI, error) { return redirects.List(tx, q) }
	return db.ListPage(list, page, "id", func(r RedirectURI) string { return string(r.ID) },
		db.Eq("client_id", client), db.Eq("purpose", purpose))
}

// Wire is the address as the management API shows it.
func (r RedirectURI) Wire() wire.RedirectURI {
	return wire.RedirectURI{ID: r.ID, URI: r.URI, Default: r.IsDefault, CreatedAt: wire.At(r.CreatedAt), UpdatedAt: wire.At(r.UpdatedAt)}
}
