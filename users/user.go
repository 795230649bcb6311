package users

import (
	"errors"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
)

// User is a person.
type User struct {
	db.Global
	ID                id.User
	Email             string
	EmailKey          string // the address as it is compared
	EmailVerified     bool
	EmailAssertedBy   *string // who vouches for the address, as the constants Asserted… say; nil while nobody does
	FirstName         *string
	LastName          *string
	Name              *string
	ProfilePictureURL *string
	Locale            *string
	ExternalID        *string
	Metadata          map[string]string `gorm:"serializer:json"`
	ClaimedAt         *time.Time        // NoteClaim
	LastSignInAt      *time.Time
	BannedAt          *time.Time
	BannedUntil       *time.Time
	BanReason         *string
	CreatedAt         time.Time
	UpdatedAt         time.Time
}

// TableName is the table that this package owns.
func (User) TableName() string { return "users" }

var users = db.GlobalTable[User, id.User]{}

const emailTaken = "Somebody has an account with that email address."

// What callers are told of people.
var (
	ErrEmailTaken = problem.New(problem.BadRequest, "user_creation_error", emailTaken).
			WithDetails(problem.Detail{Code: "email_not_available", Message: emailTaken, Field: "email"})
	ErrBanned = problem.New(problem.Forbidden, "user_banned", "This account is suspended. Ask whoever runs this service.")
)

// Get is one person, or db.ErrNotFound.
func Get(tx db.AnyScope, user id.User) (*User, error) { return users.Get(tx, user) }

// Hold is Get, and keeps the account as it is until the transaction ends: two
// changes that rely on one another's outcome come one after the other.
func Hold(tx *db.Tx, user id.User) (*User, error) { return users.GetForUpdate(tx, user) }

// GetByEmail is the person with that address, however it is spelled, or
// db.ErrNotFound.
func GetByEmail(tx db.AnyScope, email string) (*User, error) {
	a, err := ParseEmail(email)
	if err != nil {
		return nil, db.ErrNotFound
	}
	return users.First(tx, db.Eq("email_key", a.Key))
}

// GetByExternalID is the person with the application's own id for them.
func GetByExternalID(tx db.AnyScope, external string) (*User, error) {
	return users.First(tx, db.Eq("external_id", external))
}

// ByID finds several people at once, such as those of one page.
func ByID(tx db.AnyScope, ids []id.User) (map[id.User]User, error) {
	found := make(map[id.User]User, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	rows, err := users.List(tx, db.Query{Where: []db.Cond{db.In("id", ids)}})
	for _, u := range rows {
		found[u.ID] = u
	}
	return found, err
}

// Query says which people to list.
type Query struct {
	Email        string
	Organization id.Organization // its members, whatever their status
	db.Page
}

// List is a page of the people that the transaction may see: all, or the
// members of its organization.
func List(tx db.OwnedScope, q Query) ([]User, db.Paging, error) {
	if in, ok := tx.(*db.OrgTx); ok {
		q.Organization = in.Organization()
	}
	var key string
	if q.Email != "" {
		a, err := ParseEmail(q.Email)
		if err != nil {
			return []User{}, db.Paging{}, nil // nobody has what is no address
		}
		key = a.Key
	}
	if q.Organization != "" {
		return listMembers(tx, q, key)
	}
	var conds []db.Cond
	if key != "" {
		conds = append(conds, db.Eq("email_key", key))
	}
	list := func(q db.Query) ([]User, error) { return users.List(tx, q) }
	return db.ListPage(list, q.Page, "id", func(u User) string { return string(u.ID) }, conds...)
}

// listMembers pages through an organization's memberships by their user, which
// an index orders, and then reads the people of that page.
func listMembers(tx db.OwnedScope, q Query, key string) ([]User, db.Paging, error) {
	conds := []db.Cond{db.Eq("organization_id", q.Organization)}
	if key != "" {
		u, err := users.First(tx, db.Eq("email_key", key))
		if errors.Is(err, db.ErrNotFound) {
			return []User{}, db.Paging{}, nil
		}
		if err != nil {
			return nil, db.Paging{}, err
		}
		conds = append(conds, db.Eq("user_id", u.ID))
	}
	list := func(q db.Query) ([]Membership, error) { return memberships.List(tx, q) }
	page, paging, err := db.ListPage(list, q.Page, "user_id", func(m Membership) string { return string(m.UserID) }, conds...)
	if err != nil {
		return nil, paging, err
	}
	ids := make([]id.User, len(page))
	for i, m := range page {
		ids[i] = m.UserID
	}
	people, err := ByID(tx, ids)
	if err != nil {
		return nil, paging, err
	}
	rows := make([]User, 0, len(page))
	for _, user := range ids {
		rows = append(rows, people[user])
	}
	return rows, paging, nil
}

// Count is how many people there are.
func Count(tx db.AnyScope) (int64, error) { return users.Count(tx) }

// BannedAt reports whether the person may not sign in at now.
func (u *User) BannedNow(now time.Time) bool {
	return u.BannedAt != nil && (u.BannedUntil == nil || now.Before(*u.BannedUntil))
}

// DisplayName is what to call the person: their name, else their address.
func (u *User) DisplayName() string {
	if name := text(u.Name); name != "" {
		return name
	}
	first, last := text(u.FirstName), text(u.LastName)
	switch {
	case first != "" && last != "":
		return first + " " + last
	case first+last != "":
		return first + last
	}
	return u.Email
}

// Wire is the person as the management API shows them.
func (u *User) Wire() wire.User {
	return wire.User{
		ID: u.ID, Email: u.Email, EmailVerified: u.EmailVerified, FirstName: u.FirstName, LastName: u.LastName, Name: u.Name,
		ProfilePictureURL: u.ProfilePictureURL, LastSignInAt: wire.MaybeAt(u.LastSignInAt), Locale: u.Locale,
		ExternalID: u.ExternalID, Metadata: u.Metadata, CreatedAt: wire.At(u.CreatedAt), UpdatedAt: wire.At(u.UpdatedAt),
	}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
