package gates

import (
	"errors"
	"net/netip"
	"slices"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/mfa"
	"gatehouse/sessions"
	"gatehouse/sso/people"
	"gatehouse/tenants"
	"gatehouse/users"
)

// Subject is a person who has proven who they are, and where they want to go.
type Subject struct {
	User          *users.User
	Method        sessions.Method
	Via           sessions.Via // the connection that they came by, if they did
	Identity      *id.Profile  // and what they came in by there, in this very sign-in
	MailboxProven bool         // by this very sign-in; what is known of the user counts besides
	Second        *sessions.Second
	Organization  *id.Organization // the one that was asked for or chosen
	Choose        bool             // otherwise choose one, where there is any
	Joins         bool             // the person is about to become a member of it (invitations.Foresee)
	Proves        bool             // their mailbox has to be proven, whatever the deployment asks
	IP            string           // the person's
}

// Check reads what stands between the person and their session, and picks the
// organization where only one fits. It is the only way to a Verdict outside of
// tests.
func Check(tx *db.Tx, s Subject) (Verdict, *id.Organization, error) {
	f, err := load(tx, s)
	if err != nil {
		return Verdict{}, nil, err
	}
	var org *id.Organization
	if f.Organization != nil {
		org = &f.Organization.ID
	}
	return Next(f), org, nil
}

func load(tx *db.Tx, s Subject) (Facts, error) {
	ip, _ := netip.ParseAddr(s.IP)
	f := Facts{Method: s.Method, Via: s.Via, MailboxProven: s.MailboxProven || s.User.EmailVerified, Second: s.Second, IP: ip, Choose: s.Choose}
	settings, err := tenants.GetSettings(tx)
	if err != nil {
		return f, err
	}
	f.VerifyEmails, f.SMS = settings.VerifyEmails || s.Joins || s.Proves, settings.SMS
	if f.Enrolled, err = mfa.Enrolled(tx, s.User.ID); err != nil {
		return f, err
	}
	org := s.Organization
	if org == nil && s.Via.SSOGuest { // leads there alone
		org = s.Via.SSOOrganizationID
	}
	if org == nil && s.Choose {
		if f.Choices, err = locateChoices(tx, s.User.ID); err != nil {
			return f, err
		}
		if len(f.Choices) == 1 {
			org = &f.Choices[0].ID
		}
	}
	if org == nil {
		return f, nil
	}
	if f.Organization, err = organization(tx, *org, s); err != nil {
		return f, err
	}
	return f, f.guest(tx, s)
}

// guest wants the mailbox proven of whom the connection's organization cannot
// vouch for: in a sign-in by it, once (people.Prove). With that they become a
// member. A session that goes on has been asked.
func (f *Facts) guest(tx *db.Tx, s Subject) error {
	if !s.Via.SSOGuest || s.Via.ConnectionID == nil || !s.Via.For(f.Organization.ID) || s.MailboxProven {
		return nil
	}
	return tx.In(f.Organization.ID, func(tx *db.OrgTx) error {
		g, err := people.StandingOf(tx, *s.Via.ConnectionID, s.User.ID, s.Identity)
		f.VerifyEmails, f.MailboxProven = true, g.Proven
		f.Organization.Member = f.Organization.Member || g.Joins
		return err
	})
}

// locateChoices are the customers' organizations that a person may enter, the most
// recent first. The operators' own is asked for by name alone.
func locateChoices(tx *db.Tx, user id.User) (out []Choice, err error) {
	err = tx.Locate(func(tx *db.AllTx) error {
		mine, err := users.LocateMemberships(tx, user)
		for _, m := range mine {
			if !m.System {
				out = append(out, Choice{m.Organization, m.Name})
			}
		}
		return err
	})
	return out, err
}

func organization(tx *db.Tx, org id.Organization, s Subject) (*Organization, error) {
	o := &Organization{ID: org, Member: s.Joins}
	if s.Method == sessions.SSO {
		row, err := tenants.Get(tx, org)
		if err != nil {
			return nil, err
		}
		o.Operators = row.System
	}
	err := tx.In(org, func(tx *db.OrgTx) error {
		m, err := users.MembershipOf(tx, s.User.ID)
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return err
		}
		if err == nil {
			o.Member = s.Joins || m.Status == users.Active
		}
		o.Policy, err = tenants.GetPolicy(tx, org)
		return err
	})
	o.BreakGlass = breakGlass(o.Policy, s.User.ID)
	return o, err
}

func breakGlass(p tenants.Policy, user id.User) bool { return slices.Contains(p.BreakGlassUsers, user) }
