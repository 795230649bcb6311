package signal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"gatehouse/audit/chain"
)

// TokenType is a Security Event Token's "typ" (RFC 8417 §2.3), so that none
// passes for an ID token.
const TokenType = "secevent+jwt"

// Sign signs claims as a compact JWT of the type TokenType with a key that the
// issuer publishes.
type Sign func(ctx context.Context, claims any) (string, error)

// Token is a Security Event Token's claims. There is no exp: what has happened
// does not expire (SSF 1.0 §4.1.6), and no sub: sub_id says whom it is about.
type Token struct {
	Issuer      string         `json:"iss"`
	ID          string         `json:"jti"`
	IssuedAt    int64          `json:"iat"`
	Audience    string         `json:"aud"`
	Subject     Subject        `json:"sub_id"`
	Transaction string         `json:"txn,omitempty"`
	Happened    int64          `json:"toe"`
	Events      map[string]any `json:"events"`
}

// address makes the token that one receiver gets of a signal.
func (s *Signal) address(issuer, audience string, r *chain.Record, now time.Time) Token {
	return Token{
		Issuer: issuer, ID: tokenID(r.ID, audience), IssuedAt: now.Unix(), Audience: audience, Subject: s.Subject,
		Transaction: value(r.RequestID), Happened: r.OccurredAt.Unix(), Events: map[string]any{s.Event: s.Body},
	}
}

// tokenID is the same whenever the entry is sent to that receiver again, which
// is how a receiver knows a repeat, and another one for each receiver.
func tokenID(event, audience string) string {
	sum := sha256.Sum256([]byte(audience))
	return event + "." + hex.EncodeToString(sum[:6])
}
