package sessions

import (
	"context"
	"errors"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
)

// Browser is a person's session in one browser.
type Browser struct {
	db.Global
	ID              id.BrowserSession
	SecretHash      []byte
	UserID          id.User
	AuthMethod      Method
	AuthenticatedAt time.Time
	SecondMethod    *Second // the second step, if there was one
	SecondAt        *time.Time
	Via
	IPAddress   *string
	UserAgent   *string
	LastSeenAt  time.Time
	IdleSeconds int64
	ExpiresAt   time.Time
	EndedAt     *time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// TableName is the table that this package owns.
func (Browser) TableName() string { return "browser_sessions" }

var browsers = db.GlobalTable[Browser, id.BrowserSession]{}

// ErrNoSession says that nobody is signed in by that cookie.
var ErrNoSession = problem.New(problem.Unauthorized, "no_session", "You are signed out. Sign in again.")

// maxAgent bounds what is kept of a User-Agent.
const maxAgent = 512

// StartBrowser makes a browser session of the person who has just proven who
// they are, from the address that the transaction's actor has. The secret is
// for the cookie; only its hash is kept. second is the second step, where one
// was taken.
func StartBrowser(tx *db.Tx, user id.User, method Method, l Lifetimes, second ...Second) (*Browser, string, error) {
	return StartBrowserVia(tx, user, method, Via{}, l, second...)
}

// StartBrowserVia is StartBrowser for who came by a connection.
func StartBrowserVia(tx *db.Tx, user id.User, method Method, via Via, l Lifetimes, second ...Second) (*Browser, string, error) {
	l = l.orDefault()
	who := tx.Actor()
	secret := seal.Token(seal.TokenBytes)
	b := &Browser{
		ID: id.New[id.BrowserSession](), SecretHash: seal.Hash(secret), UserID: user, AuthMethod: method, Via: via,
		AuthenticatedAt: tx.Now(), LastSeenAt: tx.Now(), IdleSeconds: int64(l.Idle.Seconds()), ExpiresAt: tx.Now().Add(l.Absolute),
		IPAddress: field.Clip(who.IP, maxAgent), UserAgent: field.Clip(who.UserAgent, maxAgent),
	}
	if now := tx.Now(); len(second) > 0 {
		b.SecondMethod, b.SecondAt = &second[0], &now
	}
	if err := browsers.Insert(tx, b); err != nil {
		return nil, "", err
	}
	started := audit.BrowserSessionStarted{BrowserSession: b.ID, User: user, Method: string(method)}
	return b, secret, audit.RecordDeployment(tx, started)
}

// FindBrowser is the live browser session of a cookie's secret, or
// ErrNoSession. It is one look-up by an index; every page calls it.
func FindBrowser(tx db.AnyScope, secret string) (*Browser, error) {
	if secret == "" {
		return nil, ErrNoSession
	}
	b, err := browsers.First(tx, db.Eq("secret_hash", seal.Hash(secret)))
	if errors.Is(err, db.ErrNotFound) {
		return nil, ErrNoSession
	}
	if err != nil {
		return nil, err
	}
	if !b.LiveAt(tx.Now()) {
		return nil, ErrNoSession
	}
	return b, nil
}

// LiveBrowser is the browser session with that id if it can still be used.
func LiveBrowser(tx db.AnyScope, browser id.BrowserSession) (*Browser, error) {
	b, err := browsers.Get(tx, browser)
	if errors.Is(err, db.ErrNotFound) || err == nil && !b.LiveAt(tx.Now()) {
		return nil, ErrNoSession
	}
	return b, err
}

// holdBrowser keeps a browser session from ending until the transaction does.
func holdBrowser(tx *db.Tx, browser *id.BrowserSession) error {
	if browser == nil {
		return nil
	}
	b, err := browsers.GetForUpdate(tx, *browser)
	if errors.Is(err, db.ErrNotFound) || err == nil && !b.LiveAt(tx.Now()) {
		return ErrNoSession
	}
	return err
}

// LiveAt reports whether the session can be used at now.
func (b *Browser) LiveAt(now time.Time) bool {
	return alive(now, b.ExpiresAt, b.LastSeenAt, b.IdleSeconds, b.EndedAt)
}

// EndsAt is when the session ends if nobody uses it again.
func (b *Browser) EndsAt() time.Time {
	idle := b.LastSeenAt.Add(time.Duration(b.IdleSeconds) * time.Second)
	if idle.Before(b.ExpiresAt) {
		return idle
	}
	return b.ExpiresAt
}

// Touch remembers that the session was used, at most once a minute: one UPDATE
// by key, and none in most requests. It is not a deed, so nothing is recorded.
func Touch(ctx context.Context, d *db.DB, b *Browser) error {
	now := d.Now().UTC()
	if now.Sub(b.LastSeenAt) < touchEvery {
		return nil
	}
	return d.Tx(ctx, systemActor, func(tx *db.Tx) error {
		_, err := browsers.Update(tx, b.ID, db.Set{"last_seen_at": tx.Now()}.Quiet(),
			db.Null("ended_at"), db.Lte("last_seen_at", tx.Now().Add(-touchEvery)))
		return err
	})
}

// BoundBrowser lets a browser session end at the latest at that moment; the
// zero time bounds nothing.
func BoundBrowser(tx *db.Tx, b *Browser, until time.Time) error {
	if until.IsZero() || !until.Before(b.ExpiresAt) {
		return nil
	}
	b.ExpiresAt = until.UTC()
	_, err := browsers.Update(tx, b.ID, db.Set{"expires_at": b.ExpiresAt}.Quiet())
	return err
}

// Reauthenticated notes that the person has proven again who they are.
func Reauthenticated(tx *db.Tx, browser id.BrowserSession, method Method) error {
	n, err := browsers.Update(tx, browser,
		db.Set{"authenticated_at": tx.Now(), "last_seen_at": tx.Now(), "auth_method": string(method)}, db.Null("ended_at"))
	if err == nil && n == 0 {
		return ErrNoSession
	}
	return err
}

// SteppedUp notes that the person took a second step within their session,
// because an organization asked for it.
func SteppedUp(tx *db.Tx, browser id.BrowserSession, second Second) error {
	n, err := browsers.Update(tx, browser, db.Set{"second_method": string(second), "second_at": tx.Now(), "last_seen_at": tx.Now()}, db.Null("ended_at"))
	if err == nil && n == 0 {
		return ErrNoSession
	}
	return err
}
