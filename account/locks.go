package account

import (
	"errors"
	"slices"

	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/login/gates"
	"gatehouse/mfa"
	"gatehouse/sessions"
	"gatehouse/social"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

// errLocked refuses to take away what a person needs to get in.
var errLocked = problem.New(problem.Conflict, "factor_required", "Add another one before you remove this one.")

// holdings are all that a person proves themselves with, and what asks for it.
type holdings struct {
	settings   tenants.Settings
	password   bool
	methods    []mfa.Method // passkeys, apps, telephones
	identities []users.Identity
	offered    []social.Provider // by which people can sign in now
	policies   []policy
}

// policy is what one of the person's organizations asks of them.
type policy struct {
	name string
	tenants.Policy
}

// holdings reads them. Within a transaction that removes something, the
// account is held (visit.holds), so that of two removals at once the second
// sees the first.
func (v *visit) holdings(tx *db.Tx) (h holdings, err error) {
	u := v.user
	if h.settings, err = tenants.GetSettings(tx); err != nil {
		return h, err
	}
	h.settings.Passkey = h.settings.Passkey && v.h.MFA.Passkeys()
	if h.password, err = users.HasPassword(tx, u.ID); err != nil {
		return h, err
	}
	if h.methods, err = mfa.List(tx, u.ID); err != nil {
		return h, err
	}
	if h.identities, err = users.Identities(tx, u.ID); err != nil {
		return h, err
	}
	if h.offered, err = v.offered(tx); err != nil {
		return h, err
	}
	h.policies, err = locatePolicies(tx, u)
	return h, err
}

// locatePolicies are those of the organizations that the person is in. Where
// single sign-on is required, what they hold here is never asked for.
func locatePolicies(tx *db.Tx, u *users.User) (out []policy, err error) {
	var mine []users.Choice
	err = tx.Locate(func(tx *db.AllTx) (err error) {
		mine, err = users.LocateMemberships(tx, u.ID)
		return err
	})
	for _, m := range mine {
		if err != nil {
			break
		}
		err = tx.In(m.Organization, func(tx *db.OrgTx) error {
			p, err := tenants.GetPolicy(tx, m.Organization)
			if errors.Is(err, db.ErrNotFound) {
				return nil
			}
			if err == nil && (!p.SSORequired || slices.Contains(p.BreakGlassUsers, u.ID)) {
				out = append(out, policy{m.Name, p})
			}
			return err
		})
	}
	return out, err
}

// lockOf says whether the thing may go. It may not where an organization's
// policy is met with it and not without it, nor where it is the last way in.
// What is not met anyway holds nothing back.
func (h holdings) lockOf(thing string) hosted.Lock {
	rest := h.without(thing)
	for _, p := range h.policies {
		if p.MFARequired && h.meets(p) && !rest.meets(p) || h.enters(p) && !rest.enters(p) {
			return hosted.Lock{Locked: true, Organization: p.name}
		}
	}
	return hosted.Lock{Locked: len(h.ways()) > 0 && len(rest.ways()) == 0}
}

// without is what is left once the thing is gone.
func (h holdings) without(thing string) holdings {
	h.methods = slices.DeleteFunc(slices.Clone(h.methods), func(m mfa.Method) bool { return m.ID == thing })
	h.identities = slices.DeleteFunc(slices.Clone(h.identities), func(i users.Identity) bool { return string(i.ID) == thing })
	return h
}

// meets reports whether the person has a second step that the policy counts.
func (h holdings) meets(p policy) bool {
	counting := gates.Counting(p.Policy)
	return slices.ContainsFunc(h.methods, func(m mfa.Method) bool { return slices.Contains(counting, m.Kind) })
}

// enters reports whether the person has a way in that the policy takes.
func (h holdings) enters(p policy) bool {
	return slices.ContainsFunc(h.ways(), func(way sessions.Method) bool {
		return len(p.AllowedMethods) == 0 || slices.Contains(p.AllowedMethods, string(way))
	})
}

// ways are the first steps by which the person can sign in today.
func (h holdings) ways() (out []sessions.Method) {
	if h.settings.Password && h.password {
		out = append(out, sessions.Password)
	}
	if h.settings.MagicAuth {
		out = append(out, sessions.MagicAuth)
	}
	if h.settings.Passkey && slices.ContainsFunc(h.methods, func(m mfa.Method) bool { return m.SignsIn }) {
		out = append(out, sessions.Passkey)
	}
	for _, i := range h.identities {
		if slices.ContainsFunc(h.offered, func(p social.Provider) bool { return from(p, i) }) {
			out = append(out, i.Provider)
		}
	}
	return out
}

// secondSteps is how many things count as a second step.
func (h holdings) secondSteps() int { return len(h.methods) }
