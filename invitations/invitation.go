package invitations

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/internal/wire"
)

// Invitation asks the owner of one mailbox in. Without an organization it is to
// the deployment's applications as such: who has it may sign up where people
// otherwise do not make their own accounts.
type Invitation struct {
	db.MaybeOwned
	ID             id.Invitation
	Email          string
	EmailKey       string // the mailbox, as addresses are compared
	RoleSlug       *string
	TokenHash      []byte
	Sealed         []byte // the token, for the application that may read it again
	InviterUserID  *id.User
	AcceptedUserID *id.User
	Locale         *string
	OpenKey        *string // while it may be accepted: no two for one organization and mailbox
	AcceptedAt     *time.Time
	RevokedAt      *time.Time
	ExpiresAt      time.Time
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// TableName is the table that this package owns.
func (Invitation) TableName() string { return "invitations" }

var invitations = db.MaybeTable[Invitation, id.Invitation]{}

// State is where an invitation is.
type State string

// The states. Pending becomes Expired by time alone.
const (
	Pending  State = "pending"
	Accepted State = "accepted"
	Expired  State = "expired"
	Revoked  State = "revoked"
)

// StateAt is the invitation's state at now.
func (i *Invitation) StateAt(now time.Time) State {
	switch {
	case i.AcceptedAt != nil:
		return Accepted
	case i.RevokedAt != nil:
		return Revoked
	case !now.Before(i.ExpiresAt):
		return Expired
	}
	return Pending
}

// open are the conditions under which an invitation can still be used. Whoever
// uses it up does so by an UPDATE with these.
func open(now time.Time) []db.Cond {
	return []db.Cond{db.Null("accepted_at"), db.Null("revoked_at"), db.Gt("expires_at", now)}
}

// role is the role that the invitation gives.
func (i *Invitation) role() string {
	if i.RoleSlug == nil {
		return ""
	}
	return *i.RoleSlug
}

// Issued is an invitation with its token, which exists in the clear only here.
type Issued struct {
	*Invitation
	Token string
}

// URL is the page behind an invitation's link.
func (s *Service) URL(token string) string { return s.Base + "/invite/" + token }

// Wire is the invitation as the management API shows it.
func (s *Service) Wire(i *Issued, now time.Time) wire.Invitation {
	w := i.wire(now)
	w.Token, w.URL = i.Token, s.URL(i.Token)
	return w
}

// wire is the invitation as events carry it.
func (i *Invitation) wire(now time.Time) wire.Invitation {
	return wire.Invitation{ID: i.ID, Email: i.Email, State: string(i.StateAt(now)), AcceptedAt: wire.MaybeAt(i.AcceptedAt),
		RevokedAt: wire.MaybeAt(i.RevokedAt), ExpiresAt: wire.At(i.ExpiresAt), OrganizationID: i.OrganizationID,
		InviterUserID: i.InviterUserID, AcceptedUserID: i.AcceptedUserID, RoleSlug: i.RoleSlug,
		CreatedAt: wire.At(i.CreatedAt), UpdatedAt: wire.At(i.UpdatedAt)}
}

func (i *Invitation) cell() db.Cell {
	return db.Cell{Table: "invitations", Column: "sealed", Row: string(i.ID)}
}

// mint gives the invitation a new token.
func (i *Invitation) mint(tx db.OwnedScope) (*Issued, error) {
	token := seal.Token(seal.TokenBytes)
	sealed, err := base(tx).Seal(i.cell(), []byte(token))
	if err != nil {
		return nil, err
	}
	i.TokenHash, i.Sealed = seal.Hash(token), sealed
	return &Issued{i, token}, nil
}

// Reveal is the invitation with its token, for the application that sends its
// own mails.
func Reveal(tx *db.Tx, i *Invitation) (*Issued, error) {
	if i.OrganizationID == nil {
		token, err := tx.OpenGlobal(i.cell(), i.Sealed)
		return &Issued{i, string(token)}, err
	}
	var token []byte
	err := tx.In(*i.OrganizationID, func(tx *db.OrgTx) (err error) {
		token, err = tx.Open(i.cell(), i.Sealed)
		return err
	})
	return &Issued{i, string(token)}, err
}
