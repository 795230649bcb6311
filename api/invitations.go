package api

import (
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/invitations"
	"gatehouse/mailbox"
	"gatehouse/scim/provision"
	"gatehouse/tenants"
	"gatehouse/users"
)

type invitationBody struct {
	Email          string `json:"email" api:"required"`
	OrganizationID string `json:"organization_id"`
	RoleSlug       string `json:"role_slug"`
	ExpiresInDays  *int64 `json:"expires_in_days"`
	InviterUserID  string `json:"inviter_user_id"`
	Locale         string `json:"locale"`
}

type resendBody struct {
	Locale string `json:"locale"`
}

const invitationPath = "/user_management/invitations"

// mayInvite counts a mail about to be caused: of one organization to one
// address, and to that address in all. It may write, so it stands before the
// transaction that mails.
func (c *call) mayInvite(email string, org id.Organization) error {
	return c.h.Mailbox.MaySend(c.ctx(), "invitation "+mailbox.Kind(org), email, "")
}

func (h *Handler) invitationRoutes() []route {
	const tag = "Invitations"
	one := wire.Invitation{}
	return []route{
		{Method: http.MethodPost, Path: invitationPath, Tag: tag, Summary: "Invite somebody to an organization, or, without one, to make an account; mail it where that is set up. The invitation works for expires_in_days, 7 if absent.",
			Body: invitationBody{}, Status: 201, Answer: one, Foreign: absentBody(`{"email":"new@example.com","organization_id":"{organization}"}`), run: createInvitation},
		{Method: http.MethodGet, Path: invitationPath, Tag: tag, Summary: "List invitations.", Paged: true, Status: 200, Answer: one,
			Query:   []param{{Name: "email", About: "To that address."}, {Name: "organization_id", About: "To that organization."}},
			Foreign: absentQuery("organization_id={organization}"), run: listInvitations},
		{Method: http.MethodGet, Path: invitationPath + "/:id", Tag: tag, Summary: "Get an invitation.",
			Status: 200, Answer: one, Foreign: absent(theirInvitation), run: getInvitation},
		{Method: http.MethodGet, Path: invitationPath + "/by_token/:token", Tag: tag, Summary: "Get an invitation by the token of its link. It uses nothing up.",
			Status: 200, Answer: one, Foreign: absent(theirInvitationToken), run: getInvitationByToken},
		{Method: http.MethodPost, Path: invitationPath + "/:id/accept", Tag: tag, Summary: "Accept for the person who has the address and has proven it: they become a member. For keys of the deployment.",
			Status: 200, Answer: one, Foreign: absent(theirInvitation), run: acceptInvitation},
		{Method: http.MethodPost, Path: invitationPath + "/:id/resend", Tag: tag, Summary: "Ask again, by a new link; the old one works no longer.",
			Body: resendBody{}, Status: 200, Answer: one, Foreign: absent(theirInvitation), run: resendInvitation},
		{Method: http.MethodPost, Path: invitationPath + "/:id/revoke", Tag: tag, Summary: "End an invitation that nobody has accepted.",
			Status: 200, Answer: one, Foreign: absent(theirInvitation), run: revokeInvitation},
	}
}

// invitation is one that the key sees. Those to the operators' own
// organization are not there for this API.
func (r reach) invitation(find func(db.OwnedScope) (*invitations.Invitation, error)) (*invitations.Invitation, error) {
	i, err := find(r.rows)
	if err == nil && i.OrganizationID != nil {
		_, err = r.organization(*i.OrganizationID)
	}
	return i, err
}

// ofInvitation runs fn where the invitation may be changed.
func (r reach) ofInvitation(i *invitations.Invitation, fn func(db.OwnedScope) error) error {
	if i.OrganizationID != nil {
		return r.enter(*i.OrganizationID, func(tx *db.OrgTx) error { return fn(tx) })
	}
	all, err := r.deployment()
	if err != nil {
		return err
	}
	return fn(all)
}

// showInvitation is the invitation with its link.
func (c *call) showInvitation(tx reach, i *invitations.Invitation) (wire.Invitation, error) {
	issued, err := invitations.Reveal(tx.Tx, i)
	if err != nil {
		return wire.Invitation{}, err
	}
	return c.h.Invitations.Wire(issued, tx.Now()), nil
}

func createInvitation(c *call) error {
	n, org, err := c.newInvitation()
	if err != nil {
		return err
	}
	if err := c.mayInvite(n.Email, org); err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		settings, err := tenants.GetSettings(tx)
		if err != nil {
			return answer{}, err
		}
		n.Mail = settings.SendInvitation
		i, err := c.createInvitation(tx, n, org)
		if err != nil {
			return answer{}, err
		}
		return made(c.h.Invitations.Wire(i, tx.Now())), nil
	})
}

func (c *call) createInvitation(tx reach, n invitations.New, org id.Organization) (i *invitations.Issued, err error) {
	if org == "" {
		all, err := tx.deployment()
		if err != nil {
			return nil, err
		}
		return c.h.Invitations.CreateForDeployment(all, n)
	}
	err = tx.enter(org, func(own *db.OrgTx) error {
		if n.Inviter != nil {
			if _, err := tx.user(*n.Inviter); err != nil {
				return err // an organization's key does not see strangers
			}
		}
		i, err = c.h.Invitations.Create(own, n)
		return err
	})
	return i, err
}

func (c *call) newInvitation() (n invitations.New, org id.Organization, err error) {
	var in invitationBody
	if err := c.decode(&in); err != nil {
		return n, "", err
	}
	if in.Email == "" {
		return n, "", missing("email")
	}
	if _, err := users.ParseEmail(in.Email); err != nil {
		return n, "", err
	}
	n = invitations.New{Email: in.Email, Role: in.RoleSlug, Days: in.ExpiresInDays}
	if n.Locale, err = locale(in.Locale); err != nil {
		return n, "", err
	}
	if in.OrganizationID != "" {
		if org, err = parse[id.Organization](in.OrganizationID); err != nil {
			return n, "", err
		}
	}
	if in.InviterUserID != "" {
		inviter, err := parse[id.User](in.InviterUserID)
		if err != nil {
			return n, "", err
		}
		n.Inviter = &inviter
	}
	return n, org, nil
}

// locale is a language tag of a body, or "".
func locale(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	tag, err := users.CheckLocale(&text)
	return value(tag), err
}

func listInvitations(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	q := invitations.Query{Email: c.query.Get("email"), Page: page}
	if text := c.query.Get("organization_id"); text != "" {
		if q.Organization, err = parse[id.Organization](text); err != nil {
			return err
		}
	}
	return c.read(func(tx reach) (answer, error) {
		if q.Organization != "" {
			if _, err := tx.organization(q.Organization); err != nil {
				return answer{}, err
			}
		}
		if _, own := tx.own(); !own {
			if q.Without, _, err = tenants.SystemOrganization(tx); err != nil {
				return answer{}, err
			}
		}
		rows, paging, err := invitations.List(tx.rows, q)
		if err != nil {
			return answer{}, err
		}
		shown := make([]wire.Invitation, len(rows))
		for n := range rows {
			if shown[n], err = c.showInvitation(tx, &rows[n]); err != nil {
				return answer{}, err
			}
		}
		return list(shown, paging), nil
	})
}

func getInvitation(c *call) error {
	key, err := idOf[id.Invitation](c, "id")
	if err != nil {
		return err
	}
	return c.readInvitation(func(tx db.OwnedScope) (*invitations.Invitation, error) { return invitations.Get(tx, key) })
}

func getInvitationByToken(c *call) error {
	token, err := c.segment("token")
	if err != nil {
		return err
	}
	return c.readInvitation(func(tx db.OwnedScope) (*invitations.Invitation, error) { return invitations.ByToken(tx, token) })
}

func (c *call) readInvitation(find func(db.OwnedScope) (*invitations.Invitation, error)) error {
	return c.read(func(tx reach) (answer, error) {
		i, err := tx.invitation(find)
		if err != nil {
			return answer{}, err
		}
		w, err := c.showInvitation(tx, i)
		return found(w), err
	})
}

// changeInvitation runs what changes one invitation, where it belongs.
func changeInvitation(c *call, act func(reach, db.OwnedScope, id.Invitation) (*invitations.Invitation, error)) error {
	key, err := idOf[id.Invitation](c, "id")
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		i, err := tx.invitation(func(tx db.OwnedScope) (*invitations.Invitation, error) { return invitations.Get(tx, key) })
		if err != nil {
			return answer{}, err
		}
		err = tx.ofInvitation(i, func(scope db.OwnedScope) error {
			i, err = act(tx, scope, key)
			return err
		})
		if err != nil {
			return answer{}, err
		}
		w, err := c.showInvitation(tx, i)
		return found(w), err
	})
}

// acceptInvitation is for keys of the deployment: an organization's key would
// make members of people who never said yes.
func acceptInvitation(c *call) error {
	return changeInvitation(c, func(tx reach, _ db.OwnedScope, key id.Invitation) (*invitations.Invitation, error) {
		all, err := tx.deployment()
		if err != nil {
			return nil, err
		}
		return provision.Accept(all, key)
	})
}

func revokeInvitation(c *call) error {
	return changeInvitation(c, func(_ reach, scope db.OwnedScope, key id.Invitation) (*invitations.Invitation, error) {
		return invitations.Revoke(scope, key)
	})
}

func resendInvitation(c *call) error {
	var in resendBody
	if err := c.decode(&in); err != nil {
		return err
	}
	tag, err := locale(in.Locale)
	if err != nil {
		return err
	}
	if err := c.mayResend(); err != nil {
		return err
	}
	return changeInvitation(c, func(tx reach, scope db.OwnedScope, key id.Invitation) (*invitations.Invitation, error) {
		settings, err := tenants.GetSettings(tx)
		if err != nil {
			return nil, err
		}
		i, err := c.h.Invitations.Resend(scope, key, invitations.Again{Locale: tag, Mail: settings.SendInvitation})
		if err != nil {
			return nil, err
		}
		return i.Invitation, nil
	})
}

// mayResend is mayInvite for the invitation of the path.
func (c *call) mayResend() error {
	key, err := idOf[id.Invitation](c, "id")
	if err != nil {
		return err
	}
	var i *invitations.Invitation
	err = c.reading(func(tx reach) (err error) {
		i, err = tx.invitation(func(tx db.OwnedScope) (*invitations.Invitation, error) { return invitations.Get(tx, key) })
		return err
	})
	if err != nil || i.StateAt(c.h.DB.Now()) != invitations.Pending {
		return err // nothing will be mailed
	}
	return c.mayInvite(i.Email, value(i.OrganizationID))
}
