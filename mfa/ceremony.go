package mfa

import (
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
)

// purpose is what a ceremony is for. An answer to one is no answer to another.
type purpose string

const (
	forRegistration purpose = "register"
	forSignIn       purpose = "sign_in"
	forSecondStep   purpose = "second_step"
)

// ceremony is a question to an authenticator that waits for its answer: once,
// from the sign-in or the browser session that asked.
type ceremony struct {
	db.Global
	ID        id.Ceremony
	UserID    *id.User // nil: the passkey itself says who
	Purpose   purpose
	BoundTo   string
	Session   webauthn.SessionData `gorm:"serializer:json"`
	UsedAt    *time.Time
	ExpiresAt time.Time
	CreatedAt time.Time
	UpdatedAt time.Time
}

func (ceremony) TableName() string { return "passkey_ceremonies" }

var ceremonies = db.GlobalTable[ceremony, id.Ceremony]{}

// ErrPasskey says that a passkey's answer does not count.
var ErrPasskey = problem.New(problem.BadRequest, "passkey_not_accepted", "That passkey did not work here. Try again, or use another way.")

// Question is what a browser's script asks the authenticator.
type Question struct {
	ID      id.Ceremony
	Options string // JSON, as PublicKeyCredential.parse…OptionsFromJSON reads it
}

// ErrNoPasskeys says that passkeys do not work at this deployment's address.
var ErrNoPasskeys = problem.New(problem.Forbidden, "passkeys_not_available", "Passkeys need a deployment with a domain name of its own.")

// Passkeys reports whether passkeys can work at all: they belong to a domain,
// and an address such as https://192.0.2.1 is none (WebAuthn §5.1.3, "valid
// domain").
func (s *Service) Passkeys() bool {
	u, err := url.Parse(s.Base)
	return err == nil && protocol.ValidateRPID(u.Hostname()) == nil
}

// relyingParty says who asks: the host of the public origin, and that origin
// alone (WebAuthn §5.1.3, §13.4.9). Making it costs next to nothing.
func (s *Service) relyingParty() (*webauthn.WebAuthn, error) {
	u, err := url.Parse(s.Base)
	if err != nil || !s.Passkeys() {
		return nil, ErrNoPasskeys
	}
	times := webauthn.TimeoutConfig{Enforce: true, Timeout: ceremonyLifetime, TimeoutUVD: ceremonyLifetime}
	return webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: s.Name, RPOrigins: []string{s.Base},
		AttestationPreference: protocol.PreferNoAttestation, Timeouts: webauthn.TimeoutsConfig{Login: times, Registration: times}})
}

// ask stores a question and makes what the script gets of it.
func ask(tx *db.Tx, user *id.User, why purpose, bound string, session *webauthn.SessionData, options any) (*Question, error) {
	text, err := json.Marshal(options)
	if err != nil {
		return nil, err
	}
	c := &ceremony{ID: id.New[id.Ceremony](), UserID: user, Purpose: why, BoundTo: bound, Session: *session, ExpiresAt: tx.Now().Add(ceremonyLifetime)}
	return &Question{c.ID, string(text)}, ceremonies.Insert(tx, c)
}

// load is the question that is answered, if this browser was asked it.
func load(tx db.AnyScope, key id.Ceremony, why purpose, bound string) (*ceremony, error) {
	c, err := ceremonies.First(tx, db.Eq("id", key), db.Eq("purpose", why), db.Eq("bound_to", bound))
	if errors.Is(err, db.ErrNotFound) || err == nil && (c.UsedAt != nil || !tx.Now().Before(c.ExpiresAt)) {
		return nil, ErrPasskey
	}
	return c, err
}

// spend uses a question up: the same answer counts once.
func (c *ceremony) spend(tx *db.Tx) error {
	n, err := ceremonies.Update(tx, c.ID, db.Set{"used_at": tx.Now()}.Quiet(), db.Null("used_at"))
	if err == nil && n == 0 {
		return ErrPasskey
	}
	return err
}
