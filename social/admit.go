package social

import (
	"errors"

	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/mailbox"
	"gatehouse/sessions"
	"gatehouse/sso/oidc"
	"gatehouse/tenants"
	"gatehouse/users"
)

// Arrival is somebody who came back from a provider, which says who they are.
type Arrival struct {
	Slug          string          `json:"slug"`
	Method        sessions.Method `json:"method"`
	Issuer        string          `json:"issuer"`
	Subject       string          `json:"subject"`
	Email         string          `json:"email,omitempty"`
	Vouched       bool            `json:"vouched,omitempty"` // the provider has verified the address, in a way that counts
	MailboxProven bool            `json:"-"`                 // they have proven it to us just now
	Invited       bool            `json:"-"`                 // somebody asked for them to come, so they may have an account
	FirstName     string          `json:"first_name,omitempty"`
	LastName      string          `json:"last_name,omitempty"`
	Name          string          `json:"name,omitempty"`
	Picture       string          `json:"picture,omitempty"`
}

func newArrival(p *Provider, who oidc.Profile, a Answer) *Arrival {
	if who.GivenName == "" && who.FamilyName == "" {
		who.GivenName, who.FamilyName = a.GivenName, a.FamilyName
	}
	arrival := &Arrival{Slug: p.Slug, Method: p.Type.Method(), Issuer: who.Issuer, Subject: who.Subject,
		FirstName: who.GivenName, LastName: who.FamilyName, Name: who.Name, Picture: who.Picture}
	if address, err := users.ParseEmail(who.Email); err == nil {
		arrival.Email = address.Shown
		arrival.Vouched = kinds[p.Type].vouches(who, p.Options)
	}
	return arrival
}

// Admitted is whose account it is. Without a person the mailbox has to be
// proven first.
type Admitted struct {
	User     *users.User
	MustShow bool // the mailbox, to be admitted
	Linked   bool // to an account that was there before
}

// Admit decides whose account somebody signs in to. It is the only place that
// does, and writes what follows from it: the link, a new account, or the end
// of what a squatter had set up.
//
// An address that nobody vouches for is answered the same whether or not
// somebody has it: prove the mailbox. Else whoever can write any address into
// an account elsewhere could ask us who has one here.
func Admit(tx *db.Tx, a Arrival) (Admitted, error) {
	known, err := users.IdentityOf(tx, a.Issuer, a.Subject)
	if err == nil {
		return a.again(tx, known)
	}
	if !errors.Is(err, db.ErrNotFound) {
		return Admitted{}, err
	}
	switch {
	case a.Email == "":
		return Admitted{}, ErrNoEmail
	case !a.Vouched && !a.MailboxProven:
		return Admitted{MustShow: true}, nil
	}
	u, made, err := a.owner(tx)
	if err != nil {
		return Admitted{}, err
	}
	err = a.link(tx, u)
	if errors.Is(err, users.ErrIdentityTaken) { // the same person, a moment ago in another tab
		if known, err = users.IdentityOf(tx, a.Issuer, a.Subject); err == nil {
			return a.again(tx, known)
		}
	}
	return Admitted{User: u, Linked: !made}, err
}

// again is somebody whom we know by issuer and subject: whatever their address
// there is by now, they are who they were.
func (a Arrival) again(tx *db.Tx, known *users.Identity) (Admitted, error) {
	u, err := users.Get(tx, known.UserID)
	if err != nil {
		return Admitted{}, err
	}
	if err := users.TouchIdentity(tx, known.ID, a.email(), a.Vouched); err != nil {
		return Admitted{}, err
	}
	if u.EmailVerified || !a.Vouched && !a.MailboxProven || !a.about(u) {
		return Admitted{User: u}, nil
	}
	if u, err = mailbox.Claim(tx, u, a.assertion(), false); err != nil {
		return Admitted{}, err
	}
	return Admitted{User: u}, a.link(tx, u) // the claim unlinked everything
}

func (a Arrival) about(u *users.User) bool {
	address, err := users.ParseEmail(a.Email)
	return err == nil && address.Key == u.EmailKey
}

// owner is the person who has the address, or a new one. An account that
// nobody had proven the address of may be a squatter's: it is claimed, which
// ends their password, factors, links and sessions (SECURITY.md O2).
func (a Arrival) owner(tx *db.Tx) (u *users.User, made bool, err error) {
	u, err = users.GetByEmail(tx, a.Email)
	if errors.Is(err, db.ErrNotFound) {
		if u, err = a.create(tx); !errors.Is(err, users.ErrEmailTaken) {
			return u, true, err
		}
		u, err = users.GetByEmail(tx, a.Email) // somebody else made it meanwhile
	}
	if err != nil {
		return nil, false, err
	}
	operator, err := users.IsOperator(tx, u.ID)
	if err != nil {
		return nil, false, err
	}
	// A provider's word is enough for a customer's account, not for one that
	// opens every customer's.
	if operator {
		return nil, false, ErrOperator
	}
	u, err = mailbox.Claim(tx, u, a.assertion(), false)
	return u, false, err
}

func (a Arrival) create(tx *db.Tx) (*users.User, error) {
	settings, err := tenants.GetSettings(tx)
	if err != nil {
		return nil, err
	}
	if !settings.SignUp && !a.Invited {
		return nil, ErrSignUp
	}
	n := users.New{Email: a.Email, EmailVerified: true, EmailAssertedBy: a.assertion(), SignsIn: true,
		FirstName: field.Clip(a.FirstName, maxPersonName), LastName: field.Clip(a.LastName, maxPersonName), Name: field.Clip(a.Name, maxPersonName)}
	if users.IsPicture(a.Picture) {
		n.ProfilePictureURL = &a.Picture
	}
	return users.Create(tx, n)
}

const maxPersonName = 100 // bytes

// link adds the account at the provider to the person's.
func (a Arrival) link(tx *db.Tx, u *users.User) error {
	_, err := users.AddIdentity(tx, users.Identity{UserID: u.ID, Provider: a.Method, Issuer: a.Issuer, Subject: a.Subject, Email: a.email(), EmailVerified: a.Vouched})
	return err
}

// Add links the account to a person who is signed in and asked for it. That
// it is linked already is fine where it is theirs.
func Add(tx *db.Tx, a Arrival, user id.User) error {
	known, err := users.IdentityOf(tx, a.Issuer, a.Subject)
	if errors.Is(err, db.ErrNotFound) {
		u, err := users.Get(tx, user)
		if err != nil {
			return err
		}
		return a.link(tx, u)
	}
	if err != nil {
		return err
	}
	if known.UserID != user {
		return users.ErrIdentityTaken
	}
	return users.TouchIdentity(tx, known.ID, a.email(), a.Vouched)
}

// assertion is who vouches for the address.
func (a Arrival) assertion() users.Assertion {
	if a.MailboxProven {
		return users.AssertedByMailbox
	}
	return users.Assertion(a.Method)
}

func (a Arrival) email() *string {
	if a.Email == "" {
		return nil
	}
	return &a.Email
}
