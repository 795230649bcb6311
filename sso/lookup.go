package sso

import (
	"context"

	"gatehouse/internal/actor"
	"gatehouse/internal/id"
)

// Connection is one connection, whoever's it is, or ErrUnknown.
func (s *Service) Connection(ctx context.Context, c id.Connection) (*Connection, error) {
	setup, err := s.locate(ctx, c)
	if err != nil {
		return nil, err
	}
	return setup.Connection, nil
}

// Issuer is what a connection's OpenID provider calls itself.
func (s *Service) Issuer(ctx context.Context, c id.Connection) (string, error) {
	setup, err := s.locate(ctx, c)
	if err != nil || setup.Live.OIDC == nil {
		return "", err
	}
	return setup.Live.OIDC.Issuer, nil
}

// Metadata is our side of a SAML connection (SAML Metadata §2.4.4). A draft
// has it too: its provider is set up with it.
func (s *Service) Metadata(ctx context.Context, c id.Connection) ([]byte, error) {
	setup, err := s.keyed(ctx, c, SAML)
	if err != nil {
		return nil, err
	}
	settings, err := setup.SAML(s.Base)
	if err != nil {
		return nil, err
	}
	return settings.Metadata(s.DB.Now())
}

// KeySet are our public keys for a connection's OpenID provider.
func (s *Service) KeySet(ctx context.Context, c id.Connection) ([]JWK, error) {
	setup, err := s.keyed(ctx, c, OIDC)
	if err != nil {
		return nil, err
	}
	return setup.JWKS(), nil
}

// keyed is a connection's setup with the key that it needs; p may be "".
func (s *Service) keyed(ctx context.Context, c id.Connection, p Protocol) (*Setup, error) {
	setup, err := s.locate(ctx, c)
	if err != nil {
		return nil, err
	}
	if p != "" && setup.Connection.Protocol != p {
		return nil, ErrUnknown
	}
	if !setup.NeedsKey() {
		return setup, nil
	}
	if err := EnsureKey(ctx, s.DB, actor.System("first key"), setup.Connection.OrganizationID, c); err != nil {
		return nil, err
	}
	return s.locate(ctx, c)
}
