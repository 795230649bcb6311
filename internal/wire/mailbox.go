package wire

import "gatehouse/internal/id"

type (
	magicAuthObject         struct{}
	emailVerificationObject struct{}
	passwordResetObject     struct{}
	emailChangeObject       struct{}
	emailChangedObject      struct{}
)

func (magicAuthObject) object() string         { return "magic_auth" }
func (emailVerificationObject) object() string { return "email_verification" }
func (passwordResetObject) object() string     { return "password_reset" }
func (emailChangeObject) object() string       { return "email_change" }
func (emailChangedObject) object() string      { return "email_change_confirmation" }

// MagicAuth is a one-time code that signs a person in. Events carry it without
// the code.
type MagicAuth struct {
	Object    Object[magicAuthObject] `json:"object"`
	ID        id.MagicAuth            `json:"id"`
	UserID    id.User                 `json:"user_id"`
	Email     string                  `json:"email"`
	ExpiresAt Timestamp               `json:"expires_at"`
	Code      string                  `json:"code,omitempty"`
	CreatedAt Timestamp               `json:"created_at"`
	UpdatedAt Timestamp               `json:"updated_at"`
}

// EmailVerification is a one-time code that proves an address. Events carry it
// without the code.
type EmailVerification struct {
	Object    Object[emailVerificationObject] `json:"object"`
	ID        id.EmailVerification            `json:"id"`
	UserID    id.User                         `json:"user_id"`
	Email     string                          `json:"email"`
	ExpiresAt Timestamp                       `json:"expires_at"`
	Code      string                          `json:"code,omitempty"`
	CreatedAt Timestamp                       `json:"created_at"`
	UpdatedAt Timestamp                       `json:"updated_at"`
}

// PasswordReset is a link to a new password. Events carry it without token and
// address.
type PasswordReset struct {
	Object    Object[passwordResetObject] `json:"object"`
	ID        id.PasswordReset            `json:"id"`
	UserID    id.User                     `json:"user_id"`
	Email     string                      `json:"email"`
	Token     string                      `json:"password_reset_token,omitempty"`
	URL       string                      `json:"password_reset_url,omitempty"`
	ExpiresAt Timestamp                   `json:"expires_at"`
	CreatedAt Timestamp                   `json:"created_at"`
}

// EmailChange is an address that waits to be proven.
type EmailChange struct {
	Object    Object[emailChangeObject] `json:"object"`
	User      User                      `json:"user"`
	NewEmail  string                    `json:"new_email"`
	ExpiresAt Timestamp                 `json:"expires_at"`
	CreatedAt Timestamp                 `json:"created_at"`
}

// EmailChangeConfirmation answers the code that proved a new address.
type EmailChangeConfirmation struct {
	Object Object[emailChangedObject] `json:"object"`
	User   User                       `json:"user"`
}
