package users

import (
	"errors"
	"net/url"
	"strings"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
)

// New is what a person starts with. PasswordHash is what the hasher made, or
// empty: a person may have no password.
type New struct {
	Email             string
	EmailVerified     bool
	EmailAssertedBy   Assertion // who vouches, where verified; empty: the application
	FirstName         *string
	LastName          *string
	Name              *string
	ProfilePictureURL *string
	Locale            *string
	PasswordHash      string
	SignsIn           bool // signing up is their first sign-in
	ExternalID        *string
	Metadata          map[string]string
}

// Change says what becomes of a person; nil leaves a member as it is, a
// pointer to nil clears it.
type Change struct {
	Email             *string
	EmailVerified     *bool
	FirstName         **string
	LastName          **string
	Name              **string
	ProfilePictureURL **string
	Locale            **string
	ExternalID        **string
	ClearMetadata     bool
	Metadata          map[string]*string // nil values delete their key
}

const (
	maxURL    = 2048
	maxLocale = 35 // RFC 5646 §4.4.1
)

// What callers are told of a person's members.
var (
	ErrInvalidLocale  = problem.New(problem.BadRequest, "invalid_locale", "locale is a language tag, such as en or de-CH.")
	ErrInvalidPicture = problem.New(problem.Invalid, "invalid_profile_picture_url", "profile_picture_url is an https address.")
)

// Create makes an account.
func Create(tx *db.Tx, n New) (*User, error) {
	u, err := newUser(n)
	if err != nil {
		return nil, err
	}
	if now := tx.Now(); n.SignsIn {
		u.LastSignInAt = &now
	}
	err = users.Insert(tx, u)
	if errors.Is(err, db.ErrDuplicate) {
		return nil, whichTaken(tx, u)
	}
	if err != nil {
		return nil, err
	}
	if n.PasswordHash != "" {
		if err := passwords.Insert(tx, &storedPassword{UserID: u.ID, Hash: n.PasswordHash}); err != nil {
			return nil, err
		}
	}
	return u, audit.RecordDeployment(tx, audit.UserCreated{User: u.Wire()})
}

// CreateLater is Create of an account without a password that nothing in this
// transaction reads: it travels with the commit, and where its address or
// external id is somebody's the transaction ends in taken.
func CreateLater(tx *db.Tx, n New, taken error) (*User, error) {
	u, err := newUser(n)
	if err != nil {
		return nil, err
	}
	if err := users.InsertUniqueLater(tx, u, taken); err != nil {
		return nil, err
	}
	return u, audit.RecordDeployment(tx, audit.UserCreated{User: u.Wire()})
}

func newUser(n New) (*User, error) {
	a, err := ParseEmail(n.Email)
	if err != nil {
		return nil, err
	}
	u := &User{ID: id.New[id.User](), Email: a.Shown, EmailKey: a.Key, EmailVerified: n.EmailVerified, EmailAssertedBy: assertedBy(n)}
	for _, m := range profile(n.FirstName, n.LastName, n.Name, n.ProfilePictureURL, n.Locale, n.ExternalID) {
		kept, err := m.check(m.value)
		if err != nil {
			return nil, err
		}
		*m.column(u) = kept
	}
	u.Metadata, err = field.NewMetadata(n.Metadata)
	return u, err
}

// member is one text of the profile: its column, what it is to become, and
// the rule that it has to meet.
type member struct {
	name   string
	value  *string
	column func(*User) **string
	check  func(*string) (*string, error)
}

func profile(first, last, name, picture, locale, external *string) []member {
	line := func(member string) func(*string) (*string, error) {
		return func(s *string) (*string, error) { return field.Optional(member, s, field.MaxName) }
	}
	return []member{
		{"first_name", first, func(u *User) **string { return &u.FirstName }, line("first_name")},
		{"last_name", last, func(u *User) **string { return &u.LastName }, line("last_name")},
		{"name", name, func(u *User) **string { return &u.Name }, line("name")},
		{"profile_picture_url", picture, func(u *User) **string { return &u.ProfilePictureURL }, checkPicture},
		{"locale", locale, func(u *User) **string { return &u.Locale }, CheckLocale},
		{"external_id", external, func(u *User) **string { return &u.ExternalID }, field.ExternalID},
	}
}

func checkPicture(s *string) (*string, error) {
	if s == nil || *s == "" {
		return nil, nil
	}
	if !IsPicture(*s) {
		return nil, ErrInvalidPicture
	}
	return s, nil
}

// IsPicture reports whether an address can be somebody's profile picture.
func IsPicture(address string) bool {
	u, err := url.Parse(address)
	return err == nil && len(address) <= maxURL && u.Scheme == "https" && u.Host != ""
}

// CheckLocale is a language tag as it is kept, or ErrInvalidLocale.
func CheckLocale(s *string) (*string, error) {
	if s == nil || *s == "" {
		return nil, nil
	}
	isTag := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_'
	}
	if len(*s) > maxLocale || strings.ContainsFunc(*s, func(r rune) bool { return !isTag(r) }) {
		return nil, ErrInvalidLocale
	}
	return s, nil
}

// whichTaken says which of a person's unique members somebody else has.
func whichTaken(tx db.AnyScope, u *User) error {
	if u.ExternalID != nil {
		other, err := users.First(tx, db.Eq("external_id", *u.ExternalID))
		if err == nil && other.ID != u.ID {
			return field.ErrExternalIDTaken
		}
	}
	return ErrEmailTaken
}

// Update changes a person's account.
func Update(tx *db.Tx, user id.User, c Change) (*User, error) {
	before, err := users.GetForUpdate(tx, user)
	if err != nil {
		return nil, err
	}
	set, err := c.set(before)
	if err != nil {
		return nil, err
	}
	if err := checkFree(tx, before, set); err != nil {
		return nil, err
	}
	if len(set) == 0 {
		return before, nil
	}
	if _, err := users.Update(tx, user, set); err != nil {
		if errors.Is(err, db.ErrDuplicate) { // in the moment since checkFree
			err = ErrEmailTaken
		}
		return nil, err
	}
	after, err := users.Get(tx, user)
	if err != nil {
		return nil, err
	}
	return after, audit.RecordDeployment(tx, audit.UserUpdated{User: after.Wire()})
}

// set is the columns that c changes, checked.
func (c Change) set(before *User) (db.Set, error) {
	set := db.Set{}
	if c.Email != nil {
		a, err := ParseEmail(*c.Email)
		if err != nil {
			return nil, err
		}
		set["email"] = a.Shown
		if a.Key != before.EmailKey {
			set["email_key"], set["email_verified"], set["email_asserted_by"] = a.Key, false, nil // nobody has proven the new one
		}
	}
	if c.EmailVerified != nil {
		set["email_verified"], set["email_asserted_by"] = *c.EmailVerified, nil
		if *c.EmailVerified {
			set["email_asserted_by"] = string(AssertedByAPI)
		}
	}
	given := []**string{c.FirstName, c.LastName, c.Name, c.ProfilePictureURL, c.Locale, c.ExternalID}
	for i, m := range profile(nil, nil, nil, nil, nil, nil) {
		if given[i] == nil {
			continue
		}
		kept, err := m.check(*given[i])
		if err != nil {
			return nil, err
		}
		set[m.name] = kept
	}
	if !c.ClearMetadata && c.Metadata == nil {
		return set, nil
	}
	current := before.Metadata
	if c.ClearMetadata {
		current = nil
	}
	metadata, err := field.Metadata(current, c.Metadata)
	set["metadata"] = db.JSON(metadata)
	return set, err
}

// checkFree looks before the update does: on Postgres a refused update ends
// the transaction.
func checkFree(tx *db.Tx, before *User, set db.Set) error {
	if key, ok := set["email_key"]; ok {
		if n, err := users.Count(tx, db.Eq("email_key", key), db.Not("id", before.ID)); err != nil || n > 0 {
			return errors.Join(err, ErrEmailTaken)
		}
	}
	if external, ok := set["external_id"].(*string); ok && external != nil {
		if n, err := users.Count(tx, db.Eq("external_id", *external), db.Not("id", before.ID)); err != nil || n > 0 {
			return errors.Join(err, field.ErrExternalIDTaken)
		}
	}
	return nil
}
