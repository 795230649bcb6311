package sso

import (
	"context"
	"errors"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso/saml"
	"gatehouse/sso/trail"
)

// SAMLLogout is a logout message that came to a connection's address: by
// redirect as the raw query, because its signature covers those bytes, or by a
// form.
type SAMLLogout struct {
	Connection                    id.Connection
	Query                         string
	Request, Response, RelayState string
}

// LoggedOut is what a logout message came to.
type LoggedOut struct {
	Away       *Away // the answer that the browser takes back to the provider
	ReturnPath string
	Name       string // of the connection
	Reference  string // of a refusal
}

// Ends ends the sessions that a provider names, in the transaction that uses
// its message up, and says how many there were.
type Ends func(tx *db.OrgTx, c id.Connection, who saml.Logout) (int, error)

// ReceiveLogout takes a logout message. A provider's request is verified by
// this connection's certificates, counts once, and ends what it names of this
// connection's people; its answer goes back by the browser. A provider's
// response ends a logout that was asked for here. A refusal is a
// *trail.Refusal, and has ended nothing.
func (s *Service) ReceiveLogout(ctx context.Context, who actor.Actor, in SAMLLogout, end Ends) (*LoggedOut, error) {
	setup, err := s.keyed(ctx, in.Connection, SAML)
	if err != nil {
		return nil, err
	}
	x := &departure{Service: s, who: who, setup: setup, out: &LoggedOut{Name: setup.Connection.Name}}
	if x.settings, err = setup.SAML(s.Base); err != nil {
		return nil, err
	}
	m, err := in.read()
	if err != nil {
		return x.refuse(ctx, err)
	}
	if m.IsRequest() {
		return x.asked(ctx, m, end)
	}
	return x.answered(ctx, m, in.RelayState)
}

func (in SAMLLogout) read() (*saml.LogoutMessage, error) {
	if in.Request != "" || in.Response != "" {
		return saml.ReadLogoutForm(in.Request, in.Response, in.RelayState)
	}
	return saml.ReadLogoutQuery(in.Query)
}

// departure is one logout message on its way.
type departure struct {
	*Service
	who      actor.Actor
	setup    *Setup
	settings saml.Settings
	trail    *trail.Trail
	out      *LoggedOut
}

// asked ends sessions because the provider says so.
func (x *departure) asked(ctx context.Context, m *saml.LogoutMessage, end Ends) (*LoggedOut, error) {
	var request *saml.LogoutRequest
	var err error
	request, x.trail, err = x.settings.VerifyLogoutRequest(m, saml.ExpectLogout{Now: x.DB.Now()})
	if err != nil {
		return x.refuse(ctx, err)
	}
	c := x.setup.Connection
	err = x.DB.InOrg(ctx, c.OrganizationID, x.who, func(tx *db.OrgTx) error {
		first, err := See(tx, c.ID, request.ID, request.RememberUntil)
		if err == nil && !first {
			err = errUsed
		}
		if err != nil {
			return err
		}
		n, err := end(tx, c.ID, request.Logout)
		if err != nil {
			return err
		}
		x.trail.Pass(trail.Replay, "")
		return x.store(tx, request.NameID, n, nil)
	})
	if errors.Is(err, errUsed) {
		return x.refuse(ctx, trail.Refuse(saml.ErrReplay, trail.Replay, "a request that was not used", request.ID))
	}
	if err != nil {
		return nil, err
	}
	x.out.Away, err = x.reply(ctx, request)
	return x.out, err
}

// reply is our answer, where the provider takes one.
func (x *departure) reply(ctx context.Context, request *saml.LogoutRequest) (*Away, error) {
	if x.settings.SLOResponseURL == "" && x.settings.IdPSLOURL == "" {
		return nil, nil
	}
	if x.settings.SigningKey == nil { // of a connection that signs nothing else
		setup, err := x.withKey(ctx, x.setup)
		if err != nil {
			return nil, err
		}
		if x.settings, err = setup.SAML(x.Base); err != nil {
			return nil, err
		}
	}
	out, err := x.settings.LogoutResponse(string(id.New[id.SSORequest]()), request.ID, false, request.RelayState, x.DB.Now())
	if err != nil {
		return nil, err
	}
	return outgoing(out, Away{Name: x.setup.Connection.Name}), nil
}

// outgoing is a SAML message on its way.
func outgoing(out saml.Outgoing, away Away) *Away {
	if out.Binding != saml.Post {
		away.URL = out.URL
		return &away
	}
	away.Action, away.Fields = out.URL, map[string]string{}
	for _, field := range out.Fields {
		away.Fields[field.Name] = field.Value
	}
	return &away
}

// answered ends a logout that was asked for here. Whatever the provider says,
// the sessions here have ended.
func (x *departure) answered(ctx context.Context, m *saml.LogoutMessage, relayState string) (*LoggedOut, error) {
	c := x.setup.Connection
	var r *Request
	err := x.DB.ReadOrg(ctx, c.OrganizationID, func(tx *db.OrgTx) (err error) {
		r, err = byID(tx, c.ID, m.UnverifiedInResponseTo())
		return err
	})
	if err == nil && (r.Purpose != Logout || !r.live(x.DB.Now())) {
		err = ErrRequest
	}
	if errors.Is(err, ErrRequest) {
		err = trail.Refuse(saml.ErrRequest, trail.Request, "a sign-out that was started here", m.UnverifiedInResponseTo())
	}
	var answer *saml.LogoutResponse
	if err == nil {
		answer, x.trail, err = x.settings.VerifyLogoutResponse(m, saml.ExpectLogout{RequestID: string(r.ID), Now: x.DB.Now()})
	}
	if err != nil {
		return x.refuse(ctx, err)
	}
	x.out.ReturnPath = said(r.ReturnPath)
	return x.out, x.DB.InOrg(ctx, c.OrganizationID, x.who, func(tx *db.OrgTx) error {
		first, err := r.answer(tx)
		if err != nil || !first || r.RecordedID == nil {
			return err
		}
		return concludeLogout(tx, *r.RecordedID, x.trail, answer)
	})
}

// concludeLogout ends the record of a logout that was asked for here.
func concludeLogout(tx *db.OrgTx, record id.SSOAttempt, t *trail.Trail, answer *saml.LogoutResponse) error {
	a, err := attempts.Get(tx, record)
	if err != nil {
		return err
	}
	if !answer.Success {
		t.Warn(trail.Status, answer.Status)
	}
	now := tx.Now()
	a.Outcome, a.FinishedAt, a.Steps = Succeeded, &now, t.Steps
	_, err = a.store(tx)
	return err
}

// store records what a provider's message came to.
func (x *departure) store(tx *db.OrgTx, subject string, ended int, refused *trail.Refusal) error {
	c := x.setup.Connection
	a := newAttempt(tx, c.ID, KindLogout)
	now := tx.Now()
	if x.trail != nil && len(x.trail.Steps) > 0 {
		a.Steps = x.trail.Steps
	}
	a.Outcome, a.FinishedAt, a.Subject = Succeeded, &now, some(trail.Clean(subject))
	if refused != nil {
		j := judged{refused: refused}
		if x.trail != nil {
			j.trail = *x.trail
		}
		j.into(a, now)
	}
	x.out.Reference = a.Reference
	if err := attempts.Insert(tx, a); err != nil {
		return err
	}
	e := audit.SingleLogout{Connection: c.ID, Sessions: ended}
	if refused != nil {
		e.Error = &audit.AuthenticationError{Code: refused.Code(), Message: refused.Problem.Message}
	}
	who := tx.Actor()
	tx.As(who.Referring(a.Reference))
	defer tx.As(who)
	return audit.Record(tx, e)
}

// refuse records why a message ended nothing. Of what strangers send not
// everything is written down.
func (x *departure) refuse(ctx context.Context, err error) (*LoggedOut, error) {
	refused := refusal(err, trail.Structure)
	if refused == nil {
		return nil, err
	}
	if !x.strangers.of(x.setup.Connection.ID).Take(x.DB.Now()) {
		return x.out, refused
	}
	failed := x.DB.InOrg(context.WithoutCancel(ctx), x.setup.Connection.OrganizationID, x.who, func(tx *db.OrgTx) error {
		return x.store(tx, "", 0, refused)
	})
	if failed != nil {
		return nil, failed
	}
	return x.out, refused
}

func said(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
