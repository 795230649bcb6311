package e2e

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/internal/wire"
	"gatehouse/mfa"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
)

// unproven is a person with a password whose address nobody has proven.
func (s *Server) unproven(t *testing.T, email string) id.User {
	t.Helper()
	return id.User(s.made(t, http.MethodPost, "/user_management/users", map[string]any{"email": email, "password": Password}).Text("id"))
}

// A sign-in that had a code mailed to one mailbox and then turned to an account
// with another address must not prove that one by the first mail's link: who
// holds an account under somebody's address, unproven, would become them, and
// join the organization that takes their domain in.
func TestALinkProvesTheMailboxThatItWentTo(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		const mine, theirs = "priya@elsewhere.example", "sofie@haldenmarine.example"
		s.unproven(t, mine)
		victim := s.unproven(t, theirs)
		ask := func(b *Browser, from, email string) *Page {
			p := b.Get(from).Submit("email", email).Submit("password", Password)
			if p.URL.Path != "/login/verify-email" {
				t.Fatalf("%s is at %s (%d): %s", email, p.URL, p.Status, p.Text())
			}
			return p
		}
		b := s.Browser()
		flow := ask(b, "/login", mine).URL.Query().Get("flow")
		link := path(t, s, mailtest.Last(t, s.DB, mine))
		for range 3 { // so that no newer mail takes the place of the link
			ask(s.Browser(), "/login", theirs)
		}
		ask(b, "/login?switch=1&flow="+flow, theirs)
		p := b.Get(link).Submit()
		if p.Status != http.StatusBadRequest || live(b) {
			t.Errorf("%d at %s: %s", p.Status, p.URL, p.Text())
		}
		s.Tx(func(tx *db.Tx) error {
			u, err := users.Get(tx, victim)
			if err == nil && u.EmailVerified {
				t.Error("another's mail proved the address")
			}
			return err
		})
	})
}

// A session that its person ended sets up nothing any more, in a sign-in that
// it had begun before either: the thief would come back by what they enrolled.
func TestAnEndedSessionEnrollsNothing(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		const mara = "mara@fieldnote.example"
		thief := s.Browser()
		signUp(t, s, thief, mara)
		org := join(t, s, mara, "Halden Marine")[0]
		policy(s, org, wire.OrganizationPolicy{MFARequired: true})
		key, p := enrolling(t, thief, s.AuthorizeURL("organization_id", string(org)))
		s.Tx(func(tx *db.Tx) error { return sessions.EndForUser(tx, userID(s, mara), sessions.Disowned) })
		p = p.Submit("code", otp(t, s, key))
		if p.Status != http.StatusBadRequest || p.Field("codes") != "" {
			t.Errorf("%d at %s: %s", p.Status, p.URL, p.Text())
		}
		s.Tx(func(tx *db.Tx) error {
			left, err := mfa.Enrolled(tx, userID(s, mara))
			if len(left) != 0 {
				t.Errorf("enrolled %v", left)
			}
			return err
		})
	})
}

// Telephones are off until an operator lets people enrol them: no page does it
// meanwhile for somebody who knows its address.
func TestATelephoneIsNotEnrolledWhereThoseAreOff(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		b := s.Browser()
		signUp(t, s, b, "mara@fieldnote.example")
		org := join(t, s, "mara@fieldnote.example", "Halden Marine")[0]
		policy(s, org, wire.OrganizationPolicy{MFARequired: true})
		flow := b.Get(s.AuthorizeURL("organization_id", string(org))).URL.Query().Get("flow")
		const page = "/login/mfa/enroll/sms"
		for name, p := range map[string]*Page{
			"asked for": b.Get(page + "?flow=" + flow),
			"posted":    b.Post(page, url.Values{"flow": {flow}, "phone": {"+493012345678"}}),
		} {
			if p.Status != http.StatusForbidden || p.URL.Path != page {
				t.Errorf("%s: %d at %s: %s", name, p.Status, p.URL, p.Text())
			}
		}
		set(s, func(settings *tenants.Settings) { settings.SMS = true })
		if p := b.Get(page + "?flow=" + flow); p.Status != http.StatusOK {
			t.Errorf("once they are on: %d at %s: %s", p.Status, p.URL, p.Text())
		}
	})
}

// Whoever was on their way in when the person took their account back starts
// again, also where they had begun by a code or a provider and not by the
// password: the second step alone, or the last page of its set-up, signs nobody in.
func TestWhoIsHalfwayInDoesNotOutliveAReset(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		const mara = "mara@fieldnote.example"
		f := s.withApp(t, s.proven(t, mara))
		b := s.Browser()
		p := mailed(b, mara).Submit("code", mailtest.Last(t, s.DB, mara).Code)
		if p.URL.Path != "/login/mfa/totp" {
			t.Fatalf("at %s (%d): %s", p.URL, p.Status, p.Text())
		}
		s.Time.Add(time.Second)
		s.Browser().Get(forgotten(t, s, mara)).Submit("password", fresh)
		if p = p.try(f.code(t, 0)); p.Status != http.StatusBadRequest || live(b) {
			t.Errorf("%d at %s: %s", p.Status, p.URL, p.Text())
		}
	})
}

func TestTheLastPageOfASetUpDoesNotOutliveAReset(t *testing.T) {
	Run(t, func(t *testing.T, s *Server) {
		const mara = "mara@fieldnote.example"
		signUp(t, s, s.Browser(), mara)
		org := join(t, s, mara, "Halden Marine")[0]
		policy(s, org, wire.OrganizationPolicy{MFARequired: true})
		b := s.Browser()
		_, p := enrol(t, s, b, org)
		s.Time.Add(time.Second)
		s.Browser().Get(forgotten(t, s, mara)).Submit("password", fresh)
		if p = p.Submit("saved", "on"); p.Status != http.StatusBadRequest || live(b) {
			t.Errorf("%d at %s: %s", p.Status, p.URL, p.Text())
		}
	})
}
