package oauth

import (
	"context"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/login/gates"
	"gatehouse/sessions"
	"gatehouse/users"
)

// A refresh asks the organization's policy each time: it may have been set, or
// the person may have moved to another network, since the session was begun.

// again is a refresh within the session's organization. What the policy asks
// more than the session has is answered as at a sign-in; what it lets live
// less long is shortened, and ends here if it is too old already.
func (r *refreshing) again(tx *db.Tx, f *family, s *sessions.Session, u *users.User) error {
	if s.OrganizationID == nil {
		return nil
	}
	policy, err := policyOf(tx, s.OrganizationID)
	if err != nil {
		return err
	}
	if err := shorten(tx, f, s, gates.Bounds(policy)); err != nil {
		return err
	}
	if gates.Holds(policy, r.held(s)) {
		return nil
	}
	a := r.arrival(s, u, s.OrganizationID)
	verdict, _, err := gates.Check(tx, gates.Subject{User: u, Method: a.method, Via: a.via, MailboxProven: true, Second: a.second, Organization: a.organization, IP: r.ip})
	if err != nil || verdict.Gate == gates.Open {
		return err
	}
	r.stands, err = r.stand(tx, a, verdict)
	return err
}

func (r *refreshing) held(s *sessions.Session) gates.Session {
	return gates.Session{Organization: value(s.OrganizationID), User: s.UserID, Method: s.AuthMethod, Via: s.Via, Second: s.SecondMethod, IP: r.ip}
}

// shorten lets the session and its refresh tokens live no longer than bounds
// allow, and ends them where that is over.
func shorten(tx *db.Tx, f *family, s *sessions.Session, bounds sessions.Lifetimes) error {
	l := s.Lifetimes().Within(bounds)
	if l == s.Lifetimes() {
		return nil
	}
	if err := sessions.SetLifetimes(tx, s, l); err != nil {
		return err
	}
	if !s.LiveAt(tx.Now()) {
		if err := endSession(tx, s.ID, sessions.Outlived); err != nil {
			return err
		}
		return errEnded
	}
	f.ExpiresAt = s.ExpiresAt
	_, err := families.Update(tx, f.ID, db.Set{"expires_at": s.ExpiresAt})
	return err
}

// change is a refresh that moves the session to another organization: it is
// asked all that a sign-in to it would be.
func (r *refreshing) change(tx *db.Tx, i *issue, u *users.User) error {
	if operators(tx, *r.org) {
		return errNotMember
	}
	a := r.arrival(i.session, u, r.org)
	verdict, _, err := gates.Check(tx, gates.Subject{User: u, Method: a.method, Via: a.via, Second: a.second, Organization: a.organization, IP: r.ip})
	switch {
	case err != nil:
		return err
	case verdict.Gate == gates.NotMember:
		return errNotMember
	case verdict.Gate != gates.Open:
		r.stands, err = r.stand(tx, a, verdict)
		return err
	}
	return r.h.reach(tx, i, *r.org)
}

// reach moves a live session into an organization that admits it, for as long
// as sessions live there. One that is older than that stays where it is.
func (h *Handler) reach(tx *db.Tx, i *issue, org id.Organization) (err error) {
	bounds, err := boundsOf(tx, &org)
	if err != nil {
		return err
	}
	lifetimes := h.Lifetimes.Within(bounds)
	if !i.session.LivesWithin(lifetimes, tx.Now()) {
		return errLoginRequired
	}
	if i.role, err = roleIn(tx, &org, i.session.UserID); err != nil {
		return err
	}
	if err := sessions.SetLifetimes(tx, i.session, lifetimes); err != nil {
		return err
	}
	if _, err := families.UpdateWhere(tx, db.Set{"expires_at": i.session.ExpiresAt}, db.Eq("session_id", i.session.ID), db.Null("ended_at")); err != nil {
		return err
	}
	i.session, err = sessions.Switch(tx, i.session.ID, &org)
	return err
}

// fresh is the moment after which the person must have signed in: as the
// application asks, or as long ago as the organization that it names lets
// sessions begin. Otherwise an old sign-in would start new sessions there.
func (a *asked) fresh(tx *db.Tx) (*time.Time, error) {
	after := a.freshAfter(tx.Now())
	bounds, err := boundsOf(tx, a.organization)
	if err != nil || bounds.Absolute == 0 {
		return after, err
	}
	if at := tx.Now().Add(-bounds.Absolute); after == nil || after.Before(at) {
		after = &at
	}
	return after, nil
}

// arrival is the session's person before the organization's door.
func (r *refreshing) arrival(s *sessions.Session, u *users.User, org *id.Organization) *arrival {
	return &arrival{client: r.client, user: u, method: s.AuthMethod, at: s.AuthenticatedAt, second: s.SecondMethod, secondAt: s.SecondAt, via: s.Via,
		organization: org, session: &s.ID, ip: r.ip}
}

// stand keeps a token to go on with for the wire alone: the standard surface
// has no grants for further steps.
func (r *refreshing) stand(tx *db.Tx, a *arrival, v gates.Verdict) (*standing, error) {
	if r.surface != SurfaceWire {
		return &standing{arrival: a, Verdict: v}, gates.Record(tx, v.Gate, a.user, a.method, a.via, a.organization)
	}
	return r.h.stand(tx, a, v, a.organization)
}

// refusal is what the organization asks. On the standard surface the person
// is sent to the authorization endpoint, which asks them (the code is OpenID
// Connect Core's, §3.1.2.6).
func (r *refreshing) refusal(ctx context.Context, who actor.Actor) error {
	switch {
	case r.surface == SurfaceWire || r.stands.Gate == gates.NotMember:
		return r.h.refusal(ctx, r.stands, who)
	case r.stands.Gate == gates.AddressRefused:
		return errAddress
	}
	return errInteraction
}

// move ends the wait of a session that was asked for more before it could
// change its organization, or go on in it.
func (h *Handler) move(tx *db.Tx, key refreshKey, a *arrival) (*issue, error) {
	f, err := families.First(tx, db.Eq("session_id", *a.session), db.Eq("surface", SurfaceWire), db.Null("ended_at"))
	if err != nil {
		return nil, orElse(err, db.ErrNotFound, errPendingToken)
	}
	if f, err = families.GetForUpdate(tx, f.ID); err != nil { // the family first, as every refresh does
		return nil, err
	}
	s, err := sessions.Hold(tx, *a.session)
	if err != nil {
		return nil, orElse(err, sessions.ErrEnded, errPendingToken)
	}
	if a.second != nil && a.secondAt != nil {
		if err := sessions.StepUp(tx, s, *a.second, *a.secondAt); err != nil {
			return nil, err
		}
	}
	i := &issue{client: a.client, surface: SurfaceWire, session: s, user: a.user.Wire(), scope: parseScopes(value(f.Scope))}
	if a.organization != nil && *a.organization != value(s.OrganizationID) {
		err = h.reach(tx, i, *a.organization)
	} else {
		i.role, err = roleIn(tx, s.OrganizationID, s.UserID)
	}
	if err != nil {
		return nil, err
	}
	r := &refreshing{h: h, key: key, family: f.ID, generation: f.Generation, client: a.client}
	if err := r.advance(tx, f, i.session); err != nil {
		return nil, err
	}
	i.refresh = key.token(f.ID, f.Generation)
	return i, sessions.Used(tx, i.session)
}
