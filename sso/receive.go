package sso

import (
	"context"
	"errors"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/sso/trail"
)

// arrival is one answer on its way through the judgement.
type arrival struct {
	*Service
	who     actor.Actor
	setup   *Setup
	request *Request // proven to be this browser's
	mine    bool     // this answer has used the request up
	judged
}

// errUsed ends the transaction in which somebody else turned out to be first.
var errUsed = errors.New("sso: used meanwhile")

// open takes up an answer at a connection, or ErrUnknown.
func (s *Service) open(ctx context.Context, who actor.Actor, c id.Connection, p Protocol) (*arrival, error) {
	setup, err := s.locate(ctx, c)
	if err != nil {
		return nil, err
	}
	if setup.Connection.Protocol != p {
		return nil, ErrUnknown
	}
	return &arrival{Service: s, who: who, setup: setup}, nil
}

// belongs says why the answer to a request that was found is not looked at.
// The order matters: what a stranger sends tells nothing of the request.
func (x *arrival) belongs(ctx context.Context, r *Request, bound func(id.SSORequest) string) *trail.Refusal {
	switch {
	case !r.bound(bound(r.ID)):
		return trail.Refuse(ErrRequest, trail.Request, "the browser that was sent away", "another browser, or one that lost its cookie")
	case r.AnsweredAt != nil:
		return trail.Refuse(x.used(), trail.Replay, "an answer to a sign-in that waits for it", "the sign-in was answered already")
	case !r.live(x.DB.Now()):
		return trail.Refuse(ErrRequest, trail.Request, "an answer within 30 minutes", "the sign-in has run out")
	case r.Purpose == Logout:
		return trail.Refuse(ErrRequest, trail.Request, "an answer to a sign-in", "a logout was asked for")
	case r.Purpose != Test && x.setup.Connection.State != Active:
		x.request = r
		return trail.Refuse(ErrInactive, trail.Request, "", "")
	}
	x.request = r
	return nil
}

// refuse records why an answer was refused, and returns that.
func (x *arrival) refuse(ctx context.Context, err error) (*Received, error) {
	x.refused = refusal(err, trail.Structure)
	if x.refused == nil {
		return nil, err
	}
	out := &Received{Request: x.request, Connection: x.setup.Connection, Profile: x.profile}
	if x.request == nil && !x.strangers.of(x.setup.Connection.ID).Take(x.DB.Now()) {
		return out, x.refused
	}
	ctx = context.WithoutCancel(ctx)
	failed := x.DB.InOrg(ctx, out.Connection.OrganizationID, x.who, func(tx *db.OrgTx) error {
		a, err := x.ending(tx)
		if err != nil {
			return err
		}
		out.Record, out.Reference = a.ID, a.Reference
		return a.conclude(tx, x.refused)
	})
	if failed != nil {
		return nil, failed
	}
	x.shadow(ctx, out.Record)
	return out, x.refused
}

// ending writes the refusal into the record of the request, where this is its
// answer, and else into one of its own: a second answer changes nothing of what
// is known of the first.
func (x *arrival) ending(tx *db.OrgTx) (*Attempt, error) {
	if x.request != nil && !x.mine {
		var err error
		if x.mine, err = x.request.answer(tx); err != nil {
			return nil, err
		}
	}
	if x.mine && x.request.RecordedID != nil {
		a, err := attempts.Get(tx, *x.request.RecordedID)
		if err != nil {
			return nil, err
		}
		x.into(a, tx.Now())
		if ours, err := a.store(tx); err != nil || ours {
			return a, err
		}
	}
	kind := KindSignIn
	switch {
	case x.request != nil:
		kind = kindOf(x.request.Purpose)
	case x.unsolicited:
		kind = KindIDPInitiated
	}
	a := newAttempt(tx, x.setup.Connection.ID, kind)
	x.into(a, tx.Now())
	return a, attempts.Insert(tx, a)
}

// keep stores who came on the request, and the checks that held in its record.
func (x *arrival) keep(tx *db.OrgTx) (*Received, error) {
	if err := x.request.keep(tx, x.profile); err != nil {
		return nil, err
	}
	a, err := attempts.Get(tx, *x.request.RecordedID)
	if err != nil {
		return nil, err
	}
	x.into(a, tx.Now())
	if _, err := a.store(tx); err != nil {
		return nil, err
	}
	c := x.setup.Connection
	if _, err := connections.Update(tx, c.ID, db.Set{"last_used_at": tx.Now()}.Quiet()); err != nil {
		return nil, err
	}
	return &Received{Request: x.request, Connection: c, Profile: x.profile, Record: a.ID, Reference: a.Reference}, nil
}

// refusal is err as a refusal, or nil where it is the server's fault. check is
// where a problem that does not say itself belongs.
func refusal(err error, check string) *trail.Refusal {
	if r := trail.As(err); r != nil {
		return r
	}
	if p := problem.As(err); p != nil {
		return trail.Refuse(p, check, "", "")
	}
	return nil
}
