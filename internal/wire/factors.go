package wire

import "gatehouse/internal/id"

type (
	factorObject    struct{}
	challengeObject struct{}
	passkeyObject   struct{}
)

func (factorObject) object() string    { return "authentication_factor" }
func (challengeObject) object() string { return "authentication_challenge" }
func (passkeyObject) object() string   { return "passkey" }

// Factor is what a person takes the second step with. Only the answer to an
// enrolment has the secret.
type Factor struct {
	Object    Object[factorObject] `json:"object"`
	ID        id.Factor            `json:"id"`
	Type      string               `json:"type"` // totp, sms, generic_otp
	UserID    *id.User             `json:"user_id,omitempty"`
	TOTP      *TOTP                `json:"totp,omitempty"`
	SMS       *SMS                 `json:"sms,omitempty"`
	CreatedAt Timestamp            `json:"created_at"`
	UpdatedAt Timestamp            `json:"updated_at"`
}

// TOTP is what an authenticator app is told.
type TOTP struct {
	Issuer string `json:"issuer"`
	User   string `json:"user"`
	Secret string `json:"secret,omitempty"`  // base32
	QRCode string `json:"qr_code,omitempty"` // data:image/png;base64,…
	URI    string `json:"uri,omitempty"`     // otpauth://totp/…
}

// SMS is where codes go.
type SMS struct {
	PhoneNumber string `json:"phone_number"`
}

// Challenge asks for a code of a factor, for ten minutes.
type Challenge struct {
	Object    Object[challengeObject] `json:"object"`
	ID        id.Challenge            `json:"id"`
	FactorID  id.Factor               `json:"authentication_factor_id"`
	ExpiresAt *Timestamp              `json:"expires_at,omitempty"`
	CreatedAt Timestamp               `json:"created_at"`
	UpdatedAt Timestamp               `json:"updated_at"`
}

// Passkey is a person's passkey or security key, as events tell of it.
type Passkey struct {
	Object    Object[passkeyObject] `json:"object"`
	ID        id.Passkey            `json:"id"`
	UserID    id.User               `json:"user_id"`
	Name      string                `json:"name"`
	CreatedAt Timestamp             `json:"created_at"`
	UpdatedAt Timestamp             `json:"updated_at"`
}
