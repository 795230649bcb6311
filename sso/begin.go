package sso

import (
	"context"
	"errors"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/sso/oidc"
	"gatehouse/sso/saml"
	"gatehouse/sso/trail"
)

// Begin stores a request and says where the browser goes. The caller gives the
// browser the cookie whose secret is f.Bound. Where the provider cannot be
// asked, the try is recorded as failed: Away then has the record alone.
func (s *Service) Begin(ctx context.Context, who actor.Actor, c id.Connection, f For) (Away, error) {
	if f.Purpose == "" {
		f.Purpose = SignIn
	}
	setup, err := s.keyed(ctx, c, "")
	if err != nil {
		return Away{}, err
	}
	if err := setup.admits(f.Purpose); err != nil {
		return Away{Name: setup.Connection.Name}, err
	}
	away := Away{Request: id.New[id.SSORequest](), Name: setup.Connection.Name}
	keep := carried{Returns: f.Returns}
	state := seal.Token(seal.TokenBytes) // 43 characters: RelayState has at most 80 bytes (SAML Bindings §3.4.3)
	if setup.Connection.Protocol == SAML {
		err = s.askSAML(setup, f, state, &away)
	} else {
		keep, err = s.askOIDC(ctx, setup, f, state, &away)
	}
	refused := refusal(err, trail.Discovery)
	if err != nil && refused == nil {
		return Away{}, err
	}
	err = s.DB.InOrg(ctx, setup.Connection.OrganizationID, who, func(tx *db.OrgTx) error {
		a := newAttempt(tx, c, kindOf(f.Purpose))
		a.Actor = some(f.Actor)
		away.Record, away.Reference = a.ID, a.Reference
		tx.As(tx.Actor().Referring(a.Reference))
		if refused != nil {
			j := judged{refused: refused}
			j.into(a, tx.Now())
			return errors.Join(attempts.Insert(tx, a), a.conclude(tx, refused))
		}
		if err := attempts.Insert(tx, a); err != nil {
			return err
		}
		if err := newRequest(tx, away.Request, c, a.ID, f, state, keep); err != nil || f.Purpose != SignIn {
			return err
		}
		return audit.Record(tx, a.event(nil))
	})
	if err == nil && refused != nil {
		return Away{Record: away.Record, Reference: away.Reference, Name: away.Name}, refused
	}
	return away, err
}

// admits says why a connection sends nobody away now. A draft is for tests.
func (s *Setup) admits(p Purpose) error {
	if p == Test {
		return s.Complete()
	}
	if s.Connection.State != Active {
		return ErrInactive
	}
	return nil
}

func kindOf(p Purpose) Kind {
	switch p {
	case Test:
		return KindTest
	case Logout:
		return KindLogout
	}
	return KindSignIn
}

func (s *Service) askSAML(setup *Setup, f For, state string, away *Away) error {
	settings, err := setup.SAML(s.Base)
	if err != nil {
		return err
	}
	settings.ForceAuthn = settings.ForceAuthn || f.ForceAuthn || f.Prompt == "login"
	out, err := settings.Request(string(away.Request), state, s.DB.Now())
	if err != nil {
		return err
	}
	if out.Binding != saml.Post {
		away.URL = out.URL
		return nil
	}
	away.Action, away.Fields = out.URL, map[string]string{}
	for _, field := range out.Fields {
		away.Fields[field.Name] = field.Value
	}
	return nil
}

func (s *Service) askOIDC(ctx context.Context, setup *Setup, f For, state string, away *Away) (carried, error) {
	r := oidc.NewRequest()
	r.State, r.Scopes, r.Hints = state, f.Scopes, f.hints()
	to, err := s.Party.Authorize(ctx, setup.OIDC(s.Base), r)
	away.URL = to
	return carried{Nonce: r.Nonce, Verifier: r.Verifier, Returns: f.Returns}, err
}

// hints are the wishes, as OpenID providers call them. hd is Google's for the
// domain, domain_hint is Microsoft's.
func (f For) hints() map[string]string {
	all := map[string]string{}
	for name, value := range f.Query {
		all[name] = value
	}
	prompt := f.Prompt
	if f.ForceAuthn {
		prompt = "login"
	}
	for name, value := range map[string]string{"login_hint": f.LoginHint, "prompt": prompt, "domain_hint": f.DomainHint, "hd": f.DomainHint} {
		if value != "" {
			all[name] = value
		}
	}
	return all
}

// locate reads all that one sign-in needs of a connection, or ErrUnknown.
func (s *Service) locate(ctx context.Context, c id.Connection) (setup *Setup, err error) {
	err = s.DB.Locate(ctx, func(tx *db.AllTx) error {
		org, err := LocateConnection(tx, c)
		if err != nil {
			return err
		}
		return tx.In(org, func(tx *db.OrgTx) error {
			setup, err = Load(tx, c)
			return err
		})
	})
	if errors.Is(err, db.ErrNotFound) {
		return nil, ErrUnknown
	}
	return setup, err
}
