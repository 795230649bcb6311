package people

import (
	"errors"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/invitations"
	"gatehouse/mailbox"
	"gatehouse/scim/directory"
	"gatehouse/sessions"
	"gatehouse/sso"
	"gatehouse/sso/trail"
	"gatehouse/tenants"
	"gatehouse/users"
)

// Admission is whose account somebody signs in to.
type Admission struct {
	User     *users.User
	Identity *Identity
	Made     bool // the account is new
	Linked   bool // to an account that was there before
}

// Unproven reports whether the account is somebody's who has yet to prove its
// mailbox: until then nothing of it changes, and nothing of it is told.
func (a Admission) Unproven() bool { return a.Identity.ProvenAt == nil }

// Via is what the sign-in counts for.
func (a Admission) Via() sessions.Via {
	return sessions.Via{ConnectionID: &a.Identity.ConnectionID, SSOOrganizationID: &a.Identity.OrganizationID, SSOGuest: a.Identity.Guest}
}

// Admit decides whose account the profile is, and writes what follows: the
// identity, a new account or the end of what a squatter had set up, the
// membership and its role, the names. It is the only place that does.
//
// A *trail.Refusal has changed nothing: it may be recorded in the same
// transaction.
func Admit(tx *db.OrgTx, c *sso.Connection, p sso.Profile) (Admission, error) {
	x := &arriving{tx: tx, c: c, p: p}
	if err := x.read(); err != nil {
		return Admission{}, err
	}
	stands, err := x.recall()
	if err != nil {
		return Admission{}, err
	}
	if !stands {
		if x.c, err = sso.Lock(tx, c.ID); err != nil {
			return Admission{}, err
		}
		if stands, err = x.recall(); err != nil { // by another tab, while this one waited
			return Admission{}, err
		}
	}
	if stands {
		return x.again()
	}
	return x.first()
}

// arriving is somebody on their way in.
type arriving struct {
	tx    *db.OrgTx
	c     *sso.Connection
	p     sso.Profile
	email users.Address // the zero value where the provider told none
	holds bool          // the organization holds the domain of that
	owns  bool          // and its provider vouches for it
	known *Identity     // the subject's
	reads bool          // they have proven the mailbox of the address

	person     *directory.User // who the organization's directory says that they are, if it does
	governs    bool            // and the organization holds the domain of that person's account
	user       *users.User
	from       *Identity // theirs at the connection that this one replaces, by the id that stayed
	moved      *Identity // theirs at the connection that this one replaces
	membership *users.Membership
	invitation *invitations.Invitation // open, for the address
	joins      bool
}

// read judges what the profile says before anybody is looked up.
func (x *arriving) read() error {
	if x.p.Subject == "" || len(x.p.Subject) > maxSubject {
		return trail.Refuse(ErrSubject, trail.Subject, "a subject", clipped(x.p.Subject))
	}
	o, err := tenants.Get(x.tx, x.tx.Organization())
	if err != nil {
		return err
	}
	if o.System {
		return trail.Refuse(ErrSystem, trail.Account, "", "")
	}
	if x.email, err = users.ParseEmail(x.p.Email); err != nil {
		x.email = users.Address{}
		return nil // known people need none
	}
	if x.holds, err = tenants.HoldsDomain(x.tx, x.email.Domain()); err != nil {
		return err
	}
	if !x.holds && !x.c.AllowGuests {
		return trail.Refuse(ErrDomain, trail.Domain, "an address of a verified domain", x.email.Shown)
	}
	// What the provider itself does not vouch for, its people may have typed
	// themselves: it is proven like a guest's (SECURITY.md O1).
	x.owns = x.holds && !x.p.EmailUnverified
	return nil
}

// again is somebody whom we know by connection and subject: whatever their
// address there is by now, they are who they were.
func (x *arriving) again() (Admission, error) {
	u, err := users.Hold(x.tx.Tx, x.known.UserID)
	if err != nil {
		return Admission{}, err
	}
	x.user = u
	if err := x.isNoOperator(); err != nil { // they may have become one since
		return Admission{}, err
	}
	if err := x.fits(); err != nil {
		return Admission{}, err
	}
	if x.owns && x.email.Key == u.EmailKey {
		if x.user, err = mailbox.Claim(x.tx.Tx, u, assertedBySSO, false); err != nil {
			return Admission{}, err
		}
		if err := x.known.proveAgain(x.tx, x.user); err != nil {
			return Admission{}, err
		}
	}
	if err := x.settle(); err != nil {
		return Admission{}, err
	}
	return Admission{User: x.user, Identity: x.known}, x.touch()
}

// first is a subject that has never signed in here, or a guest who has not
// proven the mailbox; or one whose account somebody else has claimed since.
func (x *arriving) first() (Admission, error) {
	if err := x.known.forget(x.tx); err != nil {
		return Admission{}, err
	}
	made, err := x.own()
	if errors.Is(err, users.ErrEmailTaken) { // somebody else made the account just now
		made, err = x.own()
	}
	if err != nil {
		return Admission{}, err
	}
	if err := x.link(); err != nil {
		return Admission{}, err
	}
	if x.known.ProvenAt != nil {
		if err := x.settle(); err != nil {
			return Admission{}, err
		}
	}
	return Admission{User: x.user, Identity: x.known, Made: made, Linked: !made}, x.touch()
}

// own decides whose account it is, and makes it where there is none.
func (x *arriving) own() (made bool, err error) {
	if err := x.find(); err != nil {
		return false, err
	}
	if made = x.user == nil; !made {
		if err := x.mayLink(); err != nil {
			return false, err
		}
	}
	if err := x.fits(); err != nil {
		return false, err
	}
	switch {
	case made:
		err = x.create()
	case x.owns && x.from == nil && x.email.Key == x.user.EmailKey:
		// An account that nobody had proven the address of may be a squatter's:
		// claiming it ends what they had set up (SECURITY.md O2).
		x.user, err = mailbox.Claim(x.tx.Tx, x.user, assertedBySSO, false)
	}
	return made, err
}

// assertedBySSO says that an organization's own provider vouches for the
// address, whose domain it holds.
const assertedBySSO = users.Assertion(sessions.SSO)

// maxSubject is far above what a provider's names for people are: a NameID
// has 256 characters (SAML Core §8.3.7), a sub 255 (OpenID Connect Core §2).
const maxSubject = 1024

func clipped(s string) string {
	if len(s) > maxSubject {
		return "more than 1024 bytes"
	}
	return s
}

// link binds the subject to the person. A guest's binding counts only once they
// have proven the mailbox (Prove); until then each sign-in makes it anew.
func (x *arriving) link() error {
	if x.known != nil {
		if _, err := identities.Delete(x.tx, x.known.ID, db.Null("proven_at")); err != nil {
			return err
		}
	}
	now := x.tx.Now()
	i := &Identity{ID: id.New[id.Profile](), ConnectionID: x.c.ID, UserID: x.user.ID, Subject: x.p.Subject, LastUsedAt: &now}
	if x.known != nil && x.known.UserID == x.user.ID {
		i.ID = x.known.ID // another tab may be proving it
	}
	switch {
	case x.from != nil:
		i.ProvenAt = x.from.ProvenAt
	case x.owns, x.governs:
		i.ProvenAt = &now
	}
	x.known = i
	if err := x.describe(); err != nil {
		return err
	}
	err := identities.Insert(x.tx, i)
	if errors.Is(err, db.ErrDuplicate) {
		err = errTaken
	}
	if err != nil || i.ProvenAt == nil {
		return err
	}
	return x.record()
}

func (x *arriving) record() error {
	linked := audit.SSOIdentityLinked{User: x.user.Wire(), Identity: x.known.wire()}
	if x.moved != nil {
		linked.Replaces = &x.moved.ID
	}
	return audit.Record(x.tx, linked)
}

// describe fills in what the provider says of the person now.
func (x *arriving) describe() error {
	i := x.known
	i.ExternalID, i.Email = some(x.p.ExternalID), some(x.email.Shown)
	holds, err := tenants.HoldsDomain(x.tx, x.user.EmailDomain())
	if err != nil {
		return err
	}
	i.Guest = !holds || x.email.Key != "" && !x.owns && !x.provenOwn()
	return i.keep(x.tx, x.c, x.p)
}

// provenOwn reports whether the person has proven the mailbox of the address
// that the provider tells, and the organization holds its domain: then they are
// its own, whether or not the provider vouches for the address itself.
func (x *arriving) provenOwn() bool {
	return x.holds && x.known.ProvenAt != nil && x.user.EmailVerified && x.email.Key == x.user.EmailKey
}

// touch notes that the person came, and what their provider says of them now.
func (x *arriving) touch() error {
	i := x.known
	if err := x.describe(); err != nil {
		return err
	}
	now := x.tx.Now()
	i.LastUsedAt = &now
	_, err := identities.Update(x.tx, i.ID, db.Set{"external_id": i.ExternalID, "email": i.Email, "guest": i.Guest, "profile": i.Profile,
		"mapped_role": i.MappedRole, "last_used_at": now}.Quiet())
	return err
}
