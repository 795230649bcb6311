package oauth

import (
	"context"
	"errors"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/internal/wire"
	"gatehouse/sessions"
	"gatehouse/users"
)

// issue is all that a token answer is made of. It is filled in within a
// transaction and signed after it has committed.
type issue struct {
	client  *registration
	surface Surface
	session *sessions.Session
	user    wire.User
	role    string
	refresh string // the refresh token; "" gives none
	scope   scopes
	nonce   string
}

// beginning is what a new session and its tokens start from.
type beginning struct {
	client  *registration
	surface Surface
	user    *users.User
	session sessions.New
	bounds  sessions.Lifetimes // what the organization allows; zero where it does not say
	scope   scopes
	nonce   string
}

// start makes the application's session and its family of refresh tokens. The
// person must be an active member of the organization that it is for.
func (h *Handler) start(tx *db.Tx, key refreshKey, b beginning) (*issue, error) {
	i := &issue{client: b.client, surface: b.surface, scope: b.scope, nonce: b.nonce, user: b.user.Wire()}
	if b.user.BannedNow(tx.Now()) {
		return nil, errInvalidGrant
	}
	var err error
	if i.role, err = roleIn(tx, b.session.Organization, b.user.ID); err != nil {
		return nil, err
	}
	b.session.User, b.session.Client, b.session.Lifetimes = b.user.ID, b.client.ID, h.Lifetimes.Within(b.bounds)
	if i.session, err = sessions.Start(tx, b.session); err != nil {
		return nil, err
	}
	if b.surface == SurfaceOAuth2 && !b.scope.has(scopeOffline) {
		return i, nil
	}
	f := &family{
		ID: id.New[id.RefreshToken](), SessionID: i.session.ID, ClientID: b.client.ID, UserID: b.user.ID, Surface: b.surface,
		Scope: optional(b.scope.String()), Generation: 1, ExpiresAt: i.session.ExpiresAt,
	}
	i.refresh = key.token(f.ID, f.Generation)
	f.HeadHash = seal.Hash(i.refresh)
	return i, families.Insert(tx, f)
}

// roleIn is the person's role in the organization, "" without one. Whoever is
// not an active member gets errNotMember; whoever is stays one until the
// transaction ends, so that who ends the membership finds the session that it
// makes.
func roleIn(tx *db.Tx, org *id.Organization, user id.User) (role string, err error) {
	if org == nil {
		return "", nil
	}
	err = tx.In(*org, func(tx *db.OrgTx) error {
		m, err := users.HoldActiveMember(tx, user)
		if errors.Is(err, db.ErrNotFound) {
			return errNotMember
		}
		if err == nil {
			role = m.RoleSlug
		}
		return err
	})
	return role, err
}

// accessToken signs the access token.
func (h *Handler) accessToken(ctx context.Context, i *issue) (string, error) {
	key, err := h.Keys.signer(ctx, i.client.TokenAlgorithm)
	if err != nil {
		return "", err
	}
	now := h.DB.Now()
	claims := accessClaims{
		Issuer: h.Base + "/user_management/" + string(i.client.ID), Subject: i.user.ID, Session: i.session.ID, TokenID: id.ULID(),
		IssuedAt: now.Unix(), Expires: now.Add(i.client.accessTokenLifetime()).Unix(), Organization: value(i.session.OrganizationID),
		Role: i.role, Client: i.client.ID, AuthTime: i.session.AuthenticatedAt.Unix(),
	}
	if i.role != "" {
		claims.Roles = []string{i.role}
	}
	if i.session.ImpersonatorEmail != nil {
		claims.Impersonator = &actClaim{*i.session.ImpersonatorEmail}
	}
	if i.surface != SurfaceOAuth2 {
		return key.sign(typeJWT, claims)
	}
	claims.Issuer, claims.Audience, claims.Scope = h.Base, string(i.client.ID), i.scope.String()
	claims.authClaims = howOf(i.session)
	return key.sign(typeAccess, claims)
}

// idToken signs the ID token that goes with an access token.
func (h *Handler) idToken(ctx context.Context, i *issue, access string) (string, error) {
	key, err := h.Keys.signer(ctx, i.client.TokenAlgorithm)
	if err != nil {
		return "", err
	}
	now := h.DB.Now()
	return key.sign(typeJWT, idClaims{
		Issuer: h.Base, Subject: i.user.ID, Audience: i.client.ID, IssuedAt: now.Unix(), Expires: now.Add(idTokenLifetime).Unix(),
		AuthTime: i.session.AuthenticatedAt.Unix(), Nonce: i.nonce, AccessHash: accessHash(access), Session: i.session.ID,
		Organization: value(i.session.OrganizationID), authClaims: howOf(i.session), personClaims: claimsOf(i.user, i.scope),
	})
}
