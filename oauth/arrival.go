package oauth

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/login/gates"
	"gatehouse/scim/provision"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

// arrival is a person at an application's own form: what they have proven so
// far, and where they want to go. Each grant of the wire makes one, or takes
// up one that waited (pending.go), and hands it to admit.
type arrival struct {
	client       *registration
	user         *users.User
	method       sessions.Method // the first step
	at           time.Time
	second       *sessions.Second
	via          sessions.Via // the connection that they came by
	secondAt     *time.Time
	organization *id.Organization
	invitation   *id.Invitation
	session      *id.Session // one that moves to the organization; nil: a new one begins
	proof        *id.EmailProof
	ip, agent    string // the person's, as the application tells

	row   id.Grant // the pending row that this was taken up from
	token string   // its token, while that is not used up
}

// arrives is a person whose first step has just been proven.
func (t *tokenRequest) arrives(c *caller, u *users.User, method sessions.Method, now time.Time, invitation *id.Invitation) *arrival {
	a := &arrival{client: c.registration, user: u, method: method, at: now, invitation: invitation}
	a.ip, a.agent = t.person(c)
	return a
}

// admit asks what stands between the person and the application, and lets them
// in where that is nothing. What stands is a value, not an error, so that what
// was proven until here commits with the token to go on with.
func (h *Handler) admit(tx *db.Tx, key refreshKey, a *arrival) (*issue, *standing, error) {
	if a.user.BannedNow(tx.Now()) {
		return nil, nil, users.ErrBanned
	}
	verdict, org, err := a.check(tx)
	if err != nil {
		return nil, nil, err
	}
	if verdict.Gate != gates.Open {
		s, err := h.stand(tx, a, verdict, org)
		return nil, s, err
	}
	a.organization = org
	i, err := h.enter(tx, key, a)
	return i, nil, err
}

// check asks the gates. An invitation leads into its own organization.
func (a *arrival) check(tx *db.Tx) (gates.Verdict, *id.Organization, error) {
	e, err := provision.Foresee(tx, a.user, a.organization, a.invitation)
	if err != nil {
		return gates.Verdict{}, nil, err
	}
	return gates.Check(tx, gates.Subject{User: a.user, Method: a.method, Via: a.via, Second: a.second, Organization: e.Organization, Choose: true,
		Joins: e.Joins, Proves: e.Proves, IP: tx.Actor().IP})
}

// enter uses up what the person came with and gives them their session.
func (h *Handler) enter(tx *db.Tx, key refreshKey, a *arrival) (i *issue, err error) {
	if err := provision.Admit(tx, a.user, a.organization, a.invitation); err != nil {
		return nil, err
	}
	if a.session != nil {
		i, err = h.move(tx, key, a)
	} else {
		i, err = h.begins(tx, key, a)
	}
	if err != nil || a.token == "" {
		return i, err
	}
	return i, a.spend(tx, &i.session.ID)
}

// begins starts the session that the person signed in for.
func (h *Handler) begins(tx *db.Tx, key refreshKey, a *arrival) (*issue, error) {
	b := beginning{client: a.client, surface: SurfaceWire, user: a.user}
	b.session = sessions.New{Method: a.method, AuthenticatedAt: a.at, Second: a.second, SecondAt: a.secondAt, Via: a.via,
		Organization: a.organization, IP: a.ip, UserAgent: a.agent}
	var err error
	if b.bounds, err = boundsOf(tx, a.organization); err != nil {
		return nil, err
	}
	return h.start(tx, key, b)
}

// policyOf is what an organization asks; nothing where there is none.
func policyOf(tx *db.Tx, org *id.Organization) (p tenants.Policy, err error) {
	if org == nil {
		return p, nil
	}
	err = tx.In(*org, func(tx *db.OrgTx) error {
		p, err = tenants.GetPolicy(tx, *org)
		return err
	})
	return p, err
}

// boundsOf are how long an organization lets sessions live.
func boundsOf(tx *db.Tx, org *id.Organization) (sessions.Lifetimes, error) {
	p, err := policyOf(tx, org)
	return gates.Bounds(p), err
}
