package oauth

import (
	"context"
	"errors"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
	"gatehouse/sessions"
	"gatehouse/users"
)

// What a device that asks is told (RFC 8628 §3.5).
var (
	errPending  = problem.NewOAuth(problem.BadRequest, "authorization_pending", "Nobody has decided yet. Ask again after the interval.")
	errSlowDown = problem.NewOAuth(problem.BadRequest, "slow_down", "Ask less often: five seconds later than before, from now on.")
	errDenied   = problem.NewOAuth(problem.BadRequest, "access_denied", "The user did not let the device in.")
	errRanOut   = problem.NewOAuth(problem.BadRequest, "expired_token", "The codes have run out. Ask for new ones.")
)

// deviceGrant is a device that asks whether it was let in. What it is told
// commits: how often it asks is counted.
func (h *Handler) deviceGrant(ctx context.Context, surface Surface, c *caller, t *tokenRequest, who actor.Actor) (*issue, error) {
	if t.DeviceCode == "" {
		return nil, missing("device_code")
	}
	key, err := h.tokenKey(ctx)
	if err != nil {
		return nil, err
	}
	var i *issue
	var told error
	err = h.DB.Tx(ctx, who, func(tx *db.Tx) error {
		i, told = nil, nil
		d, err := devices.First(tx, db.Eq("device_code_hash", seal.Hash(t.DeviceCode)), db.Eq("client_id", c.ID), db.Eq("surface", surface))
		if err != nil {
			return orElse(err, db.ErrNotFound, errInvalidGrant)
		}
		if told, err = d.poll(tx); err != nil || told != nil {
			return err
		}
		i, err = h.connect(tx, key, d, c)
		return err
	})
	if err == nil {
		err = told
	}
	return i, err
}

// poll is why the device is not let in now, or nil. Asking before the interval
// is over makes it longer (RFC 8628 §3.5).
func (d *device) poll(tx *db.Tx) (told, err error) {
	switch {
	case d.UsedAt != nil:
		return errInvalidGrant, nil
	case d.DeniedAt != nil:
		return errDenied, nil
	case !tx.Now().Before(d.ExpiresAt):
		return errRanOut, nil
	case d.ApprovedAt != nil:
		return nil, nil
	}
	set := db.Set{"last_polled_at": tx.Now()}
	told = errPending
	interval := time.Duration(d.IntervalSeconds) * time.Second
	if d.LastPolledAt != nil && tx.Now().Sub(*d.LastPolledAt) < interval {
		told, set["interval_seconds"] = errSlowDown, min(d.IntervalSeconds+pollInterval, maxInterval)
	}
	_, err = devices.Update(tx, d.ID, set)
	return told, err
}

// connect gives the device its session, once. It is not below the browser in
// which it was approved: signing out there leaves the device connected. But
// that browser is still signed in now, so that whoever ended their sessions
// meanwhile ended this as well.
func (h *Handler) connect(tx *db.Tx, key refreshKey, d *device, c *caller) (*issue, error) {
	if d.UserID == nil || d.BrowserSessionID == nil {
		return nil, errDenied
	}
	u, err := users.Get(tx, *d.UserID)
	if err != nil {
		return nil, orElse(err, db.ErrNotFound, errDenied)
	}
	signedIn, err := sessions.LiveBrowser(tx, *d.BrowserSessionID)
	if err != nil {
		return nil, orElse(err, sessions.ErrNoSession, errDenied)
	}
	tx.As(tx.Actor().As(u.ID, u.Email))
	b := beginning{client: c.registration, surface: d.Surface, user: u, scope: parseScopes(value(d.Scope))}
	b.session = sessions.New{Method: signedIn.AuthMethod, AuthenticatedAt: signedIn.AuthenticatedAt, Second: signedIn.SecondMethod, SecondAt: signedIn.SecondAt, Via: signedIn.Via,
		Organization: d.OrganizationID, IP: value(d.IPAddress), UserAgent: value(d.UserAgent)}
	if b.bounds, err = boundsOf(tx, d.OrganizationID); err != nil {
		return nil, err
	}
	i, err := h.start(tx, key, b)
	if errors.Is(err, errNotMember) || errors.Is(err, errInvalidGrant) {
		return nil, errDenied
	}
	if err != nil {
		return nil, err
	}
	n, err := devices.Update(tx, d.ID, db.Set{"used_at": tx.Now()}, db.Null("used_at"), db.Null("denied_at"), db.Gt("expires_at", tx.Now()))
	if err == nil && n == 0 {
		return nil, errInvalidGrant
	}
	return i, err
}
