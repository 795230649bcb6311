package dashboard

import (
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/login/gates"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/ui"
)

// effect is how many people and live sessions do not meet a policy.
type effect struct {
	live                      int  // sessions in the organization
	more                      bool // than were looked at
	sessions                  int  // that do not meet it
	withoutFactor, withoutSSO int64
	domains                   []string // by which people join
}

// effectOf compares a policy with who is signed in now, as a refresh does.
func effectOf(tx *db.AllTx, org id.Organization, members int64, p tenants.Policy) (e effect, err error) {
	rows, more, err := sessions.LiveWithin(tx, org)
	if err != nil {
		return e, err
	}
	e.live, e.more = len(rows), more
	for i := range rows {
		if !meets(p, &rows[i], tx.Now()) {
			e.sessions++
		}
	}
	if p.SSORequired {
		e.withoutSSO = members - int64(len(p.BreakGlassUsers))
	}
	if p.MFARequired {
		types, keys := countingFactors(p)
		if e.withoutFactor, err = users.CountMembersWithout(tx, org, types, keys); err != nil {
			return e, err
		}
	}
	domains, err := tenants.Domains(tx, org)
	for _, d := range domains {
		if d.State == tenants.Verified {
			e.domains = append(e.domains, d.Domain)
		}
	}
	return e, err
}

// meets reports whether a session goes on under the policy. Where the person
// is now is not known before they refresh: the session's own address stands in.
func meets(p tenants.Policy, s *sessions.Session, now time.Time) bool {
	bounds := gates.Bounds(p)
	if bounds.Absolute > 0 && now.Sub(s.CreatedAt) > bounds.Absolute || bounds.Idle > 0 && now.Sub(s.LastActiveAt) > bounds.Idle {
		return false
	}
	return gates.Holds(p, gates.Session{Organization: organizationOf(s), User: s.UserID, Method: s.AuthMethod, Via: s.Via, Second: s.SecondMethod, IP: text(s.IPAddress)})
}

func organizationOf(s *sessions.Session) id.Organization {
	if s.OrganizationID == nil {
		return ""
	}
	return *s.OrganizationID
}

// countingFactors are the kinds that a policy takes: any but SMS where it names none.
func countingFactors(p tenants.Policy) (types []string, keys bool) {
	if len(p.MFAFactors) == 0 {
		return []string{"totp", "generic_otp"}, true
	}
	for _, f := range p.MFAFactors {
		switch f {
		case "totp":
			types = append(types, "totp", "generic_otp")
		case "sms":
			types = append(types, "sms")
		case "webauthn":
			keys = true
		}
	}
	return types, keys
}

// liveSessions is how many live sessions there are.
func (e effect) liveSessions() string {
	if e.more {
		return "more than " + figure(int64(e.live)) + " live sessions"
	}
	return count(int64(e.live), "live session", "live sessions")
}

// question asks about the change, once, with its numbers.
func (p policiesPage) question(asked tenants.Policy) templ.Component {
	e, words := p.effect, []string{}
	say := func(n int64, one, many, then string) {
		if n > 0 {
			words = append(words, count(n, one, many)+" "+then)
		}
	}
	some := ""
	if e.more {
		some = "At least "
	}
	say(e.withoutSSO, "member", "members", "can sign in by single sign-on alone.")
	say(e.withoutFactor, "member", "members", "without such a second step set one up at the next sign-in.")
	if e.sessions > 0 {
		words = append(words, some+count(int64(e.sessions), "session", "sessions")+" that "+plural(e.sessions, "doesn't", "don't")+" meet it "+plural(e.sessions, "is", "are")+" asked for more, or "+plural(e.sessions, "ends", "end")+", at the next refresh.")
	}
	if len(words) == 0 {
		words = append(words, "Nobody who is signed in now is affected: "+count(p.members, "member", "members")+", "+e.liveSessions()+".")
	}
	props := ui.ConfirmProps{Title: "Save the policy of " + p.Name + "?", Text: strings.Join(words, " "), Safe: e.sessions == 0 && e.withoutSSO == 0,
		Post: ui.Post{Label: "Save policy", Action: p.path + "/policies", Fields: p.form.hidden(), Busy: "Saving…"}}
	return policyQuestion(question{path: p.path + "/policies"}, props, outside(asked, p.place))
}

// outside warns a reader whose own address the policy would not let in.
func outside(p tenants.Policy, place string) string {
	if gates.Holds(tenants.Policy{IPAllowList: p.IPAllowList}, gates.Session{IP: place}) {
		return ""
	}
	return "Your address, " + place + ", isn't inside these networks."
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
