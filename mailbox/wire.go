package mailbox

import (
	"strings"

	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/users"
)

// A proof has one id; each kind shows it under its own prefix.

// ProofID reads the id of a resource of the wire, such as magic_auth_01J….
func ProofID[K id.Kind](resource K) id.EmailProof {
	return id.EmailProof(id.EmailProof("").Prefix() + strings.TrimPrefix(string(resource), resource.Prefix()))
}

func shownAs[K id.Kind](p id.EmailProof) K {
	var kind K
	return K(kind.Prefix() + strings.TrimPrefix(string(p), p.Prefix()))
}

// VerificationID is a proof's id as the wire shows it.
func VerificationID(p id.EmailProof) id.EmailVerification { return shownAs[id.EmailVerification](p) }

func (i *Issued) user() id.User {
	if i.UserID == nil {
		return ""
	}
	return *i.UserID
}

// MagicAuth is the proof as the wire shows it.
func (i *Issued) MagicAuth() wire.MagicAuth {
	return wire.MagicAuth{ID: shownAs[id.MagicAuth](i.ID), UserID: i.user(), Email: i.Email, Code: i.Code,
		ExpiresAt: wire.At(i.ExpiresAt), CreatedAt: wire.At(i.CreatedAt), UpdatedAt: wire.At(i.UpdatedAt)}
}

// EmailVerification is the proof as the wire shows it.
func (i *Issued) EmailVerification() wire.EmailVerification {
	return wire.EmailVerification{ID: shownAs[id.EmailVerification](i.ID), UserID: i.user(), Email: i.Email, Code: i.Code,
		ExpiresAt: wire.At(i.ExpiresAt), CreatedAt: wire.At(i.CreatedAt), UpdatedAt: wire.At(i.UpdatedAt)}
}

// PasswordReset is the proof as the wire shows it, with the address of its page.
func (i *Issued) PasswordReset(url string) wire.PasswordReset {
	return wire.PasswordReset{ID: shownAs[id.PasswordReset](i.ID), UserID: i.user(), Email: i.Email, Token: i.Token, URL: url,
		ExpiresAt: wire.At(i.ExpiresAt), CreatedAt: wire.At(i.CreatedAt)}
}

// EmailChange is the proof as the wire shows it.
func (i *Issued) EmailChange(u *users.User) wire.EmailChange {
	return wire.EmailChange{User: u.Wire(), NewEmail: i.Email, ExpiresAt: wire.At(i.ExpiresAt), CreatedAt: wire.At(i.CreatedAt)}
}
