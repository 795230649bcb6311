package directory

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/schema"
)

// State is whether a directory takes requests.
type State string

// The states. The wire says validating, linked, unlinked and deleting.
const (
	Waiting  State = "waiting"  // nothing came yet
	Active   State = "active"   //
	Inactive State = "inactive" // switched off: every request is refused with 403
	Deleting State = "deleting" // on its way out: nothing of it counts any more
)

// Open reports whether a directory in this state takes requests.
func (s State) Open() bool { return s == Waiting || s == Active }

// Directory is what an organization's identity provider pushes into.
type Directory struct {
	db.Owned
	ID               id.Directory
	Type             string // the wire's, such as "okta scim v2.0"
	Name             string
	State            State
	Staged           bool              // nobody becomes a member until somebody has looked and said so (provision.Apply)
	AttributeMap     map[string]string `gorm:"serializer:json"` // custom attribute → path of the resource
	TrustRoles       bool
	JIT              bool `gorm:"column:jit"`
	MaxDeactivations *int64
	MaxPercent       *int64
	WindowSeconds    int64
	HeldAt           *time.Time
	ReleasedUntil    *time.Time
	ReleasedBy       *string
	SetupStep        *string
	ActivatedAt      *time.Time
	LastSyncedAt     *time.Time
	CreatedAt        time.Time
	UpdatedAt        time.Time
}

// Token is a bearer token of a directory, without its value.
type Token struct {
	db.Owned
	ID          id.DirectoryToken
	DirectoryID id.Directory
	TokenHash   []byte
	LastFour    string
	MadeBy      string
	ExpiresAt   *time.Time
	Notice      *int64
	RevokedAt   *time.Time
	RevokedBy   *string
	LastUsedAt  *time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// User is a person as a directory has them.
type User struct {
	db.Owned
	ID          id.DirectoryUser
	DirectoryID id.Directory
	UserName    string
	UserNameKey string // Fold of it
	ExternalID  *string
	Email       *string
	EmailKey    *string
	Active      bool
	Resource    schema.Resource `gorm:"serializer:json"`
	Version     int64
	UserID      *id.User
	Kept        bool
	CreatedAt   time.Time
	UpdatedAt   time.Time

	left *Departure // by this transaction
}

// Left is how this transaction took the person away; nil: it did not.
func (u *User) Left() *Departure { return u.left }

// Email is one of a person's addresses, for look-ups.
type Email struct {
	db.Owned
	ID              id.DirectoryEmail
	DirectoryID     id.Directory
	DirectoryUserID id.DirectoryUser
	ValueKey        string
	TypeKey         string
	IsPrimary       bool
}

// Group is a group as a directory has it, without its members.
type Group struct {
	db.Owned
	ID             id.DirectoryGroup
	DirectoryID    id.Directory
	DisplayName    string
	DisplayNameKey string
	ExternalID     *string
	Resource       schema.Resource `gorm:"serializer:json"`
	Version        int64
	CreatedAt      time.Time
	UpdatedAt      time.Time

	bumped bool // this transaction has made its next version
}

// RoleMapping gives who is in a group a role.
type RoleMapping struct {
	db.Owned
	ID          id.RoleMapping
	DirectoryID id.Directory
	GroupID     id.DirectoryGroup
	RoleSlug    string
	MadeBy      string
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Departure is a person whom the directory took away.
type Departure struct {
	db.Owned
	ID              id.Departure
	DirectoryID     id.Directory
	DirectoryUserID id.DirectoryUser
	UserID          *id.User
	Kind            string // deactivated, deleted
	RequestID       string
	ReceivedAt      time.Time
	Sessions        int64
	RefreshTokens   int64
	APIKeys         int64 `gorm:"column:api_keys"`
	Kept            bool
	ProvenAt        *time.Time
	AccessUntil     *time.Time
	CreatedAt       time.Time // the instant of the transaction
	UpdatedAt       time.Time
}

// Request is a recorded request of a provider.
type Request struct {
	db.Owned
	ID           id.SCIMRequest
	DirectoryID  id.Directory
	TokenID      *id.DirectoryToken
	RequestID    string
	Method       string
	Path         string
	Operation    string
	ResourceType string
	ResourceID   *string
	PersonID     *id.DirectoryUser // the one person whom a change of a group is about
	Subject      *string
	SubjectKey   *string
	Outcome      string
	Status       int64
	Code         *string
	Reason       string
	Body         *string
	TookUS       int64 `gorm:"column:took_us"`
	IPAddress    *string
	UserAgent    *string
	CreatedAt    time.Time
}

// The tables that this package owns.
func (Directory) TableName() string   { return "directories" }
func (Token) TableName() string       { return "directory_tokens" }
func (User) TableName() string        { return "directory_users" }
func (Email) TableName() string       { return "directory_user_emails" }
func (Group) TableName() string       { return "directory_groups" }
func (RoleMapping) TableName() string { return "directory_role_mappings" }
func (Departure) TableName() string   { return "directory_departures" }
func (Request) TableName() string     { return "scim_requests" }

// Leaf lets the record of a request be written behind what it did.
func (Request) Leaf() {}

var (
	directories  = db.OwnedTable[Directory, id.Directory]{}
	tokens       = db.OwnedTable[Token, id.DirectoryToken]{}
	people       = db.OwnedTable[User, id.DirectoryUser]{}
	emails       = db.OwnedTable[Email, id.DirectoryEmail]{}
	groups       = db.OwnedTable[Group, id.DirectoryGroup]{}
	roleMappings = db.OwnedTable[RoleMapping, id.RoleMapping]{}
	departures   = db.OwnedTable[Departure, id.Departure]{}
	requests     = db.OwnedTable[Request, id.SCIMRequest]{}
)
