package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/login/gates"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

// direct does the common refresh in two round trips: the head comes, and its
// successor goes out. It leaves everything else (done is false) to run, which
// does the same in one transaction and decides what is rare: a switch, a race,
// a reuse, anything refused. What it writes is conditional on the family
// being where it was read, so a race changes nothing twice.
func (r *refreshing) direct(ctx context.Context, d *db.DB, who actor.Actor) (done bool, err error) {
	if d.Dialect != db.Postgres {
		return false, nil
	}
	state, err := d.LocateRefresh(ctx, r.family)
	if errors.Is(err, db.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading a refresh token: %w", err)
	}
	now := d.Clock()
	f, s := r.familyOf(state), r.sessionOf(state)
	if r.org != nil && *r.org != value(s.OrganizationID) || !r.ordinary(state, f, s, now) {
		return false, nil
	}
	if holds, err := r.holds(state, s); err != nil || !holds {
		return false, err
	}
	u, err := personOf(state.UserID, &state.Person)
	if err != nil {
		return false, err
	}
	i := &issue{client: r.client, surface: r.surface, session: s, scope: parseScopes(value(f.Scope)), user: u.Wire()}
	if s.OrganizationID != nil {
		i.role = value(state.Person.MemberRole)
	}
	switch f.judge(r.token, r.generation, now) {
	case rotate:
		done, err = r.rotate(ctx, d, f, s, who, now)
	case repeat:
		i.refresh, done = r.key.token(f.ID, f.Generation), true
	}
	if done && err == nil {
		if i.refresh == "" {
			i.refresh = r.key.token(f.ID, f.Generation+1)
		}
		r.issue = i
	}
	return done, err
}

// ordinary reports whether nothing stands against the refresh.
func (r *refreshing) ordinary(state *db.RefreshState, f *family, s *sessions.Session, now time.Time) bool {
	u := users.User{BannedAt: state.Person.BannedAt, BannedUntil: state.Person.BannedUntil}
	member := s.OrganizationID == nil || value(state.Person.MemberStatus) == string(users.Active)
	return f.ClientID == r.client.ID && f.Surface == r.surface && s.LiveAt(now) && member && !u.BannedNow(now)
}

// holds reports whether the organization's policy asks no more of the session
// than it has, and lets it live as long as it is to.
func (r *refreshing) holds(state *db.RefreshState, s *sessions.Session) (bool, error) {
	if state.Policy == nil {
		return true, nil
	}
	var policy tenants.Policy
	if err := json.Unmarshal(state.Policy, &policy); err != nil {
		return false, fmt.Errorf("reading a policy: %w", err)
	}
	return gates.Holds(policy, r.held(s)) && s.Lifetimes().Within(gates.Bounds(policy)) == s.Lifetimes(), nil
}

// touchAfter is how stale a session's last use may be.
const touchAfter = time.Minute

func (r *refreshing) rotate(ctx context.Context, d *db.DB, f *family, s *sessions.Session, who actor.Actor, now time.Time) (bool, error) {
	entry, err := audit.Prepare(who, now, audit.SessionRefreshed{Session: s.ID, User: s.UserID, Client: r.client.ID})
	if err != nil {
		return false, err
	}
	done, err := d.RotateRefresh(ctx, db.Rotation{
		Family: f.ID, Session: s.ID, Organization: s.OrganizationID, From: f.Generation, Now: now, Audit: entry,
		HeadHash: seal.Hash(r.key.token(f.ID, f.Generation+1)), Rotations: string(f.Rotations.with(f.Generation, now)),
		Touch: now.Sub(s.LastActiveAt) >= touchAfter,
	})
	if err != nil {
		return false, fmt.Errorf("rotating a refresh token: %w", err)
	}
	return done, nil
}

func (r *refreshing) familyOf(s *db.RefreshState) *family {
	return &family{ID: r.family, SessionID: s.SessionID, ClientID: s.ClientID, UserID: s.UserID, Surface: Surface(s.Surface), Scope: s.Scope,
		Generation: s.Generation, HeadHash: s.HeadHash, Rotations: rotations(s.Rotations), EndedAt: s.EndedAt, ExpiresAt: s.ExpiresAt}
}

func (r *refreshing) sessionOf(s *db.RefreshState) *sessions.Session {
	return &sessions.Session{ID: s.SessionID, UserID: s.UserID, ClientID: s.ClientID, OrganizationID: s.Organization,
		AuthMethod: sessions.Method(s.AuthMethod), AuthenticatedAt: s.AuthenticatedAt, SecondMethod: (*sessions.Second)(s.SecondMethod),
		Via: sessions.Via{ConnectionID: s.Connection, SSOOrganizationID: s.SSOOrganization, SSOGuest: s.SSOGuest}, CreatedAt: s.SessionCreated, ImpersonatorEmail: s.Impersonator,
		ImpersonatorReason: s.ImpersonatedFor, LastActiveAt: s.LastActiveAt, IdleSeconds: s.IdleSeconds,
		ExpiresAt: s.SessionExpires, EndedAt: s.SessionEnded}
}

func personOf(user id.User, p *db.TokenPerson) (*users.User, error) {
	u := &users.User{ID: user, Email: p.Email, EmailVerified: p.EmailVerified, FirstName: p.FirstName, LastName: p.LastName, Name: p.Name,
		ProfilePictureURL: p.ProfilePictureURL, Locale: p.Locale, ExternalID: p.ExternalID, LastSignInAt: p.LastSignInAt,
		BannedAt: p.BannedAt, BannedUntil: p.BannedUntil, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt}
	if err := json.Unmarshal(p.Metadata, &u.Metadata); err != nil {
		return nil, fmt.Errorf("reading a user's metadata: %w", err)
	}
	return u, nil
}
