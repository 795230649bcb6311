package wire

import (
	"encoding/json"

	"gatehouse/internal/id"
)

type (
	directoryObject      struct{}
	directoryUserObject  struct{}
	directoryGroupObject struct{}
	directoryTokenObject struct{}
	scimRequestObject    struct{}
	departureObject      struct{}
	safeguardObject      struct{}
	roleMappingObject    struct{}
	previewObject        struct{}
)

func (directoryObject) object() string      { return "directory" }
func (directoryUserObject) object() string  { return "directory_user" }
func (directoryGroupObject) object() string { return "directory_group" }
func (directoryTokenObject) object() string { return "directory_token" }
func (scimRequestObject) object() string    { return "scim_request" }
func (departureObject) object() string      { return "directory_departure" }
func (safeguardObject) object() string      { return "directory_safeguard" }
func (roleMappingObject) object() string    { return "directory_role_mapping" }
func (previewObject) object() string        { return "directory_preview" }

// Directory is what an organization's identity provider pushes people and
// groups into (reference/wire-api.md 5).
type Directory struct {
	Object         Object[directoryObject] `json:"object"`
	ID             id.Directory            `json:"id"`
	OrganizationID id.Organization         `json:"organization_id"`
	ExternalKey    string                  `json:"external_key"` // its id; receivers of old read it
	Type           string                  `json:"type"`
	State          string                  `json:"state"` // validating until the first request, then linked; unlinked while switched off
	Name           string                  `json:"name"`
	Domain         string                  `json:"domain,omitempty"`
	Metadata       *DirectoryMetadata      `json:"metadata,omitempty"`
	CreatedAt      Timestamp               `json:"created_at"`
	UpdatedAt      Timestamp               `json:"updated_at"`
}

// DirectoryMetadata counts what a directory has.
type DirectoryMetadata struct {
	Users  DirectoryUserCounts `json:"users"`
	Groups int64               `json:"groups"`
}

// DirectoryUserCounts counts the people in a directory.
type DirectoryUserCounts struct {
	Active   int64 `json:"active"`
	Inactive int64 `json:"inactive"`
}

// DirectoryEvent is a directory as events tell of it: there its state is
// active or inactive, and the organization's domains stand with it.
type DirectoryEvent struct {
	Directory
	State   string                    `json:"state"`
	Domains Array[OrganizationDomain] `json:"domains"`
}

// DirectoryDetail is a directory with all that is set of it.
type DirectoryDetail struct {
	Directory
	SCIM         DirectorySCIM     `json:"scim"`
	AttributeMap map[string]string `json:"attribute_map"` // custom attribute → path of the resource
	TrustRoles   bool              `json:"trust_roles"`
	JIT          bool              `json:"jit_provisioning"`
	Staged       bool              `json:"staged"` // what comes is kept; nobody becomes a member until it is applied
	HeldAt       *Timestamp        `json:"held_at"`
	LastSyncedAt *Timestamp        `json:"last_synced_at"`
	ActivatedAt  *Timestamp        `json:"activated_at"`
}

// DirectorySCIM is where a provider pushes, and by which token: its value is
// shown once.
type DirectorySCIM struct {
	Endpoint string          `json:"endpoint"`
	Token    *DirectoryToken `json:"token,omitempty"`
}

// DirectoryToken is a bearer token of a directory.
type DirectoryToken struct {
	Object     Object[directoryTokenObject] `json:"object"`
	ID         id.DirectoryToken            `json:"id"`
	Value      string                       `json:"value,omitempty"` // once
	LastFour   string                       `json:"last_four"`
	ExpiresAt  *Timestamp                   `json:"expires_at"`
	RevokedAt  *Timestamp                   `json:"revoked_at"`
	LastUsedAt *Timestamp                   `json:"last_used_at"`
	CreatedAt  Timestamp                    `json:"created_at"`
}

// DirectoryUser is a person as a directory has them.
type DirectoryUser struct {
	Object           Object[directoryUserObject] `json:"object"`
	ID               id.DirectoryUser            `json:"id"`
	DirectoryID      id.Directory                `json:"directory_id"`
	OrganizationID   id.Organization             `json:"organization_id"`
	IDPID            string                      `json:"idp_id"` // externalId, else userName
	Email            *string                     `json:"email"`
	FirstName        *string                     `json:"first_name"`
	LastName         *string                     `json:"last_name"`
	Name             *string                     `json:"name"`
	Username         *string                     `json:"username"`
	JobTitle         *string                     `json:"job_title"`
	Emails           Array[DirectoryEmail]       `json:"emails"`
	State            string                      `json:"state"`   // active, inactive
	UserID           *id.User                    `json:"user_id"` // null: nobody has proven the mailbox yet
	Role             *RoleSlug                   `json:"role,omitempty"`
	Roles            Array[RoleSlug]             `json:"roles"`
	Groups           Array[DirectoryGroup]       `json:"groups"`
	CustomAttributes map[string]any              `json:"custom_attributes"`
	RawAttributes    json.RawMessage             `json:"raw_attributes"`
	CreatedAt        Timestamp                   `json:"created_at"`
	UpdatedAt        Timestamp                   `json:"updated_at"`
}

// DirectoryEmail is one of a person's addresses.
type DirectoryEmail struct {
	Primary bool    `json:"primary"`
	Type    *string `json:"type"`
	Value   string  `json:"value"`
}

// DirectoryGroup is a group as a directory has it.
type DirectoryGroup struct {
	Object         Object[directoryGroupObject] `json:"object"`
	ID             id.DirectoryGroup            `json:"id"`
	IDPID          string                       `json:"idp_id"`
	DirectoryID    id.Directory                 `json:"directory_id"`
	OrganizationID id.Organization              `json:"organization_id"`
	Name           string                       `json:"name"`
	RawAttributes  json.RawMessage              `json:"raw_attributes,omitempty"`
	CreatedAt      Timestamp                    `json:"created_at"`
	UpdatedAt      Timestamp                    `json:"updated_at"`
}

// DirectoryRoleMapping gives who is in a group a role.
type DirectoryRoleMapping struct {
	Object           Object[roleMappingObject] `json:"object"`
	ID               id.RoleMapping            `json:"id"`
	DirectoryGroupID id.DirectoryGroup         `json:"directory_group_id"`
	GroupName        string                    `json:"group_name"`
	RoleSlug         string                    `json:"role_slug"`
	CreatedAt        Timestamp                 `json:"created_at"`
}

// DirectorySafeguard says when people's leaving is held, and whether it is now.
type DirectorySafeguard struct {
	Object           Object[safeguardObject] `json:"object"`
	DirectoryID      id.Directory            `json:"directory_id"`
	State            string                  `json:"state"` // on, off, held, released
	MaxDeactivations *int64                  `json:"max_deactivations"`
	MaxPercent       *int64                  `json:"max_percent"`
	WindowSeconds    int64                   `json:"window_seconds"`
	Departed         int64                   `json:"departed"` // within the window
	HeldAt           *Timestamp              `json:"held_at"`
	ReleasedUntil    *Timestamp              `json:"released_until"`
}

// DirectoryPreview is what applying a staged directory would do.
type DirectoryPreview struct {
	Object      Object[previewObject] `json:"object"`
	DirectoryID id.Directory          `json:"directory_id"`
	Staged      bool                  `json:"staged"`
	Added       int64                 `json:"added"`      // who becomes a member
	Matched     int64                 `json:"matched"`    // who is one already
	Pending     int64                 `json:"pending"`    // who has to prove their mailbox first
	NoAddress   int64                 `json:"no_address"` // of those, who came without one
	Inactive    int64                 `json:"inactive"`   // whom the directory has switched off
	Removed     int64                 `json:"removed"`    // of those, members who would go
}

// SCIMRequest is a recorded request of a provider, and what became of it.
type SCIMRequest struct {
	Object         Object[scimRequestObject] `json:"object"`
	ID             id.SCIMRequest            `json:"id"`
	DirectoryID    id.Directory              `json:"directory_id"`
	OrganizationID id.Organization           `json:"organization_id"`
	RequestID      string                    `json:"request_id"`
	TokenID        *id.DirectoryToken        `json:"token_id"`
	Method         string                    `json:"method"`
	Path           string                    `json:"path"`
	Operation      string                    `json:"operation"`
	ResourceType   string                    `json:"resource_type"`
	ResourceID     *string                   `json:"resource_id"`
	Subject        *string                   `json:"subject"`
	Outcome        string                    `json:"outcome"` // applied, unchanged, read, refused, held
	Status         int64                     `json:"status"`
	Code           *string                   `json:"code"`
	Reason         string                    `json:"reason"`
	Body           *string                   `json:"body"` // redacted
	TookUS         int64                     `json:"took_us"`
	IPAddress      *string                   `json:"ip_address"`
	UserAgent      *string                   `json:"user_agent"`
	CreatedAt      Timestamp                 `json:"created_at"`
}

// DirectoryDeparture is the proof that a person whom a directory took away has
// nothing left that lives.
type DirectoryDeparture struct {
	Object          Object[departureObject] `json:"object"`
	ID              id.Departure            `json:"id"`
	DirectoryID     id.Directory            `json:"directory_id"`
	OrganizationID  id.Organization         `json:"organization_id"`
	DirectoryUserID id.DirectoryUser        `json:"directory_user_id"`
	UserID          *id.User                `json:"user_id"`
	Kind            string                  `json:"kind"` // deactivated, deleted
	Kept            bool                    `json:"kept"` // the last owner, who stays a member
	RequestID       string                  `json:"request_id"`
	Sessions        int64                   `json:"sessions_ended"`
	RefreshTokens   int64                   `json:"refresh_tokens_ended"`
	APIKeys         int64                   `json:"api_keys_ended"`
	ReceivedAt      Timestamp               `json:"received_at"`
	EndedAt         Timestamp               `json:"ended_at"`     // the instant of the transaction that ended them all
	ProvenAt        *Timestamp              `json:"proven_at"`    // when nothing live was found afterwards
	TookUS          *int64                  `json:"took_us"`      // from receiving to proven
	AccessUntil     *Timestamp              `json:"access_until"` // an access token that is checked by its signature alone counts until then
}
