package sso

import (
	"context"

	"gatehouse/internal/actor"
	"gatehouse/internal/id"
	"gatehouse/sso/oidc"
)

// SAMLAnswer is what a browser posted to a connection's ACS.
type SAMLAnswer struct {
	Connection id.Connection
	Response   string // the SAMLResponse field as it came
	RelayState string
	Bound      func(id.SSORequest) string // the secret that the browser has for that request, or ""
}

// ReceiveSAML judges a response.
func (s *Service) ReceiveSAML(ctx context.Context, who actor.Actor, a SAMLAnswer) (*Received, error) {
	return nil, ErrUnknown
}

// OIDCAnswer is what a browser brought to a connection's callback.
type OIDCAnswer struct {
	Connection id.Connection
	State      string
	Answer     oidc.Answer
	Bound      func(id.SSORequest) string // the secret that the browser has for that request, or ""
}

// ReceiveOIDC redeems a code.
func (s *Service) ReceiveOIDC(ctx context.Context, who actor.Actor, a OIDCAnswer) (*Received, error) {
	return nil, ErrUnknown
}
