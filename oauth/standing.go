package oauth

import (
	"context"
	"slices"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
	"gatehouse/login/gates"
	"gatehouse/mailbox"
	"gatehouse/mfa"
	"gatehouse/sessions"
	"gatehouse/sso"
	"gatehouse/tenants"
)

// standing is a person before a gate. refusal says so in the wire's words
// (reference/wire-api.md 2.4).
type standing struct {
	*arrival
	gates.Verdict
	settings    tenants.Settings
	factors     wire.Array[pendingFactor]
	connections wire.Array[id.Connection] // by which single sign-on goes
}

// pendingFactor is what a person can take the second step with. Those of type
// webauthn answer on the hosted pages alone.
type pendingFactor struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

// pendingOrganization is an organization that a person may choose.
type pendingOrganization struct {
	ID   id.Organization `json:"id"`
	Name string          `json:"name"`
}

// authMethods are the ways in that the wire names, and whether they are open.
type authMethods struct {
	Password  bool `json:"password"`
	MagicAuth bool `json:"magic_auth"`
	Google    bool `json:"google_oauth"`
	Microsoft bool `json:"microsoft_oauth"`
	GitHub    bool `json:"github_oauth"`
	Apple     bool `json:"apple_oauth"`
}

// stand keeps how far the person came before the organization that they would enter. Where they are refused for where they
// are, or do not belong, nothing they could bring later would help.
func (h *Handler) stand(tx *db.Tx, a *arrival, v gates.Verdict, org *id.Organization) (*standing, error) {
	s := &standing{arrival: a, Verdict: v}
	if err := gates.Record(tx, v.Gate, a.user, a.method, a.via, org); err != nil {
		return nil, err
	}
	if v.Gate == gates.AddressRefused || v.Gate == gates.NotMember {
		return s, nil
	}
	var err error
	if s.settings, err = tenants.GetSettings(tx); err != nil {
		return nil, err
	}
	if v.Gate == gates.Challenge {
		if s.factors, err = factorsOf(tx, a.user.ID, v.Seconds); err != nil {
			return nil, err
		}
	}
	if s.connections, err = connectionsFor(tx, org, v); err != nil {
		return nil, err
	}
	if a.token != "" {
		return s, nil
	}
	return s, a.keep(tx)
}

// factorsOf are the person's second steps that count, those that a code
// answers first: SDKs ask for the first.
func factorsOf(tx *db.Tx, user id.User, counting []sessions.Second) (wire.Array[pendingFactor], error) {
	methods, err := mfa.List(tx, user)
	out := wire.Array[pendingFactor]{}
	for _, m := range methods {
		if m.Kind != sessions.SecondWebAuthn && slices.Contains(counting, m.Kind) {
			out = append(out, pendingFactor{m.ID, string(m.Kind)})
		}
	}
	for _, m := range methods {
		if m.Kind == sessions.SecondWebAuthn && slices.Contains(counting, m.Kind) {
			out = append(out, pendingFactor{m.ID, string(m.Kind)})
		}
	}
	return out, err
}

// refusal is the answer. It may mail a code, so never call it inside a
// transaction.
func (h *Handler) refusal(ctx context.Context, s *standing, who actor.Actor) error {
	switch s.Gate {
	case gates.NotMember:
		return errNotMember
	case gates.AddressRefused:
		return errAddress
	case gates.VerifyEmail:
		return h.askVerification(ctx, s, who)
	case gates.Challenge:
		return s.with(errChallenge, map[string]any{"authentication_factors": s.factors, "user": s.user.Wire()})
	case gates.Enroll:
		return s.with(errEnroll, map[string]any{"user": s.user.Wire()})
	case gates.SelectOrganization:
		return s.with(errSelectOrganization, map[string]any{"organizations": s.organizations(), "user": s.user.Wire()})
	case gates.SSORequired:
		return s.with(errSSORequired, map[string]any{"connection_ids": s.connections, "email": s.user.Email})
	}
	return s.with(errMethods, map[string]any{"sso_connection_ids": s.connections, "auth_methods": s.open(), "email": s.user.Email})
}

// connectionsFor are the active connections by which the person can pass the
// gate. An organization that asks for single sign-on and has turned its
// connections off has none: its break-glass people alone get in, and the answer
// says so by an empty list.
func connectionsFor(tx *db.Tx, org *id.Organization, v gates.Verdict) (wire.Array[id.Connection], error) {
	ids := wire.Array[id.Connection]{}
	if org == nil || v.Gate != gates.SSORequired && !slices.Contains(v.Methods, string(sessions.SSO)) {
		return ids, nil
	}
	err := tx.Locate(func(tx *db.AllTx) error {
		active, err := sso.LocateActive(tx, *org)
		for _, c := range active {
			ids = append(ids, c.ID)
		}
		return err
	})
	return ids, err
}

func (s *standing) with(p *problem.Error, fields map[string]any) error {
	fields["pending_authentication_token"] = s.token
	return p.WithFields(fields)
}

func (s *standing) organizations() wire.Array[pendingOrganization] {
	out := wire.Array[pendingOrganization]{}
	for _, c := range s.Choices {
		out = append(out, pendingOrganization{c.ID, c.Name})
	}
	return out
}

// open are the ways in that the organization takes and the deployment has.
func (s *standing) open() authMethods {
	takes := func(m sessions.Method) bool { return slices.Contains(s.Methods, string(m)) }
	return authMethods{
		Password: s.settings.Password && takes(sessions.Password), MagicAuth: s.settings.MagicAuth && takes(sessions.MagicAuth),
		Google: takes(sessions.GoogleOAuth), Microsoft: takes(sessions.MicrosoftOAuth), GitHub: takes(sessions.GitHubOAuth), Apple: takes(sessions.AppleOAuth),
	}
}

// askVerification makes a code that proves the person's address, and mails it
// where the deployment does that. A sign-in that asks again keeps its code.
func (h *Handler) askVerification(ctx context.Context, s *standing, who actor.Actor) error {
	if s.proof == nil {
		if err := h.mailVerification(ctx, s, who); err != nil {
			return err
		}
	}
	return s.with(errVerifyEmail, map[string]any{"email": s.user.Email, "email_verification_id": mailbox.VerificationID(*s.proof)})
}

func (h *Handler) mailVerification(ctx context.Context, s *standing, who actor.Actor) error {
	err := h.Mailbox.MaySend(ctx, mailbox.EmailVerification, s.user.Email, s.ip)
	if p := problem.As(err); p != nil && p.Kind == problem.TooMany {
		return errTooMany.WithRetryAfter(p.RetryAfter)
	}
	if err != nil {
		return err
	}
	return h.DB.Tx(ctx, who, func(tx *db.Tx) error {
		letter := mailbox.Letter{Mail: s.settings.SendEmailVerification, Application: s.client.Name, Organization: s.organization}
		i, err := h.Mailbox.Send(tx, mailbox.New{Kind: mailbox.EmailVerification, Email: s.user.Email, User: s.user}, letter)
		if err != nil {
			return err
		}
		s.proof = &i.ID
		_, err = grants.Update(tx, s.row, db.Set{"proof_id": i.ID}, db.Null("used_at"))
		return err
	})
}
