package mfa

import (
	"slices"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sessions"
)

// Type is what a factor of the wire is.
type Type string

// The types. A generic_otp is a TOTP that an application enrolled under that name.
const (
	TOTP       Type = "totp"
	SMS        Type = "sms"
	GenericOTP Type = "generic_otp"
)

// Factor is an authenticator app or a telephone of a person.
type Factor struct {
	db.Global
	ID         id.Factor
	UserID     *id.User // nil: an application enrolled it for somebody whom it knows itself
	Type       Type
	Name       *string // what the person calls it
	Issuer     *string // as the authenticator app shows it
	Account    *string
	Sealed     []byte     // the TOTP secret or the telephone number
	VerifiedAt *time.Time // it is asked for from then on
	LastStep   int64      // the TOTP step that was used last: a code works once
	LastUsedAt *time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// TableName is the table that this package owns.
func (Factor) TableName() string { return "authentication_factors" }

var factors = db.GlobalTable[Factor, id.Factor]{}

// Passkey is a WebAuthn credential of a person: a passkey or a security key.
type Passkey struct {
	db.Global
	ID             id.Passkey
	UserID         id.User
	CredentialHash []byte     // SHA-256 of the credential's id
	Credential     credential `gorm:"serializer:json"`
	Name           string
	Discoverable   bool
	VerifiesUser   bool       // by PIN or biometrics: then it can be a first step
	ClonedAt       *time.Time // its counter went back: somebody may have copied it
	LastUsedAt     *time.Time
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// TableName is the table that this package owns.
func (Passkey) TableName() string { return "passkeys" }

var passkeys = db.GlobalTable[Passkey, id.Passkey]{}

// Enrolled is what a person can take the second step with now, the strongest
// first. Recovery codes are not among it: they stand in for any of these.
func Enrolled(tx db.AnyScope, user id.User) ([]sessions.Second, error) {
	var found []sessions.Second
	keys, err := passkeys.Count(tx, db.Eq("user_id", user))
	if err != nil {
		return nil, err
	}
	if keys > 0 {
		found = append(found, sessions.SecondWebAuthn)
	}
	rows, err := factors.List(tx, db.Query{Where: []db.Cond{db.Eq("user_id", user), db.NotNull("verified_at")}})
	if err != nil {
		return nil, err
	}
	for _, kind := range []sessions.Second{sessions.SecondTOTP, sessions.SecondSMS} {
		if slices.ContainsFunc(rows, func(f Factor) bool { return f.Second() == kind }) {
			found = append(found, kind)
		}
	}
	return found, nil
}

// Second is the second step that the factor's codes are.
func (f *Factor) Second() sessions.Second {
	if f.Type == SMS {
		return sessions.SecondSMS
	}
	return sessions.SecondTOTP
}
