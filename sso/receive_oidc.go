package sso

import (
	"context"
	"encoding/json"
	"errors"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso/oidc"
	"gatehouse/sso/trail"
)

// OIDCAnswer is what a browser brought to a connection's callback.
type OIDCAnswer struct {
	Connection id.Connection
	State      string
	Answer     oidc.Answer
	Bound      func(id.SSORequest) string // the secret that the browser has for that request, or ""
}

// ReceiveOIDC redeems a code. Who came waits on the request, until Take. A
// refusal is a *trail.Refusal, and comes with its record.
func (s *Service) ReceiveOIDC(ctx context.Context, who actor.Actor, in OIDCAnswer) (*Received, error) {
	x, err := s.open(ctx, who, in.Connection, OIDC)
	if err != nil {
		return nil, err
	}
	if err := x.findSent(ctx, in); err != nil {
		return x.refuse(ctx, err)
	}
	x.trail.Pass(trail.Request, "")
	if err := x.redeem(ctx, in.Answer); err != nil {
		return x.refuse(ctx, err)
	}
	var out *Received
	err = s.DB.InOrg(ctx, x.setup.Connection.OrganizationID, who, func(tx *db.OrgTx) (err error) {
		out, err = x.keep(tx)
		return err
	})
	if err == nil {
		x.shadow(ctx, out.Record)
	}
	return out, err
}

// findSent is the request with that state. It is used up before the code goes
// anywhere, and whatever comes of it.
func (x *arrival) findSent(ctx context.Context, in OIDCAnswer) error {
	var r *Request
	err := x.DB.ReadOrg(ctx, x.setup.Connection.OrganizationID, func(tx *db.OrgTx) (err error) {
		r, err = byState(tx, in.Connection, in.State)
		return err
	})
	if errors.Is(err, ErrRequest) {
		return trail.Refuse(ErrRequest, trail.Request, "the state of a sign-in that was started here", "another, or none")
	}
	if err != nil {
		return err
	}
	if refused := x.belongs(ctx, r, in.Bound); refused != nil {
		return refused
	}
	err = x.DB.InOrg(ctx, x.setup.Connection.OrganizationID, x.who, func(tx *db.OrgTx) (err error) {
		x.mine, err = r.answer(tx)
		return err
	})
	if err == nil && !x.mine {
		return trail.Refuse(x.used(), trail.Replay, "an answer to a sign-in that waits for it", "the sign-in was answered already")
	}
	return err
}

// redeem asks the provider who came, and maps what it says.
func (x *arrival) redeem(ctx context.Context, a oidc.Answer) error {
	asked := oidc.Request{Nonce: x.request.carried.Nonce, Verifier: x.request.carried.Verifier}
	client := x.setup.OIDC(x.Base)
	client.Userinfo = true
	who, err := x.Party.RedeemNoting(ctx, client, asked, a, &x.trail)
	if err != nil {
		return err
	}
	if x.setup.Candidate != nil {
		x.again = func(ctx context.Context) (*Shadow, error) { return x.shadowOIDC(ctx, asked, who) }
	}
	profile, refused := x.setup.Connection.AttributeMap.fromOIDC(x.setup.Connection, who)
	x.profile, x.attributes, x.document = profile, shown(profile.Raw), redactClaims(who.Claims)
	if refused != nil {
		return refused
	}
	x.trail.Pass(trail.Attributes, "")
	return nil
}

// redactClaims is what an ID token and userinfo said, for admins: without
// signature, so that it can never be used, and without what is nobody's
// business.
func redactClaims(claims map[string]any) string {
	text, err := json.MarshalIndent(withoutSecrets(claims), "", "  ")
	if err != nil {
		return ""
	}
	return string(text)
}

// withoutSecrets is a claim, and all in it, without what sounds like a secret.
func withoutSecrets(claim any) any {
	switch c := claim.(type) {
	case map[string]any:
		kept := make(map[string]any, len(c))
		for name, value := range c {
			if secretive.MatchString(name) {
				value = redacted
			}
			kept[name] = withoutSecrets(value)
		}
		return kept
	case []any:
		kept := make([]any, len(c))
		for n, value := range c {
			kept[n] = withoutSecrets(value)
		}
		return kept
	}
	return claim
}
