package mfa

import (
	"errors"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sessions"
)

// Method is one of a person's second steps, as pages list them.
type Method struct {
	ID       string // of the factor or the passkey
	Factor   id.Factor
	Kind     sessions.Second
	Name     string
	Added    time.Time
	LastUsed *time.Time
	Cloned   bool // there may be two of this passkey
	SignsIn  bool // it can be a first step too
}

// List is what a person has enrolled and verified, the strongest kind first.
func List(tx db.AnyScope, user id.User) ([]Method, error) {
	keys, err := passkeys.List(tx, db.Query{Where: []db.Cond{db.Eq("user_id", user)}})
	if err != nil {
		return nil, err
	}
	var out []Method
	for _, k := range keys {
		out = append(out, Method{ID: string(k.ID), Kind: sessions.SecondWebAuthn, Name: k.Name, Added: k.CreatedAt, LastUsed: k.LastUsedAt, Cloned: k.ClonedAt != nil,
			SignsIn: k.VerifiesUser && k.ClonedAt == nil})
	}
	rows, err := factors.List(tx, db.Query{Where: []db.Cond{db.Eq("user_id", user), db.NotNull("verified_at")}})
	for _, kind := range []sessions.Second{sessions.SecondTOTP, sessions.SecondSMS} {
		for _, f := range rows {
			if f.Second() == kind {
				out = append(out, Method{ID: string(f.ID), Factor: f.ID, Kind: kind, Name: f.name(), Added: f.CreatedAt, LastUsed: f.LastUsedAt})
			}
		}
	}
	return out, err
}

// name is what the person calls it, else the telephone's masked number.
func (f *Factor) name() string {
	if f.Name != nil && *f.Name != "" {
		return *f.Name
	}
	if f.Type == SMS {
		return text(f.Account)
	}
	return ""
}

// Factors is a page of a person's factors for the management API.
func Factors(tx db.AnyScope, user id.User, page db.Page) ([]Factor, db.Paging, error) {
	list := func(q db.Query) ([]Factor, error) { return factors.List(tx, q) }
	return db.ListPage(list, page, "id", func(f Factor) string { return string(f.ID) }, db.Eq("user_id", user))
}

// Remove takes one of a person's second steps or passkeys away, by the id that
// List gave: db.ErrNotFound where it is not theirs. Whether the last one may go
// is the caller's to have asked.
func Remove(tx *db.Tx, user id.User, method string) error {
	if key, err := id.Parse[id.Passkey](method); err == nil {
		return removePasskey(tx, user, key)
	}
	factor, err := id.Parse[id.Factor](method)
	if err != nil {
		return db.ErrNotFound
	}
	f, err := factors.First(tx, db.Eq("id", factor), db.Eq("user_id", user))
	if err != nil {
		return err
	}
	return RemoveFactor(tx, f)
}

// RemoveFactor takes a factor away.
func RemoveFactor(tx *db.Tx, f *Factor) error {
	n, err := factors.Delete(tx, f.ID)
	if err == nil && n == 0 {
		err = db.ErrNotFound
	}
	if err != nil {
		return err
	}
	return audit.RecordDeployment(tx, audit.FactorDeleted{Factor: f.Wire()})
}

func removePasskey(tx *db.Tx, user id.User, key id.Passkey) error {
	k, err := passkeys.First(tx, db.Eq("id", key), db.Eq("user_id", user))
	if err != nil {
		return err
	}
	if _, err := passkeys.Delete(tx, key); err != nil {
		return err
	}
	return audit.RecordDeployment(tx, audit.PasskeyDeleted{Passkey: k.Wire()})
}

// RenamePasskey gives a passkey another name.
func RenamePasskey(tx *db.Tx, user id.User, key id.Passkey, name string) error {
	k, err := passkeys.First(tx, db.Eq("id", key), db.Eq("user_id", user))
	if err != nil {
		return err
	}
	k.Name = passkeyName(name)
	if _, err := passkeys.Update(tx, key, db.Set{"name": k.Name}); err != nil {
		return err
	}
	return audit.RecordDeployment(tx, audit.PasskeyRenamed{Passkey: k.Wire()})
}

// FactorOf is one of a person's verified factors, or db.ErrNotFound.
func FactorOf(tx db.AnyScope, user id.User, factor id.Factor) (*Factor, error) {
	return factors.First(tx, db.Eq("id", factor), db.Eq("user_id", user), db.NotNull("verified_at"))
}

// Telephone is the person's verified telephone, or nil.
func Telephone(tx db.AnyScope, user id.User) (*Factor, error) {
	f, err := factors.First(tx, db.Eq("user_id", user), db.Eq("type", SMS), db.NotNull("verified_at"))
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil
	}
	return f, err
}
