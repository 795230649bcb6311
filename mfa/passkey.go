package mfa

import (
	"context"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/internal/wire"
)

// maxAnswer bounds what a browser posts of an authenticator: an attestation
// with certificates is a few kilobytes.
const maxAnswer = 32 << 10

// Person is whom a passkey is for, as the authenticator shows them.
type Person struct {
	ID    id.User
	Email string
	Name  string
}

// holder is a person as the library sees them. Its handle is the user's id,
// which says nothing about them.
type holder struct {
	Person
	credentials []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return []byte(h.ID) }
func (h holder) WebAuthnName() string                       { return h.Email }
func (h holder) WebAuthnDisplayName() string                { return h.Name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.credentials }

func hold(tx db.AnyScope, p Person) (holder, error) {
	rows, err := passkeys.List(tx, db.Query{Where: []db.Cond{db.Eq("user_id", p.ID)}})
	h := holder{Person: p}
	if h.Name == "" {
		h.Name = h.Email
	}
	for _, row := range rows {
		h.credentials = append(h.credentials, row.Credential)
	}
	return h, err
}

// BeginRegistration asks for a new passkey: one that can be found without a
// name where the authenticator has room, and none that the person has already.
// bound is the sign-in or the browser session that may answer.
func (s *Service) BeginRegistration(tx *db.Tx, p Person, bound string) (*Question, error) {
	rp, err := s.relyingParty()
	if err != nil {
		return nil, err
	}
	h, err := hold(tx, p)
	if err != nil {
		return nil, err
	}
	if len(h.credentials) >= maxPasskeys {
		return nil, ErrFull
	}
	options, session, err := rp.BeginRegistration(h,
		webauthn.WithExclusions(webauthn.Credentials(h.credentials).CredentialDescriptors()),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationPreferred}),
		webauthn.WithExtensions(webauthn.WithExtensionCredProps()))
	if err != nil {
		return nil, err
	}
	return ask(tx, &p.ID, forRegistration, bound, session, options.Response)
}

// FinishRegistration checks an authenticator's answer and keeps the passkey.
// then, which may be nil, runs in the same transaction. It opens transactions:
// never call it inside one.
func (s *Service) FinishRegistration(ctx context.Context, r Answer, p Person, name string, then func(*db.Tx, *Passkey) error) (*Passkey, error) {
	c, h, err := s.question(ctx, r, forRegistration, &p)
	if err != nil {
		return nil, err
	}
	rp, err := s.relyingParty()
	if err != nil {
		return nil, err
	}
	if len(r.Body) > maxAnswer {
		return nil, ErrPasskey
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(r.Body)
	if err != nil {
		return nil, s.refuse(ctx, "registration", err)
	}
	made, err := rp.CreateCredential(h, c.Session, parsed)
	if err != nil {
		return nil, s.refuse(ctx, "registration", err)
	}
	k := &Passkey{ID: id.New[id.Passkey](), UserID: p.ID, CredentialHash: seal.Hash(string(made.ID)), Credential: *made,
		Name: passkeyName(name), Discoverable: discoverable(r.Body), VerifiesUser: made.Flags.UserVerified}
	err = s.DB.Tx(ctx, r.Who, func(tx *db.Tx) error {
		if err := c.spend(tx); err != nil {
			return err
		}
		if err := passkeys.Insert(tx, k); err != nil {
			return whichPasskey(err)
		}
		if err := audit.RecordDeployment(tx, audit.PasskeyCreated{Passkey: k.Wire()}); err != nil || then == nil {
			return err
		}
		return then(tx, k)
	})
	return k, err
}

// Answer is what a browser posts of an authenticator.
type Answer struct {
	Ceremony id.Ceremony
	Bound    string
	Body     []byte // JSON of PublicKeyCredential.toJSON()
	Who      actor.Actor
}

// question reads what is answered, and the person's passkeys.
func (s *Service) question(ctx context.Context, r Answer, why purpose, p *Person) (c *ceremony, h holder, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		if c, err = load(tx, r.Ceremony, why, r.Bound); err != nil {
			return err
		}
		if p == nil {
			return nil
		}
		if c.UserID != nil && *c.UserID != p.ID {
			return ErrPasskey
		}
		h, err = hold(tx, *p)
		return err
	})
	return c, h, err
}

// refuse notes why the library refused; people are told that it did.
func (s *Service) refuse(ctx context.Context, what string, err error) error {
	s.Log.InfoContext(ctx, "a passkey's answer was refused", "ceremony", what, "error", err)
	return ErrPasskey
}

// discoverable is what the browser says of the new passkey (credProps,
// WebAuthn §10.1.3). It is shown, and decides nothing.
func discoverable(body []byte) bool {
	return strings.Contains(strings.ReplaceAll(string(body), " ", ""), `"credProps":{"rk":true`)
}

func passkeyName(typed string) string {
	if name := field.Clip(strings.TrimSpace(typed), field.MaxName); name != nil && *name != "" {
		return *name
	}
	return "Passkey"
}

func whichPasskey(err error) error {
	if err == db.ErrDuplicate { //nolint:errorlint // the table's own
		return ErrPasskey // it is somebody's already
	}
	return err
}

// Wire is the passkey as events show it.
func (k *Passkey) Wire() wire.Passkey {
	return wire.Passkey{ID: k.ID, UserID: k.UserID, Name: k.Name, CreatedAt: wire.At(k.CreatedAt), UpdatedAt: wire.At(k.UpdatedAt)}
}
