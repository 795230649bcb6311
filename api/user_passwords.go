package api

import (
	"gatehouse/internal/problem"
	"gatehouse/users"
	"gatehouse/users/password"
)

// What callers are told of passwords and hashes together.
var (
	errBothPasswords = problem.New(problem.BadRequest, "password_and_password_hash_provided",
		"Send password or password_hash, not both.")
	errHashType = problem.New(problem.BadRequest, "password_and_password_hash_type_provided",
		"password_hash_type belongs to password_hash. Leave it out beside password.")
	errNoHash = password.ErrInvalidHash.WithMessage("password_hash and password_hash_type belong together.")
)

// passwordHash is what to store of the password that a body brings: hashed
// here, or the hash of another system, checked. Empty where it brings none. It
// takes its time, so it is called before the transaction.
func (c *call) passwordHash(in userBody, before *users.User) (string, error) {
	typed, hash, kind := value(in.Password.Value), value(in.PasswordHash.Value), value(in.PasswordHashType.Value)
	switch {
	case in.Password.Value != nil && hash != "":
		return "", errBothPasswords
	case in.Password.Value != nil && kind != "":
		return "", errHashType
	case in.Password.Value != nil:
		return c.h.Passwords.Hash(c.ctx(), typed, c.about(in, before))
	case hash == "" && kind == "":
		return "", nil
	case hash == "" || kind == "":
		return "", errNoHash
	}
	return password.Import(password.Kind(kind), hash, password.SaltPosition(value(in.PasswordSaltPosition.Value)))
}

// about is what the new password must not be: the person's own words.
func (c *call) about(in userBody, before *users.User) users.About {
	a := users.About{IP: c.who.IP}
	a.Email = value(in.Email.Value)
	for _, name := range []Maybe[string]{in.FirstName, in.LastName, in.Name} {
		if name.Value != nil {
			a.Names = append(a.Names, *name.Value)
		}
	}
	if before == nil {
		return a
	}
	if a.Email == "" {
		a.Email = before.Email
	}
	for _, name := range []*string{before.FirstName, before.LastName, before.Name} {
		if name != nil {
			a.Names = append(a.Names, *name)
		}
	}
	return a
}
