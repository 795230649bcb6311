package invitations

import (
	"errors"

	"gatehouse/internal/db"
	"gatehouse/internal/mail"
	"gatehouse/tenants"
	"gatehouse/users"
	webmail "gatehouse/web/mail"
)

// Terms are what an invitation offers, in names.
type Terms struct {
	Inviter, InviterEmail string // empty: nobody in particular
	Organization          string // empty: none
	Role                  string
}

// TermsOf are the invitation's.
func TermsOf(tx *db.Tx, i *Invitation) (t Terms, err error) {
	if i.InviterUserID != nil {
		u, err := users.Get(tx, *i.InviterUserID)
		if err == nil {
			t.Inviter, t.InviterEmail = u.DisplayName(), u.Email
		} else if !errors.Is(err, db.ErrNotFound) {
			return t, err
		}
	}
	if i.OrganizationID == nil {
		return t, nil
	}
	err = tx.In(*i.OrganizationID, func(tx *db.OrgTx) error {
		o, err := tenants.Get(tx, *i.OrganizationID)
		if err != nil {
			return err
		}
		slug := i.role()
		if slug == "" {
			slug = tenants.DefaultRole
		}
		role, err := tenants.RoleBySlug(tx, slug)
		if err == nil {
			t.Role = role.Name
		} else if !errors.Is(err, tenants.ErrInvalidRole) {
			return err
		}
		t.Organization = o.Name
		return nil
	})
	return t, err
}

// mail sends the invitation, where the server is to.
func (s *Service) mail(tx db.OwnedScope, i *Issued, send bool) error {
	if !send {
		return nil
	}
	b := base(tx)
	t, err := TermsOf(b, i.Invitation)
	if err != nil {
		return err
	}
	to := mail.To{Address: i.Email, Organization: i.OrganizationID, Lifetime: i.ExpiresAt.Sub(tx.Now())}
	if i.Locale != nil {
		to.Locale = *i.Locale
	} else if u, err := users.GetByEmail(tx, i.Email); err == nil && u.Locale != nil {
		to.Locale = *u.Locale
	}
	return s.Post.Send(b, to, webmail.Invitation{Inviter: t.Inviter, InviterEmail: t.InviterEmail, Organization: t.Organization,
		Role: t.Role, Email: i.Email, URL: s.URL(i.Token), Expires: i.ExpiresAt})
}
