package hosted

import "time"

// OrganizationPickerPage asks where to go: /login/organizations. Rows post
// FieldOrganization; most recently used first is the caller's order.
type OrganizationPickerPage struct {
	Frame
	Action        string
	Person        Person
	SearchURL     string // GET with FieldSearch filters the list
	Search        string
	Total         int // organizations the person has, before the search
	Organizations []OrganizationRow
	CreateURL     string // "" hides the link
	SwitchURL     string // to another account; "" hides the link
	Skip          bool   // offers to go on in no organization
	Now           time.Time
	Problems      []Problem
}

// SearchFrom is the number of organizations from which there is a search field.
const SearchFrom = 8

// OrganizationRow is one organization that the person may choose.
type OrganizationRow struct {
	ID        string
	Name      string
	LogoURL   string
	Role      string    // its name, "" if unknown
	LastUsed  time.Time // zero if never
	Locked    LockReason
	InvitedBy string // set on a pending invitation
	Invited   bool
	Domain    string // of the person's address, by which they may join; "" where they are a member or invited
}

// LockReason is what an organization asks before it lets the person in.
type LockReason string

// The reasons.
const (
	LockedSSO     LockReason = "sso"
	LockedMFA     LockReason = "mfa"
	LockedAddress LockReason = "address" // not from this network
	LockedMethod  LockReason = "method"  // another way to sign in
)

// CreateOrganizationPage starts an organization: /login/organizations/new.
type CreateOrganizationPage struct {
	Frame
	Action   string
	Name     string
	BackURL  string
	Problems []Problem
}
