package login

import (
	"crypto/subtle"
	"errors"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
	"gatehouse/invitations"
	"gatehouse/sessions"
	"gatehouse/social"
	"gatehouse/users"
)

// Lifetime is how long an attempt may take.
const Lifetime = 30 * time.Minute

// ErrNotDone says that the attempt has not been completed.
var ErrNotDone = problem.New(problem.BadRequest, "sign_in_not_complete", "The sign-in has not been completed.")

// errExpired says that the attempt is gone, has run out, or belongs to another browser.
var errExpired = problem.New(problem.BadRequest, "sign_in_expired", "This sign-in has run out or was started in another browser. Start again.")

// The screens that an attempt can begin with.
const (
	ScreenSignIn = "sign-in"
	ScreenSignUp = "sign-up"
	ScreenCode   = "code" // sign-in by a mailed code
)

// Attempt is one try to sign in, and all that is known of it so far.
type Attempt struct {
	db.Global
	ID                id.Attempt
	SecretHash        []byte
	Reference         string // GH-XXXX-XXXX: what its pages show and its audit entries carry
	ReturnPath        string
	ApplicationName   string
	ApplicationURL    *string
	LandsAt           *string
	OrganizationID    *id.Organization
	NeedsOrganization bool
	FreshAfter        *time.Time
	Screen            string
	Email             *string
	FirstName         *string
	LastName          *string
	UILocales         *string
	UserID            *id.User // set once the person is proven
	AuthMethod        *sessions.Method
	AuthenticatedAt   *time.Time
	BrowserSessionID  *id.BrowserSession
	Gate              *string // what stands between a proven person and their session (login/gates)
	PasswordHash      *string // of a sign-up whose mailbox is not proven yet
	SecondMethod      *sessions.Second
	SecondAt          *time.Time
	sessions.Via                     // ConnectionID alone: go there at once
	SSORequestID      *id.SSORequest // who came waits there
	SSOIdentityID     *id.Profile    // and what they came in by
	InvitationID      *id.Invitation
	ChallengeID       *id.Challenge // of the code that was sent by SMS
	EnrollingFactorID *id.Factor
	AskedOn           *string           // browser that had a code mailed, as people call it
	AskedFrom         *string           // and its address
	CodesShownAt      *time.Time        // recovery codes of this sign-in were shown
	Provider          *string           // the one that the application named, or that the person came back from
	ProviderHints     *social.Hints     `gorm:"serializer:json"`
	SocialRequestID   *id.SocialRequest // what came back from a provider and waits for the mailbox to be proven
	CompletedAt       *time.Time
	ExpiresAt         time.Time
	CreatedAt         time.Time
	UpdatedAt         time.Time

	person *users.User // as pass read them
}

// TableName is the table that this package owns.
func (Attempt) TableName() string { return "login_attempts" }

var attempts = db.GlobalTable[Attempt, id.Attempt]{}

// Begin says what a sign-in is for.
type Begin struct {
	ReturnPath        string           // ours, with its query: where the browser goes when it is done
	ApplicationName   string           // shown; empty: the deployment's name
	ApplicationURL    string           // where a person who is lost can start again
	LandsAt           string           // the proven redirect URI behind ReturnPath, if any
	Organization      *id.Organization // the one to sign in to
	NeedsOrganization bool             // choose one where the person has several
	LoginHint         string           // an address to fill in
	UILocales         string
	Screen            string         // ScreenSignIn (default) or ScreenSignUp
	FreshAfter        *time.Time     // a live session from before this does not count
	Provider          string         // go there at once; a slug
	Connection        *id.Connection // or go to this connection's provider at once; it is active
	SSO               bool           // or to Organization's connections, of which the person chooses one
	ProviderHints     social.Hints   // for either

	// Invitation that the sign-in accepts, of LocateOpen. The address is then
	// the invited one, and the organization its own.
	Invitation *invitations.Invitation
}

// Started is an attempt that has begun. Secret goes into the browser (Remember).
type Started struct {
	Attempt id.Attempt
	Secret  string
	Path    string // of the first page
}

// Start begins an attempt.
func Start(tx *db.Tx, b Begin) (Started, error) {
	a, secret := newAttempt(tx.Now(), b)
	if err := attempts.Insert(tx, a); err != nil {
		return Started{}, err
	}
	page := a.firstPage()
	if b.SSO && b.Connection == nil {
		page = pathSSO
	}
	return Started{Attempt: a.ID, Secret: secret, Path: a.path(page)}, nil
}

// firstPage asks for the address, unless the application named a provider or a
// connection.
func (a *Attempt) firstPage() string {
	switch {
	case a.ConnectionID != nil:
		return pathSSO
	case a.Provider != nil:
		return pathSocial + "/" + *a.Provider
	case a.Screen == ScreenSignUp:
		return pathSignUp
	}
	return pathIdentifier
}

func newAttempt(now time.Time, b Begin) (a *Attempt, secret string) {
	secret = seal.Token(seal.TokenBytes)
	a = &Attempt{
		ID: id.New[id.Attempt](), SecretHash: seal.Hash(secret), Reference: seal.Reference(),
		ReturnPath: b.ReturnPath, ApplicationName: b.ApplicationName, ApplicationURL: some(b.ApplicationURL), LandsAt: some(b.LandsAt),
		OrganizationID: b.Organization, NeedsOrganization: b.NeedsOrganization, FreshAfter: b.FreshAfter,
		Screen: b.Screen, Email: some(clip(b.LoginHint, maxEmail)), UILocales: some(clip(b.UILocales, maxLocales)),
		ExpiresAt: now.Add(Lifetime),
	}
	if a.Screen != ScreenSignUp {
		a.Screen = ScreenSignIn
	}
	if i := b.Invitation; i != nil {
		a.InvitationID, a.Email = &i.ID, &i.Email
		if i.OrganizationID != nil {
			a.OrganizationID = i.OrganizationID
		}
	}
	if b.Provider != "" {
		a.Provider, a.ProviderHints = &b.Provider, &b.ProviderHints
	}
	if b.Connection != nil {
		a.ConnectionID, a.ProviderHints = b.Connection, &b.ProviderHints
	}
	return a, secret
}

// Done is what an attempt found out.
type Done struct {
	User            id.User
	BrowserSession  id.BrowserSession
	Organization    *id.Organization
	Method          sessions.Method
	AuthenticatedAt time.Time
	Second          *sessions.Second // the second step, if one was taken
	SecondAt        *time.Time
	Via             sessions.Via
	Identity        *id.Profile // what they came in by there, in this very sign-in
}

// Outcome is what the attempt found out, or ErrNotDone. The caller checks that
// the browser session is the one of the browser that asks.
func Outcome(tx db.AnyScope, attempt id.Attempt) (Done, error) {
	a, err := attempts.Get(tx, attempt)
	if errors.Is(err, db.ErrNotFound) {
		return Done{}, ErrNotDone
	}
	if err != nil {
		return Done{}, err
	}
	if a.CompletedAt == nil || a.UserID == nil || a.BrowserSessionID == nil || a.AuthMethod == nil || a.AuthenticatedAt == nil {
		return Done{}, ErrNotDone
	}
	return Done{User: *a.UserID, BrowserSession: *a.BrowserSessionID, Organization: a.OrganizationID,
		Method: *a.AuthMethod, AuthenticatedAt: *a.AuthenticatedAt,
		Second: a.SecondMethod, SecondAt: a.SecondAt, Via: a.Via, Identity: a.SSOIdentityID}, nil
}

// Sweep removes attempts that ran out a day ago.
func Sweep(tx *db.Tx) (int64, error) {
	return attempts.DeleteWhere(tx, db.Lt("expires_at", tx.Now().Add(-24*time.Hour)))
}

// find is the live attempt that the browser proves by its secret.
func find(tx db.AnyScope, now time.Time, flow id.Attempt, secret string) (*Attempt, error) {
	a, err := attempts.Get(tx, flow)
	if errors.Is(err, db.ErrNotFound) {
		return nil, errExpired
	}
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare(a.SecretHash, seal.Hash(secret)) != 1 || !now.Before(a.ExpiresAt) {
		return nil, errExpired
	}
	return a, nil
}

func (a *Attempt) email() string {
	if a == nil {
		return ""
	}
	return text(a.Email)
}

func some(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
