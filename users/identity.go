package users

import (
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
	"gatehouse/sessions"
)

// Identity is a person's account at a provider. It is found by issuer and
// subject, which the provider never gives to another; never by its address.
type Identity struct {
	db.Global
	ID            id.Identity
	UserID        id.User
	Provider      sessions.Method // google_oauth … oidc
	Issuer        string
	Subject       string
	Email         *string
	EmailVerified bool
	LastUsedAt    *time.Time
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// TableName is the table that this package owns.
func (Identity) TableName() string { return "identities" }

var identities = db.GlobalTable[Identity, id.Identity]{}

// ErrIdentityTaken says that somebody has that account at the provider already.
var ErrIdentityTaken = problem.New(problem.Conflict, "identity_already_linked", "That account belongs to somebody else here.")

// IdentityOf is whose account that is, or db.ErrNotFound.
func IdentityOf(tx db.AnyScope, issuer, subject string) (*Identity, error) {
	return identities.First(tx, db.Eq("issuer", issuer), db.Eq("subject", subject))
}

// AddIdentity links an account at a provider to a person.
func AddIdentity(tx *db.Tx, i Identity) (*Identity, error) {
	now := tx.Now()
	i.ID, i.LastUsedAt = id.New[id.Identity](), &now
	if err := identities.Insert(tx, &i); err != nil {
		if err == db.ErrDuplicate {
			err = ErrIdentityTaken
		}
		return nil, err
	}
	u, err := users.Get(tx, i.UserID)
	if err != nil {
		return nil, err
	}
	return &i, audit.RecordDeployment(tx, audit.IdentityLinked{User: u.Wire(), Identity: i.Wire(), Issuer: i.Issuer})
}

// Wire is the account as the management API shows it.
func (i *Identity) Wire() wire.Identity {
	return wire.Identity{IdpID: i.Subject, Provider: wire.IdentityProviderOf(i.Provider.Authentication())}
}

// TouchIdentity notes that a person came by it, and what its provider says of
// their address now.
func TouchIdentity(tx *db.Tx, i id.Identity, email *string, verified bool) error {
	_, err := identities.Update(tx, i, db.Set{"last_used_at": tx.Now(), "email": email, "email_verified": verified}.Quiet())
	return err
}

// Identities are a person's accounts at providers, the oldest first.
func Identities(tx db.AnyScope, user id.User) ([]Identity, error) {
	return identities.List(tx, db.Query{Where: []db.Cond{db.Eq("user_id", user)}})
}

// RemoveIdentity unlinks one of a person's accounts, or says db.ErrNotFound.
func RemoveIdentity(tx *db.Tx, user id.User, i id.Identity) error {
	gone, err := identities.First(tx, db.Eq("id", i), db.Eq("user_id", user))
	if err != nil {
		return err
	}
	n, err := identities.Delete(tx, i, db.Eq("user_id", user))
	if err == nil && n == 0 {
		err = db.ErrNotFound
	}
	if err != nil {
		return err
	}
	return recordUnlinked(tx, user, *gone)
}

// RemoveIdentities unlinks the accounts that a person linked at that moment or
// later; the zero time unlinks all.
func RemoveIdentities(tx *db.Tx, user id.User, since time.Time) error {
	these := []db.Cond{db.Eq("user_id", user), db.Gte("created_at", since)}
	mine, err := identities.List(tx, db.Query{Where: these})
	if err != nil || len(mine) == 0 {
		return err
	}
	if _, err := identities.DeleteWhere(tx, these...); err != nil {
		return err
	}
	return recordUnlinked(tx, user, mine...)
}

func recordUnlinked(tx *db.Tx, user id.User, gone ...Identity) error {
	u, err := users.Get(tx, user)
	if err != nil {
		return err
	}
	for _, i := range gone {
		if err := audit.RecordDeployment(tx, audit.IdentityUnlinked{User: u.Wire(), Identity: i.Wire(), Issuer: i.Issuer}); err != nil {
			return err
		}
	}
	return nil
}
