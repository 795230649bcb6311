package invitations

import (
	"errors"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/mail"
	"gatehouse/users"
)

// Service makes invitations and mails them.
type Service struct {
	Post *mail.Post
	Base string // the public origin: every link begins with it, whatever a request says
}

// How many days an invitation works.
const (
	DefaultDays = 7
	minDays     = 1
	maxDays     = 30
)

// New says whom to invite.
type New struct {
	Email   string
	Role    string   // its slug; empty: the default role
	Inviter *id.User // nil: the deployment itself
	Days    *int64   // nil: DefaultDays
	Locale  string   // of the mail; empty: the person's own, where they have an account
	Mail    bool     // false: the application mails it
}

// Create invites somebody to the transaction's organization.
func (s *Service) Create(tx *db.OrgTx, n New) (*Issued, error) {
	i, err := s.draft(tx.Tx, n)
	if err != nil {
		return nil, err
	}
	if err := mayGive(tx, n.Inviter, n.Role); err != nil {
		return nil, err
	}
	u, err := users.GetByEmail(tx, i.Email)
	if err == nil {
		var m *users.Membership
		if m, err = users.MembershipOf(tx, u.ID); err == nil && m.Status != users.Inactive {
			return nil, ErrMember
		}
	}
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return nil, err
	}
	return s.issue(tx, i, n, openKey(string(tx.Organization()), i.EmailKey), ErrInvited, func(i *Invitation) error { return invitations.Insert(tx, i) })
}

// CreateForDeployment invites somebody who has no account to make one.
func (s *Service) CreateForDeployment(tx *db.AllTx, n New) (*Issued, error) {
	if n.Role != "" {
		return nil, ErrRoleAlone
	}
	i, err := s.draft(tx.Tx, n)
	if err != nil {
		return nil, err
	}
	if err := mayInvite(tx.Tx, n.Inviter); err != nil {
		return nil, err
	}
	if _, err := users.GetByEmail(tx, i.Email); err == nil {
		return nil, ErrUserExists
	} else if !errors.Is(err, db.ErrNotFound) {
		return nil, err
	}
	return s.issue(tx, i, n, openKey("", i.EmailKey), ErrInvitedAtAll, func(i *Invitation) error { return invitations.InsertDeployment(tx, i) })
}

func openKey(org, mailbox string) string { return org + "/" + mailbox }

// draft checks what needs no look at others.
func (s *Service) draft(tx *db.Tx, n New) (*Invitation, error) {
	a, err := users.ParseEmail(n.Email)
	if err != nil {
		return nil, err
	}
	days := int64(DefaultDays)
	if n.Days != nil {
		days = *n.Days
	}
	switch {
	case days < minDays:
		return nil, ErrTooShort
	case days > maxDays:
		return nil, ErrTooLong
	}
	return &Invitation{ID: id.New[id.Invitation](), Email: a.Shown, EmailKey: a.Key, RoleSlug: some(n.Role), InviterUserID: n.Inviter,
		Locale: some(n.Locale), ExpiresAt: tx.Now().Add(time.Duration(days) * 24 * time.Hour)}, nil
}

// issue stores the invitation, unless one is open, and mails it.
func (s *Service) issue(tx db.OwnedScope, i *Invitation, n New, key string, taken error, insert func(*Invitation) error) (*Issued, error) {
	if err := makeRoom(tx, key, taken); err != nil {
		return nil, err
	}
	i.OpenKey = &key
	issued, err := i.mint(tx)
	if err != nil {
		return nil, err
	}
	err = insert(i)
	if errors.Is(err, db.ErrDuplicate) { // somebody else invited them in this moment
		return nil, taken
	}
	if err != nil {
		return nil, err
	}
	if err := record(tx, audit.InvitationCreated{Invitation: i.wire(tx.Now())}); err != nil {
		return nil, err
	}
	return issued, s.mail(tx, issued, n.Mail)
}

// makeRoom closes an earlier invitation that nobody can accept any more: it ran
// out, or is void. taken where it can be accepted.
func makeRoom(tx db.OwnedScope, key string, taken error) error {
	old, err := invitations.First(tx, db.Eq("open_key", key))
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if old.StateAt(tx.Now()) != Pending {
		_, err := invitations.Update(tx, old.ID, db.Set{"open_key": nil}.Quiet())
		return err
	}
	void, err := isVoid(base(tx), old)
	if err != nil {
		return err
	}
	if !void {
		return taken
	}
	_, err = revoke(tx, old)
	return err
}

func some(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
