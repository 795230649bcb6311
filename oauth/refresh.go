package oauth

import (
	"context"
	"errors"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

// verdict is what is to be done about a refresh token.
type verdict int

const (
	dead   verdict = iota // ended, expired or never was
	rotate                // the head: its successor is the answer
	repeat                // rotated out a moment ago: the present head is the answer
	reused                // rotated out long ago: somebody else has it too
)

// judge decides by the family alone. The token's own proof, its HMAC, has been
// checked before.
func (f *family) judge(token string, generation int64, now time.Time) verdict {
	switch {
	case f.EndedAt != nil || !now.Before(f.ExpiresAt) || generation > f.Generation:
		return dead
	case generation < f.Generation && f.Rotations.within(generation, now):
		return repeat
	case generation < f.Generation:
		return reused
	case !seal.Equal(f.HeadHash, seal.Hash(token)):
		return dead
	}
	return rotate
}

// refresh exchanges a refresh token. org is the organization to switch to, or nil.
func (h *Handler) refresh(ctx context.Context, surface Surface, c *caller, token string, org *id.Organization, who actor.Actor) (*issue, error) {
	if token == "" {
		return nil, missing("refresh_token")
	}
	key, err := h.tokenKey(ctx)
	if err != nil {
		return nil, err
	}
	familyID, generation, ok := key.parse(token)
	if !ok {
		return nil, errInvalidGrant
	}
	r := &refreshing{h: h, key: key, token: token, family: familyID, generation: generation, surface: surface, client: c.registration, org: org, ip: who.IP}
	if done, err := r.direct(ctx, h.DB, who); done || err != nil {
		return r.issue, err
	}
	var ended bool
	err = h.DB.Tx(ctx, who, func(tx *db.Tx) error {
		ended, r.stands = false, nil
		err := r.run(tx)
		if errors.Is(err, errEnded) {
			ended = true
			return nil // what ended must stay ended: this commits
		}
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case ended:
		return nil, errInvalidGrant
	case r.stands != nil:
		return nil, r.refusal(ctx, who)
	}
	return r.issue, nil
}

// errEnded says that the refresh itself ended the session: the token came back
// after its grace, or the organization lets no session get as old.
var errEnded = errors.New("the session has just been ended")

// refreshing is one refresh under way.
type refreshing struct {
	h          *Handler
	key        refreshKey
	token      string
	family     id.RefreshToken
	generation int64
	surface    Surface
	client     *registration
	org        *id.Organization
	ip         string // the person's
	issue      *issue
	stands     *standing // what the organization asks before it goes on
}

// run does the whole exchange in one transaction. The family's row is locked,
// so of many parallel refreshes of one token one rotates, and the others find
// the successor that it made.
func (r *refreshing) run(tx *db.Tx) error {
	f, err := families.GetForUpdate(tx, r.family)
	if errors.Is(err, db.ErrNotFound) {
		return errInvalidGrant
	}
	if err != nil {
		return err
	}
	if f.ClientID != r.client.ID || f.Surface != r.surface {
		return errInvalidGrant
	}
	switch v := f.judge(r.token, r.generation, tx.Now()); v {
	case rotate, repeat:
		return r.renew(tx, f, v == rotate)
	case reused:
		return r.punish(tx, f)
	}
	return errInvalidGrant
}

// renew answers with the family's head: the next one, or the one there is.
func (r *refreshing) renew(tx *db.Tx, f *family, rotating bool) error {
	s, err := r.session(tx, f, rotating)
	if err != nil {
		return orElse(err, sessions.ErrEnded, errInvalidGrant)
	}
	i := &issue{client: r.client, surface: r.surface, session: s, scope: parseScopes(value(f.Scope))}
	if err := r.describe(tx, f, i); err != nil || r.stands != nil {
		return err
	}
	if rotating {
		if err := sessions.Used(tx, s); err != nil {
			return err
		}
		if err := r.advance(tx, f, i.session); err != nil {
			return err
		}
	}
	i.refresh = r.key.token(f.ID, f.Generation)
	r.issue = i
	return nil
}

// session is the live session of the family; a rotation holds it.
func (r *refreshing) session(tx *db.Tx, f *family, rotating bool) (*sessions.Session, error) {
	if rotating {
		return sessions.Hold(tx, f.SessionID)
	}
	return sessions.Live(tx, f.SessionID)
}

// describe reads the person and their role anew, and switches the organization
// where another is asked for.
func (r *refreshing) describe(tx *db.Tx, f *family, i *issue) error {
	u, err := users.Get(tx, i.session.UserID)
	if errors.Is(err, db.ErrNotFound) || err == nil && u.BannedNow(tx.Now()) {
		return errInvalidGrant
	}
	if err != nil {
		return err
	}
	i.user = u.Wire()
	if r.org != nil && *r.org != value(i.session.OrganizationID) {
		return r.change(tx, i, u)
	}
	if i.role, err = roleIn(tx, i.session.OrganizationID, u.ID); err != nil {
		return orElse(err, errNotMember, errInvalidGrant) // their membership ended: only signing in again helps
	}
	return r.again(tx, f, i.session, u)
}

// operators reports whether an organization is the operators' own, which no
// application is for.
func operators(tx *db.Tx, org id.Organization) bool {
	o, err := tenants.Get(tx, org)
	return err == nil && o.System
}

// advance makes the next generation the head.
func (r *refreshing) advance(tx *db.Tx, f *family, s *sessions.Session) error {
	n, err := families.Update(tx, f.ID, f.next(r.key, tx.Now()), db.Eq("generation", r.generation), db.Null("ended_at"))
	if err != nil {
		return err
	}
	if n == 0 {
		return errInvalidGrant // ended at this moment; the row was locked, so nobody else rotated it
	}
	f.Generation++
	return audit.RecordFor(tx, s.OrganizationID, audit.SessionRefreshed{Session: s.ID, User: s.UserID, Client: r.client.ID})
}

// next is what changes in the family's row when it rotates at now.
func (f *family) next(key refreshKey, now time.Time) db.Set {
	return db.Set{"generation": f.Generation + 1, "head_hash": seal.Hash(key.token(f.ID, f.Generation+1)),
		"rotations": string(f.Rotations.with(f.Generation, now)), "rotated_at": now}
}

// punish ends the family and its session (RFC 9700 §4.14.2): of two who hold
// one token one has stolen it.
func (r *refreshing) punish(tx *db.Tx, f *family) error {
	s, err := sessions.Get(tx, f.SessionID)
	if err != nil {
		return err
	}
	if err := endSession(tx, f.SessionID, sessions.TokenReused); err != nil {
		return err
	}
	entry := audit.RefreshTokenReused{Session: s.ID, User: s.UserID, Client: r.client.ID}
	if err := audit.RecordFor(tx, s.OrganizationID, entry); err != nil {
		return err
	}
	return errEnded
}
