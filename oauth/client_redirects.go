package oauth

import (
	"errors"
	"slices"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
)

// Purpose is what an address of a client is for.
type Purpose string

// Where codes go, and where people go after signing out.
const (
	PurposeRedirect Purpose = "redirect"
	PurposeLogout   Purpose = "logout"
)

// maxRedirects bounds the addresses of one client.
const maxRedirects = 100

// RedirectURI is an address that a client registered.
type RedirectURI struct {
	db.Global
	ID        id.RedirectURI
	ClientID  id.Client
	URI       string
	Purpose   Purpose
	IsDefault bool
	CreatedAt time.Time
	UpdatedAt time.Time
}

// TableName is the table that this package owns.
func (RedirectURI) TableName() string { return "redirect_uris" }

var redirects = db.GlobalTable[RedirectURI, id.RedirectURI]{}

// The problems of registering addresses.
var (
	ErrRedirectTaken    = problem.New(problem.Conflict, "redirect_uri_exists", "That address is registered already.")
	ErrTooManyRedirects = problem.New(problem.Invalid, "too_many_redirect_uris", "An application has at most 100 addresses.")
)

// AddRedirect registers an address. The first of its purpose is the default.
func AddRedirect(tx *db.Tx, client id.Client, purpose Purpose, uri string) (*RedirectURI, error) {
	c, err := clients.Get(tx, client)
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]Purpose{PurposeRedirect, PurposeLogout}, purpose) {
		return nil, problem.ErrInvalid
	}
	if err := validRedirect(uri, c.Type == Native); err != nil {
		return nil, err
	}
	others, err := redirects.List(tx, db.Query{Where: []db.Cond{db.Eq("client_id", client)}})
	if err != nil {
		return nil, err
	}
	if len(others) >= maxRedirects {
		return nil, ErrTooManyRedirects
	}
	first := !slices.ContainsFunc(others, func(r RedirectURI) bool { return r.Purpose == purpose })
	row := &RedirectURI{ID: id.New[id.RedirectURI](), ClientID: client, URI: uri, Purpose: purpose, IsDefault: first}
	if err := redirects.Insert(tx, row); err != nil {
		if errors.Is(err, db.ErrDuplicate) {
			return nil, ErrRedirectTaken
		}
		return nil, err
	}
	return row, recordRedirectAdded(tx, row)
}

// RemoveRedirect takes an address away; of the rest the oldest becomes the
// default if it was that.
func RemoveRedirect(tx *db.Tx, client id.Client, key id.RedirectURI) error {
	row, err := redirects.First(tx, db.Eq("id", key), db.Eq("client_id", client))
	if err != nil {
		return err
	}
	if _, err := redirects.Delete(tx, key); err != nil {
		return err
	}
	if row.IsDefault {
		rest, err := redirects.List(tx, db.Query{Where: []db.Cond{db.Eq("client_id", client), db.Eq("purpose", row.Purpose)}, Limit: 1})
		if err != nil {
			return err
		}
		for _, next := range rest {
			if _, err := redirects.Update(tx, next.ID, db.Set{"is_default": true}); err != nil {
				return err
			}
		}
	}
	return recordRedirectRemoved(tx, row)
}

// ListRedirects is a client's addresses, oldest first.
func ListRedirects(tx db.AnyScope, client id.Client) ([]RedirectURI, error) {
	return redirects.List(tx, db.Query{Where: []db.Cond{db.Eq("client_id", client)}, Limit: maxRedirects})
}
