package people

import (
	"encoding/json"
	"errors"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/sso"
	"gatehouse/users"
)

// Identity is a subject of a connection, bound to a user. Its id is the
// wire's profile id.
type Identity struct {
	db.Owned
	ID           id.Profile
	ConnectionID id.Connection
	UserID       id.User
	Subject      string
	ExternalID   *string
	Email        *string
	Guest        bool       // the organization does not hold the domain of the account's address, or of the provider's
	Profile      []byte     // sealed: the profile at the last sign-in
	ProvenAt     *time.Time // nil: a guest who has not proven the mailbox yet; the account may be somebody else's
	MappedRole   *string    // the role that a group gave at the last sign-in
	LastUsedAt   *time.Time
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// TableName is the table that this package owns.
func (Identity) TableName() string { return "sso_identities" }

var identities = db.OwnedTable[Identity, id.Profile]{}

// errTaken cannot happen while first sign-ins at a connection come one after
// the other; if it does the sign-in fails and changes nothing.
var errTaken = errors.New("people: a subject was bound twice at once")

// Get is one identity that the transaction sees, or db.ErrNotFound.
func Get(tx db.OwnedScope, profile id.Profile) (*Identity, error) { return identities.Get(tx, profile) }

// Of is who a person is at a connection: what they came in by last and that is
// theirs for sure, or db.ErrNotFound.
func Of(tx *db.OrgTx, c id.Connection, user id.User) (*Identity, error) {
	i, err := latest(tx, c, user, db.NotNull("proven_at"))
	if err == nil && i == nil {
		err = db.ErrNotFound
	}
	return i, err
}

// LocateProfile is whose profile that is, or db.ErrNotFound.
func LocateProfile(tx *db.AllTx, profile id.Profile) (id.Organization, error) {
	i, err := identities.Get(tx, profile)
	if err != nil {
		return "", err
	}
	return i.OrganizationID, nil
}

func find(tx *db.OrgTx, c id.Connection, subject string) (*Identity, error) {
	i, err := identities.First(tx, db.Eq("connection_id", c), db.Eq("subject", subject))
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil
	}
	return i, err
}

func (i *Identity) cell() db.Cell {
	return db.Cell{Table: "sso_identities", Column: "profile", Row: string(i.ID)}
}

// said is what a provider said of a person at their last sign-in.
type said struct {
	Type    sso.Type    `json:"type"`
	Profile sso.Profile `json:"profile"`
}

// keep seals what the provider said, for the application that asks who came.
func (i *Identity) keep(tx *db.OrgTx, c *sso.Connection, p sso.Profile) error {
	p.IDToken, p.SessionIndex = "", "" // those are single logout's
	plain, err := json.Marshal(said{c.Type, p})
	if err != nil {
		return err
	}
	i.Profile, err = tx.Seal(i.cell(), plain)
	return err
}

// Wire is the profile as the wire shows it: what the provider said at the last
// sign-in, and the role that the person has now.
func Wire(tx *db.OrgTx, i *Identity) (wire.Profile, error) {
	s, err := i.said(tx)
	if err != nil {
		return wire.Profile{}, err
	}
	w := s.wire(i)
	m, err := users.MembershipOf(tx, i.UserID)
	if errors.Is(err, db.ErrNotFound) {
		return w, nil
	}
	if err == nil && m.Status == users.Active {
		w.Role, w.Roles = &wire.RoleSlug{Slug: m.RoleSlug}, wire.Array[wire.RoleSlug]{{Slug: m.RoleSlug}}
	}
	return w, err
}

func (i *Identity) said(tx *db.OrgTx) (s said, err error) {
	plain, err := tx.Open(i.cell(), i.Profile)
	if err == nil {
		err = json.Unmarshal(plain, &s)
	}
	return s, err
}

func (s said) wire(i *Identity) wire.Profile {
	w := wire.Profile{ID: i.ID, ConnectionID: i.ConnectionID, ConnectionType: string(s.Type), OrganizationID: &i.OrganizationID, IDPID: i.Subject,
		FirstName: some(s.Profile.FirstName), LastName: some(s.Profile.LastName), Name: some(s.Profile.Name), Groups: s.Profile.Groups,
		CustomAttributes: s.Profile.Custom, RawAttributes: make(map[string]any, len(s.Profile.Raw))}
	if i.Email != nil {
		w.Email = *i.Email
	}
	for name, values := range s.Profile.Raw {
		w.RawAttributes[name] = values
		if len(values) == 1 {
			w.RawAttributes[name] = values[0]
		}
	}
	if w.CustomAttributes == nil {
		w.CustomAttributes = map[string]any{}
	}
	return w
}

// wire is the identity as events carry it.
func (i *Identity) wire() wire.SSOIdentity {
	return wire.SSOIdentity{ID: i.ID, ConnectionID: i.ConnectionID, IDPID: i.Subject, Email: i.Email, Guest: i.Guest}
}

func some(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
