package dashboard

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/invitations"
	"gatehouse/mailbox"
	"gatehouse/tenants"
	"gatehouse/web/ui"
)

// maxInvited bounds how many addresses are invited at once.
const maxInvited = 50

// refusedInvite is an address that was not invited, and why.
type refusedInvite struct{ email, why string }

type invitationsPage struct {
	organizationFrame
	rows    []invitations.Invitation
	at      time.Time // of the page
	roles   []tenants.Role
	pager   ui.PagerProps
	emails  string // those that are left to invite
	role    string
	sent    int
	refused []refusedInvite
	wrong   faults
}

func (h *Handler) invitations(v *visit) error {
	return v.showInvitations(http.StatusOK, invitationsPage{})
}

func (v *visit) showInvitations(status int, p invitationsPage) error {
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.organizationFrame, err = v.organizationFrame(tx, tabMembers); err != nil {
			return err
		}
		var paging db.Paging
		if p.rows, paging, err = invitations.List(tx, invitations.Query{Organization: p.ID, Page: v.page()}); err != nil {
			return err
		}
		p.pager = pager(p.path+"/invitations", nil, paging, "")
		p.roles, err = tenants.DeploymentRoles(tx)
		return err
	})
	if err != nil {
		return err
	}
	p.frame, p.at = p.fail(p.wrong), v.now
	return v.show(status, invitationsView(p))
}

func (p invitationsPage) roleOptions() []ui.Option {
	return membersPage{roles: p.roles}.roleOptions()
}

// invite asks everybody on the form's lines in, each by itself: one address
// that cannot be invited holds up no other, and is left in the form.
func (h *Handler) invite(v *visit) error {
	org, err := v.org()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	p := invitationsPage{role: form.Get("role"), emails: form.Get("emails")}
	lines := addresses(p.emails)
	switch {
	case len(lines) == 0:
		p.wrong = faults{"emails": "Enter an address on each line."}
	case len(lines) > maxInvited:
		p.wrong = faults{"emails": "Invite at most 50 addresses at once."}
	}
	if p.wrong != nil {
		return v.showInvitations(http.StatusUnprocessableEntity, p)
	}
	var left []string
	for _, email := range lines {
		err := v.inviteOne(org, email, p.role)
		refused := problem.As(err)
		switch {
		case err == nil:
			p.sent++
			continue
		case errorsAre(err, invitations.ErrRole):
			p.wrong = faults{"role": "Choose one of the roles."}
			return v.showInvitations(http.StatusUnprocessableEntity, p)
		case refused == nil || missing(err):
			return err
		}
		p.refused, left = append(p.refused, refusedInvite{email, refused.Message}), append(left, email)
	}
	if len(left) == 0 {
		return v.done("/admin/organizations/"+string(org)+"/invitations", invitationsSent)
	}
	p.emails = strings.Join(left, "\n")
	p.wrong = faults{"emails": "These are left. Mend or remove them."}
	return v.showInvitations(http.StatusUnprocessableEntity, p)
}

func (v *visit) inviteOne(org id.Organization, email, role string) error {
	if err := v.mayInvite(org, email); err != nil {
		return err
	}
	return v.in(org, func(tx *db.OrgTx) error {
		_, err := v.h.Invitations.Create(tx, invitations.New{Email: email, Role: role, Inviter: &v.user.ID, Mail: true})
		return err
	})
}

// mayInvite counts a mail to the address, before the transaction that mails.
func (v *visit) mayInvite(org id.Organization, email string) error {
	return v.h.Mailbox.MaySend(v.Request().Context(), "invitation "+mailbox.Kind(org), email, "")
}

// addresses are what stands on the lines, or between commas and semicolons, of a
// pasted text, each once.
func addresses(text string) []string {
	var out []string
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("\r\n\t ,;", r) }) {
		if !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return out
}

// ofInvitation runs fn on the invitation of the address, in its organization.
func (v *visit) ofInvitation(said notice, fn func(*db.OrgTx, *invitations.Invitation) error) error {
	org, err := v.org()
	if err != nil {
		return err
	}
	key, err := param[id.Invitation](v, "invitation")
	if err != nil {
		return err
	}
	var i *invitations.Invitation
	err = v.h.DB.ReadOrg(v.Request().Context(), org, func(tx *db.OrgTx) error {
		i, err = invitations.Get(tx, key)
		return err
	})
	if err == nil && said == invitationResent {
		err = v.mayInvite(org, i.Email)
	}
	if err == nil {
		err = v.in(org, func(tx *db.OrgTx) error { return fn(tx, i) })
	}
	if err != nil {
		return err
	}
	return v.done("/admin/organizations/"+string(org)+"/invitations", said)
}

func (h *Handler) resendInvitation(v *visit) error {
	return v.ofInvitation(invitationResent, func(tx *db.OrgTx, i *invitations.Invitation) error {
		_, err := h.Invitations.Resend(tx, i.ID, invitations.Again{Mail: true})
		return err
	})
}

func (h *Handler) revokeInvitation(v *visit) error {
	return v.ofInvitation(invitationRevoked, func(tx *db.OrgTx, i *invitations.Invitation) error {
		_, err := invitations.Revoke(tx, i.ID)
		return err
	})
}
