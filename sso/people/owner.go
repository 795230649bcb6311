package people

import (
	"errors"

	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/sso/trail"
	"gatehouse/users"
)

// find looks for the account of somebody who comes for the first time: theirs
// at the connection that this one replaces, by the id that stayed the same, or
// that of whom the directory says they are, or the one that has the address. It
// holds what it finds.
func (x *arriving) find() (err error) {
	if x.from, err = x.before(); err != nil {
		return err
	}
	if x.from != nil {
		x.moved = x.from
		x.user, err = users.Hold(x.tx.Tx, x.from.UserID)
		return err
	}
	if known, err := x.inDirectory(); err != nil || known {
		return err
	}
	if x.switchedOff() {
		return x.off()
	}
	if x.email.Key == "" {
		return trail.Refuse(ErrNoEmail, trail.Attributes, "an email address", x.p.Email)
	}
	u, err := users.GetByEmail(x.tx, x.email.Shown)
	if err == nil {
		u, err = users.Hold(x.tx.Tx, u.ID)
	}
	switch {
	case errors.Is(err, db.ErrNotFound):
		return nil
	case err == nil && u.EmailKey != x.email.Key:
		return nil // it got another one in this very moment
	}
	x.user = u
	return err
}

// moves reports whether an owner has approved that people move here from
// another connection.
func (x *arriving) moves() bool { return x.c.ReplacesID != nil && x.c.ReplacesApprovedBy != nil }

// before is the one identity at the replaced connection with the profile's
// external id.
func (x *arriving) before() (*Identity, error) {
	if !x.moves() || x.p.ExternalID == "" {
		return nil, nil
	}
	rows, err := identities.List(x.tx, db.Query{Where: []db.Cond{db.Eq("connection_id", *x.c.ReplacesID), db.Eq("external_id", x.p.ExternalID),
		db.NotNull("proven_at")}, Limit: 2})
	if err != nil || len(rows) != 1 { // of two nobody knows which
		return nil, err
	}
	if stands, err := rows[0].stands(x.tx); err != nil || !stands {
		return nil, err
	}
	return &rows[0], nil
}

// maxElsewhere bounds how many identities of one person are looked at.
const maxElsewhere = 100

// mayLink refuses an account that is not this subject's to take: an operator's,
// one that another subject of the connection has, and one that signs in by
// another connection of the organization from which no move was approved. A
// second subject is the same person's where the provider tells the account's
// own address; a directory's word alone, which whoever has its token gives, is
// not enough for that.
func (x *arriving) mayLink() error {
	if x.told() {
		if err := x.isNoOperator(); err != nil {
			return err
		}
	}
	theirs, err := identities.List(x.tx, db.Query{Where: standing(x.user), Limit: maxElsewhere})
	if err != nil {
		return err
	}
	elsewhere := ""
	for n := range theirs {
		i := &theirs[n]
		switch {
		case i.ConnectionID == x.c.ID:
			other := i.ExternalID != nil && x.p.ExternalID != "" && *i.ExternalID != x.p.ExternalID
			if same := i.ExternalID != nil && *i.ExternalID == x.p.ExternalID; other || x.governs && !same && x.email.Key != x.user.EmailKey {
				return trail.Refuse(ErrOtherSubject, trail.Account, i.called(), x.p.ExternalID)
			}
		case x.moves() && i.ConnectionID == *x.c.ReplacesID:
			x.moved = i
		default:
			elsewhere = string(i.ConnectionID)
		}
	}
	if elsewhere != "" && x.moved == nil {
		return trail.Refuse(ErrMove, trail.Account, elsewhere, string(x.c.ID))
	}
	return nil
}

// called is by which of the provider's ids somebody is known.
func (i *Identity) called() string {
	if i.ExternalID != nil {
		return *i.ExternalID
	}
	return i.Subject
}

// maxPersonName bounds each of a person's names, in bytes.
const maxPersonName = 100

// create makes the account. Where the organization holds the address's domain
// its word counts for it; a guest proves the mailbox before anything else.
func (x *arriving) create() (err error) {
	n := users.New{Email: x.email.Shown, EmailVerified: x.owns, FirstName: field.Clip(x.p.FirstName, maxPersonName),
		LastName: field.Clip(x.p.LastName, maxPersonName), Name: field.Clip(x.p.Name, maxPersonName)}
	if x.owns {
		n.EmailAssertedBy, n.SignsIn = assertedBySSO, true
	}
	x.user, err = users.Create(x.tx.Tx, n)
	return err
}

// isNoOperator refuses those who may use the dashboard: a customer's provider
// would sign whom it likes in to an operator's account.
func (x *arriving) isNoOperator() error {
	operator, err := users.IsOperator(x.tx.Tx, x.user.ID)
	if err == nil && operator {
		err = trail.Refuse(ErrOperator, trail.Account, "", x.email.Shown)
	}
	return err
}
