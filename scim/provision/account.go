package provision

import (
	"errors"
	"slices"
	"strings"

	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/mailbox"
	"gatehouse/scim/directory"
	"gatehouse/scim/schema"
	"gatehouse/tenants"
	"gatehouse/users"
)

// How is how it became certain whose account a person of a directory is.
type How string

// The ways. They are part of events.
const (
	ByCreation How = "created" // the account is new, and of a domain that the organization holds
	ByDomain   How = "domain"  // there was one, of such a domain
	ByMember   How = "member"  // it was a member's of the organization
	ByMailbox  How = "mailbox" // the person proved the mailbox in a sign-in to the organization
	BySSO      How = "sso"     // the organization's identity provider said so
)

// accountOf is whose account a person of a directory is for sure: nil where
// nobody has proven the mailbox, and the person is pending. It makes one where
// the organization holds the domain of the address. Whoever else has an account
// is asked in a sign-in of their own: a directory's word for an address that is
// not its organization's counts for nothing (attacks D1, D4), and an operator's
// account is no customer's to touch. Of who does not come in it is the account
// of a member alone.
func accountOf(tx *db.OrgTx, u *directory.User, comes bool) (*users.User, How, error) {
	if u.Email == nil || u.EmailKey == nil {
		return nil, "", nil
	}
	found, err := db.FindAddressed(tx, *u.EmailKey, heldAs(*u.EmailKey))
	if err != nil {
		return nil, "", err
	}
	return decide(tx, u, found, comes, func() (*users.User, error) { return users.Create(tx.Tx, newAccount(u)) })
}

// MailboxOf is what CreateUser asks db.FindAddressed about a resource: the key
// of its address, and the domain; empty where it names no mailbox.
func MailboxOf(r schema.Resource) (key, domain string) {
	address, err := users.ParseEmail(r.PrimaryEmail())
	if err != nil {
		return "", ""
	}
	return address.Key, heldAs(address.Key)
}

// heldAs is the domain of an address as organizations hold it; "" is nobody's.
func heldAs(address string) string {
	domain, err := tenants.NormalizeDomain(domainOf(address))
	if err != nil {
		return ""
	}
	return domain
}

// decide is whose account it is, by what is known of the address; create makes
// one.
func decide(tx *db.OrgTx, u *directory.User, found db.Addressed, comes bool, create func() (*users.User, error)) (*users.User, How, error) {
	vouched := found.Held && comes
	if found.Account != nil {
		account, err := holdAccount(tx, u, *found.Account)
		if err != nil || account != nil {
			return known(tx, account, vouched, err)
		}
	}
	if !vouched {
		return nil, "", nil
	}
	account, err := create()
	if errors.Is(err, users.ErrEmailTaken) { // somebody else made it just now
		if found, err = db.FindAddressed(tx, *u.EmailKey, ""); err == nil && found.Account != nil {
			account, err = holdAccount(tx, u, *found.Account)
		}
		return known(tx, account, vouched, err)
	}
	return account, ByCreation, err
}

// known decides about an account that is there: nil, if it went in this moment.
func known(tx *db.OrgTx, account *users.User, vouched bool, err error) (*users.User, How, error) {
	if err != nil || account == nil {
		return nil, "", err
	}
	operator, err := users.IsOperator(tx.Tx, account.ID)
	if err != nil || operator {
		return nil, "", err
	}
	_, err = users.MembershipOf(tx, account.ID)
	member := err == nil
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return nil, "", err
	}
	switch {
	case vouched:
		// An account whose address nobody had proven may be a squatter's:
		// claiming it ends what they had set up (SECURITY.md O2).
		account, err = mailbox.Claim(tx.Tx, account, users.AssertedByDirectory, false)
		return account, ByDomain, err
	case member:
		return account, ByMember, nil
	}
	return nil, "", nil
}

// holdAccount is that account, if it has the person's address, else nil; it
// stays as it is.
func holdAccount(tx *db.OrgTx, u *directory.User, key id.User) (*users.User, error) {
	account, err := users.Hold(tx.Tx, key)
	if errors.Is(err, db.ErrNotFound) || err == nil && account.EmailKey != *u.EmailKey {
		return nil, nil // it got another address in this very moment
	}
	return account, err
}

// maxPersonName bounds each of a person's names, in bytes.
const maxPersonName = 100

func newAccount(u *directory.User) users.New {
	n := namesOf(u.Resource)
	return users.New{Email: *u.Email, EmailVerified: true, EmailAssertedBy: users.AssertedByDirectory, FirstName: n.first, LastName: n.last, Name: n.full}
}

// names are what a directory calls a person.
type names struct{ first, last, full *string }

func namesOf(r schema.Resource) names {
	name, _ := r["name"].(map[string]any)
	full := text(r["displayName"])
	if full == nil {
		full = text(name["formatted"])
	}
	return names{first: text(name["givenName"]), last: text(name["familyName"]), full: full}
}

// text is what an account keeps of a name.
func text(v any) *string {
	s, _ := v.(string)
	clipped := field.Clip(strings.TrimSpace(s), maxPersonName)
	if clipped == nil {
		return nil
	}
	trimmed := strings.TrimSpace(*clipped)
	if trimmed == "" {
		return nil
	}
	return &trimmed
}

func domainOf(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	return domain
}

// refresh brings an account up to date with what the directory says of its
// person: names, and an address that changed, where the organization holds the
// domain of both the old address and the new one. An account that is not its
// own to govern stays as it is, and so does an operator's; an address that
// somebody else has stays theirs, and so does one by which more hangs on the
// account than a directory gives (attacks D2).
func refresh(tx *db.OrgTx, u *directory.User) error {
	account, err := users.Get(tx, *u.UserID)
	if err != nil {
		return err
	}
	return refreshAccount(tx, u, account)
}

func refreshAccount(tx *db.OrgTx, u *directory.User, account *users.User) error {
	change, renamed := changeOf(account, namesOf(u.Resource))
	readdress := u.EmailKey != nil && *u.EmailKey != account.EmailKey && account.EmailVerified
	if !renamed && !readdress {
		return nil
	}
	governs, err := governs(tx, account)
	if err != nil || !governs {
		return err
	}
	if readdress {
		readdress, err = locateMovable(tx, account.ID)
	}
	if err != nil {
		return err
	}
	if readdress {
		if change.Email, err = freeAddress(tx, u); err != nil {
			return err
		}
	}
	if !renamed && change.Email == nil {
		return nil
	}
	if account, err = users.Update(tx.Tx, account.ID, change); err != nil || change.Email == nil {
		return err
	}
	_, err = users.ProveEmail(tx.Tx, account.ID, users.AssertedByDirectory)
	return err
}

// governs reports whether an account is the organization's to change: it holds
// the domain of its address, and nobody runs the service by it.
func governs(tx *db.OrgTx, account *users.User) (bool, error) {
	holds, err := tenants.HoldsDomain(tx, account.EmailDomain())
	if err != nil || !holds {
		return false, err
	}
	operator, err := users.IsOperator(tx.Tx, account.ID)
	return !operator, err
}

// locateMovable reports whether a directory may give an account another address.
// Whoever reads that mailbox can have the account: so it never gives one that
// owns an organization, or in which another organization trusts.
func locateMovable(tx *db.OrgTx, account id.User) (bool, error) {
	var mine []users.Choice
	err := tx.Locate(func(all *db.AllTx) (err error) {
		mine, err = users.LocateMemberships(all, account)
		return err
	})
	return !slices.ContainsFunc(mine, func(m users.Choice) bool {
		return m.Organization != tx.Organization() || m.Role == tenants.OwnerRole
	}), err
}

// freeAddress is the person's new address, if the organization holds its
// domain and nobody else has it.
func freeAddress(tx *db.OrgTx, u *directory.User) (*string, error) {
	holds, err := tenants.HoldsDomain(tx, domainOf(*u.EmailKey))
	if err != nil || !holds {
		return nil, err
	}
	_, err = users.GetByEmail(tx, *u.Email)
	if errors.Is(err, db.ErrNotFound) {
		return u.Email, nil
	}
	return nil, err
}

// changeOf is which names of the account are others. A name that the directory
// does not tell stays.
func changeOf(account *users.User, n names) (c users.Change, any bool) {
	rename := func(member ***string, now, told *string) {
		if told != nil && !sameText(now, told) {
			*member, any = &told, true
		}
	}
	rename(&c.FirstName, account.FirstName, n.first)
	rename(&c.LastName, account.LastName, n.last)
	rename(&c.Name, account.Name, n.full)
	return c, any
}
