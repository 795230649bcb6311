package sessions

import (
	"context"
	"errors"

	"gatehouse/internal/db"
	"gatehouse/internal/seal"
)

// CheckBrowser is FindBrowser outside of a transaction, at the least cost: the
// browser's part of every page. What only lists show (address, agent, when it
// was made) is not filled in.
func CheckBrowser(ctx context.Context, d *db.DB, secret string) (*Browser, error) {
	if secret == "" {
		return nil, ErrNoSession
	}
	s, err := d.LocateBrowser(ctx, seal.Hash(secret))
	if errors.Is(err, db.ErrNotFound) {
		return nil, ErrNoSession
	}
	if err != nil {
		return nil, err
	}
	b := &Browser{ID: s.ID, UserID: s.UserID, AuthMethod: Method(s.AuthMethod), AuthenticatedAt: s.AuthenticatedAt.UTC(),
		LastSeenAt: s.LastSeenAt.UTC(), IdleSeconds: s.IdleSeconds, ExpiresAt: s.ExpiresAt.UTC(), EndedAt: s.EndedAt,
		Via: Via{ConnectionID: s.Connection, SSOOrganizationID: s.SSOOrganization, SSOGuest: s.SSOGuest}}
	if !b.LiveAt(d.Now().UTC()) {
		return nil, ErrNoSession
	}
	return b, nil
}
