package oauth

import (
	"context"
	"errors"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
	"gatehouse/internal/wire"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

// passwordGrant signs a person in by the application's own form. The check,
// its record and the session commit together.
func (h *Handler) passwordGrant(ctx context.Context, c *caller, t *tokenRequest, who actor.Actor) (*issue, error) {
	if !c.proven {
		return nil, errInvalidClient.WithMessage("This grant needs the client_secret.")
	}
	if t.Email == "" {
		return nil, missing("email")
	}
	if t.Password == "" {
		return nil, missing("password")
	}
	key, err := h.tokenKey(ctx)
	if err != nil {
		return nil, err
	}
	var i *issue
	var pending error
	checked, err := h.Passwords.Check(ctx, users.Try{Email: t.Email, Password: t.Password, Who: who}, func(tx *db.Tx, u *users.User) (err error) {
		i, pending, err = h.enter(tx, key, c, t, u, sessions.Password)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case checked.Code == users.CodeWait:
		return nil, errTooMany.WithRetryAfter(checked.Wait)
	case checked.Code == users.CodeBanned:
		return nil, users.ErrBanned
	case !checked.OK:
		return nil, errCredentials
	}
	return i, pending
}

// enter starts a session in the person's organization: the only one, or none.
// Where there are several the answer asks which, and pending says so; that
// the sign-in succeeded so far is committed all the same.
func (h *Handler) enter(tx *db.Tx, key refreshKey, c *caller, t *tokenRequest, u *users.User, method sessions.Method) (i *issue, pending, err error) {
	choices, err := choicesOf(tx, u.ID)
	if err != nil {
		return nil, nil, err
	}
	if len(choices) > 1 {
		pending, err = askOrganization(tx, c, u, method, choices)
		return nil, pending, err
	}
	b := beginning{client: c.registration, surface: SurfaceWire, user: u}
	b.session = sessions.New{Method: method, AuthenticatedAt: tx.Now()}
	b.session.IP, b.session.UserAgent = t.person(c)
	if len(choices) == 1 {
		b.session.Organization = &choices[0].Organization
	}
	i, err = h.start(tx, key, b)
	return i, nil, err
}

// pendingOrganization is an organization that a person may choose.
type pendingOrganization struct {
	ID   id.Organization `json:"id"`
	Name string          `json:"name"`
}

// askOrganization keeps how far the sign-in came, and gives the token with
// which the application completes it.
func askOrganization(tx *db.Tx, c *caller, u *users.User, method sessions.Method, choices []users.Choice) (pending, err error) {
	token := seal.Token(seal.TokenBytes)
	g := &grant{ID: id.New[id.Grant](), ClientID: c.ID, Surface: surfacePending, UserID: u.ID, CodeHash: seal.Hash(token),
		AuthMethod: string(method), AuthenticatedAt: tx.Now(), ExpiresAt: tx.Now().Add(pendingLifetime)}
	if err := grants.Insert(tx, g); err != nil {
		return nil, err
	}
	organizations := wire.Array[pendingOrganization]{}
	for _, choice := range choices {
		organizations = append(organizations, pendingOrganization{choice.Organization, choice.Name})
	}
	return errSelectOrganization.WithFields(map[string]any{
		"pending_authentication_token": token, "organizations": organizations, "user": u.Wire()}), nil
}

// selectOrganization completes a sign-in that asked for an organization.
// Choosing a wrong one does not spend the token.
func (h *Handler) selectOrganization(ctx context.Context, c *caller, t *tokenRequest, who actor.Actor) (*issue, error) {
	if !c.proven {
		return nil, errInvalidClient.WithMessage("This grant needs the client_secret.")
	}
	if t.PendingToken == "" {
		return nil, missing("pending_authentication_token")
	}
	if t.OrganizationID == "" {
		return nil, missing("organization_id")
	}
	org, err := id.Parse[id.Organization](t.OrganizationID)
	if err != nil {
		return nil, errOrganizationID
	}
	key, err := h.tokenKey(ctx)
	if err != nil {
		return nil, err
	}
	var i *issue
	err = h.DB.Tx(ctx, who, func(tx *db.Tx) (err error) {
		i, err = h.complete(tx, key, c, t, org)
		return err
	})
	return i, err
}

func (h *Handler) complete(tx *db.Tx, key refreshKey, c *caller, t *tokenRequest, org id.Organization) (*issue, error) {
	g, err := grants.First(tx, db.Eq("code_hash", seal.Hash(t.PendingToken)), db.Eq("surface", surfacePending), db.Eq("client_id", c.ID))
	if errors.Is(err, db.ErrNotFound) {
		return nil, errPendingToken
	}
	if err != nil {
		return nil, err
	}
	if o, err := tenants.Get(tx, org); err != nil {
		return nil, orElse(err, db.ErrNotFound, errOrganizationID)
	} else if o.System { // no application is for the operators' own
		return nil, errOrganizationID
	}
	u, err := users.Get(tx, g.UserID)
	if err != nil {
		return nil, orElse(err, db.ErrNotFound, errPendingToken)
	}
	if stands, err := users.PasswordStands(tx, u.ID, g.AuthenticatedAt); err != nil {
		return nil, err
	} else if !stands {
		return nil, errPendingToken // whoever knew the old password may be why it was changed
	}
	b := beginning{client: c.registration, surface: SurfaceWire, user: u}
	b.session = sessions.New{Method: sessions.Method(g.AuthMethod), AuthenticatedAt: g.AuthenticatedAt, Organization: &org}
	b.session.IP, b.session.UserAgent = t.person(c)
	i, err := h.start(tx, key, b)
	if err != nil {
		return nil, orElse(err, errNotMember, errOrganizationID)
	}
	n, err := grants.Update(tx, g.ID, db.Set{"used_at": tx.Now(), "session_id": i.session.ID}, db.Null("used_at"), db.Gt("expires_at", tx.Now()))
	if err == nil && n == 0 {
		return nil, errPendingToken
	}
	return i, err
}

// orElse is instead where err is what, and err otherwise.
func orElse(err error, what, instead *problem.Error) error {
	if errors.Is(err, what) {
		return instead
	}
	return err
}
