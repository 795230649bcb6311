package login

import (
	"strings"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/invitations"
	"gatehouse/login/gates"
	"gatehouse/scim/provision"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

// picker is what the organization page knows: the person, where they may go,
// and what each place asks of them.
type picker struct {
	person *users.User
	mine   []users.Choice
	offers []invitations.Offer
	locks  map[id.Organization]gates.Gate
	roles  map[string]string // names by slug
	create bool
}

// picker reads the person and their organizations; errNotMember where the
// sign-in is for one that they are not in.
func (h *Handler) picker(c echo.Context, a *Attempt) (picker, error) {
	var p picker
	err := h.DB.Locate(c.Request().Context(), func(tx *db.AllTx) (err error) {
		if p.person, err = users.Get(tx, *a.UserID); err != nil {
			return err
		}
		p.mine, err = users.LocateMemberships(tx, *a.UserID)
		if err != nil || a.OrganizationID != nil {
			return err
		}
		p.mine = customers(p.mine)
		return p.read(tx, a, h.who(c, a).IP)
	})
	if err == nil && a.OrganizationID != nil && !member(p.mine, *a.OrganizationID) {
		return p, errNotMember
	}
	return p, err
}

func (p *picker) read(tx *db.AllTx, a *Attempt, ip string) (err error) {
	if p.offers, err = provision.LocateOffers(tx.Tx, p.person); err != nil {
		return err
	}
	settings, err := tenants.GetSettings(tx)
	if err != nil {
		return err
	}
	p.create = settings.CreateOrganizations
	roles, err := tenants.DeploymentRoles(tx)
	if err != nil {
		return err
	}
	p.roles = make(map[string]string, len(roles))
	for _, r := range roles {
		p.roles[r.Slug] = r.Name
	}
	orgs := make([]id.Organization, len(p.mine))
	for n, m := range p.mine {
		orgs[n] = m.Organization
	}
	p.locks, err = gates.LocateLocks(tx.Tx, gates.Subject{User: p.person, Method: *a.AuthMethod, Via: a.Via, Second: a.SecondMethod, IP: ip}, orgs)
	return err
}

// rows are what may be chosen: what is new on top, then by last use, then what
// the person's address lets them join.
func (p *picker) rows() []hosted.OrganizationRow {
	var invited, mine, joins []hosted.OrganizationRow
	for _, o := range p.offers {
		row := hosted.OrganizationRow{ID: string(o.Organization), Name: o.Name, Invited: o.Invitation != nil, InvitedBy: o.InvitedBy, Domain: o.Domain}
		if row.Invited {
			invited = append(invited, row)
		} else {
			joins = append(joins, row)
		}
	}
	for _, m := range p.mine {
		row := hosted.OrganizationRow{ID: string(m.Organization), Name: m.Name, Role: p.roles[m.Role], Locked: lockReasons[p.locks[m.Organization]]}
		if row.Role == "" {
			row.Role = m.Role
		}
		if m.LastUsedAt != nil {
			row.LastUsed = *m.LastUsedAt
		}
		mine = append(mine, row)
	}
	return append(append(invited, mine...), joins...)
}

var lockReasons = map[gates.Gate]hosted.LockReason{
	gates.SSORequired: hosted.LockedSSO, gates.Challenge: hosted.LockedMFA, gates.Enroll: hosted.LockedMFA,
	gates.AddressRefused: hosted.LockedAddress, gates.MethodRefused: hosted.LockedMethod,
}

func (h *Handler) showPicker(c echo.Context, status int, a *Attempt, p picker, search string, problems ...hosted.Problem) error {
	search = clip(strings.TrimSpace(search), maxName)
	rows := p.rows()
	page := hosted.OrganizationPickerPage{Frame: h.frame(c, a, text(p.person.Locale)), Action: pathOrganizations, Person: personOf(p.person),
		SearchURL: a.path(pathOrganizations), Search: search, Total: len(rows), SwitchURL: a.switchPath(),
		Skip: len(p.mine) == 0, Now: h.DB.Now().UTC(), Problems: problems}
	if p.create {
		page.CreateURL = a.path(pathNewOrganization)
	}
	for _, row := range rows {
		if search == "" || strings.Contains(strings.ToLower(row.Name), strings.ToLower(search)) {
			page.Organizations = append(page.Organizations, row)
		}
	}
	return h.show(c, status, a.LandsAt, page)
}

// ask is whether a person who is in no organization is asked about one: where
// they could come into some, or make their own. Nobody has to.
func (h *Handler) ask(tx *db.Tx, u *users.User) (gates.Gate, error) {
	settings, err := tenants.GetSettings(tx)
	if err != nil {
		return gates.Open, err
	}
	if settings.CreateOrganizations {
		return gates.SelectOrganization, nil
	}
	offers, err := provision.LocateOffers(tx, u)
	if err == nil && len(offers) > 0 {
		return gates.SelectOrganization, nil
	}
	return gates.Open, err
}
