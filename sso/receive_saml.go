package sso

import (
	"context"
	"errors"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/sso/saml"
	"gatehouse/sso/trail"
)

// SAMLAnswer is what a browser posted to a connection's ACS.
type SAMLAnswer struct {
	Connection id.Connection
	Response   string // the SAMLResponse field as it came
	RelayState string
	Bound      func(id.SSORequest) string // the secret that the browser has for that request, or ""
}

// ReceiveSAML judges a response. Who came waits on the request, until Take; an
// unsolicited one signs nobody in (Received.Request is nil then) and is to be
// followed by a sign-in that is asked for. A refusal is a *trail.Refusal, and
// comes with its record.
func (s *Service) ReceiveSAML(ctx context.Context, who actor.Actor, in SAMLAnswer) (*Received, error) {
	x, err := s.open(ctx, who, in.Connection, SAML)
	if err != nil {
		return nil, err
	}
	response, err := saml.ReadResponse(in.Response)
	if response != nil {
		x.document = saml.Redact(response.Document())
	}
	if err != nil {
		return x.refuse(ctx, err)
	}
	if response.UnverifiedInResponseTo() == "" {
		return x.receiveUnsolicited(ctx, response, in)
	}
	if err := x.findAsked(ctx, response.UnverifiedInResponseTo(), in); err != nil {
		return x.refuse(ctx, err)
	}
	expect := saml.Expect{RequestID: string(x.request.ID), Now: s.DB.Now()}
	until, err := x.verify(response, expect)
	if err != nil {
		return x.refuse(ctx, err)
	}
	var out *Received
	err = s.DB.InOrg(ctx, x.setup.Connection.OrganizationID, who, func(tx *db.OrgTx) error {
		first, err := x.request.answer(tx)
		if err == nil && first {
			first, err = See(tx, in.Connection, x.assertion, until)
		}
		if err == nil && !first {
			err = errUsed
		}
		if err != nil {
			return err
		}
		x.trail.Pass(trail.Replay, "")
		out, err = x.keep(tx)
		return err
	})
	if errors.Is(err, errUsed) {
		return x.refuse(ctx, trail.Refuse(saml.ErrReplay, trail.Replay, "an assertion that was not used", x.assertion))
	}
	if err == nil {
		x.shadow(ctx, out.Record)
	}
	return out, err
}

// findAsked is the request that the response says it answers. What RelayState
// says must be the same: both went to this browser together.
func (x *arrival) findAsked(ctx context.Context, named string, in SAMLAnswer) error {
	var r *Request
	err := x.DB.ReadOrg(ctx, x.setup.Connection.OrganizationID, func(tx *db.OrgTx) (err error) {
		r, err = byID(tx, in.Connection, named)
		if err != nil || in.RelayState == "" {
			return err
		}
		by, err := byState(tx, in.Connection, in.RelayState)
		if err == nil && by.ID != r.ID {
			err = ErrRequest
		}
		return err
	})
	if errors.Is(err, ErrRequest) {
		return trail.Refuse(saml.ErrRequest, trail.Request, "a sign-in that was started here, and its RelayState", named)
	}
	if err != nil {
		return err
	}
	if refused := x.belongs(ctx, r, in.Bound); refused != nil {
		return refused
	}
	return nil
}

// used is the problem of an answer to what was answered already.
func (x *arrival) used() *problem.Error {
	if x.setup.Connection.Protocol == SAML {
		return saml.ErrReplay
	}
	return ErrRequest
}

// verify makes every check of the protocol, and maps what was said. until is
// when the assertion may be forgotten.
func (x *arrival) verify(response *saml.Response, expect saml.Expect) (until time.Time, err error) {
	settings, err := x.setup.SAML(x.Base)
	if err != nil {
		return until, err
	}
	if x.setup.Candidate != nil {
		x.again = func(context.Context) (*Shadow, error) { return x.setup.shadowSAML(x.Base, response, expect) }
	}
	a, steps, err := settings.Verify(response, expect)
	if steps != nil {
		x.trail.Steps = append(x.trail.Steps, steps.Steps...)
	}
	if err != nil {
		return until, err
	}
	profile, refused := x.setup.Connection.AttributeMap.fromSAML(x.setup.Connection, a)
	x.assertion, x.profile, x.attributes = a.ID, profile, shown(profile.Raw)
	if refused != nil {
		return until, refused
	}
	x.trail.Pass(trail.Attributes, "")
	return a.NotOnOrAfter.Add(saml.MaxClockSkew), nil // the connection may allow more tomorrow than today
}

// receiveUnsolicited judges a response that nobody asked for. Where the
// connection takes such ones it is a reason to ask: whoever could make a
// browser post a response of their own would else sign it in as themselves
// (SECURITY.md S13).
func (x *arrival) receiveUnsolicited(ctx context.Context, response *saml.Response, in SAMLAnswer) (*Received, error) {
	x.unsolicited = true
	c := x.setup.Connection
	switch {
	case c.State != Active:
		return x.refuse(ctx, trail.Refuse(ErrInactive, trail.Request, "", ""))
	case !c.IDPInitiated:
		return x.refuse(ctx, trail.Refuse(saml.ErrUnsolicited, trail.Request, "a sign-in that was started here", response.UnverifiedIssuer()))
	}
	until, err := x.verify(response, saml.Expect{Unsolicited: true, Now: x.DB.Now()})
	if err != nil {
		return x.refuse(ctx, err)
	}
	out := &Received{Connection: c, Profile: x.profile, RelayState: in.RelayState}
	err = x.DB.InOrg(ctx, c.OrganizationID, x.who, func(tx *db.OrgTx) error {
		first, err := See(tx, c.ID, x.assertion, until)
		if err == nil && !first {
			err = errUsed
		}
		if err != nil {
			return err
		}
		x.trail.Pass(trail.Replay, "")
		a, now := newAttempt(tx, c.ID, KindIDPInitiated), tx.Now()
		x.into(a, now)
		a.Outcome, a.FinishedAt = Succeeded, &now
		out.Record, out.Reference = a.ID, a.Reference
		return attempts.Insert(tx, a)
	})
	if errors.Is(err, errUsed) {
		return x.refuse(ctx, trail.Refuse(saml.ErrReplay, trail.Replay, "an assertion that was not used", x.assertion))
	}
	return out, err
}
