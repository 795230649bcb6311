package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/invitations"
	"gatehouse/tenants"
	"gatehouse/users"
)

// Programs parse these answers; the token and address of a link are the only
// secrets in them.
func TestInvitations(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		s := w.transcript()
		org := w.organization("Halden Marine")
		ines, sofie := w.user("ines@halden.example"), w.user("sofie@halden.example")
		w.member(org, ines, "admin")
		body := func(email, more string) string {
			return fmt.Sprintf(`{"email":%q,"organization_id":%q%s}`, email, org, more)
		}
		made := s.do("POST", invitationPath, body("Sofie@Halden.example", fmt.Sprintf(`,"role_slug":"admin","inviter_user_id":%q,"expires_in_days":30,"locale":"de"`, ines)))
		one, token := made.get("id"), made.get("token")
		if got := made.get("accept_invitation_url"); got != "https://auth.example/invite/"+token || len(token) < 40 {
			t.Errorf("link %q", got)
		}
		s.do("POST", invitationPath, body("sofie@halden.example", ``))
		s.do("POST", invitationPath, body("ines@halden.example", ``))
		for n, more := range []string{`,"expires_in_days":0`, `,"expires_in_days":31`, `,"expires_in_days":"7"`, `,"role_slug":"emperor"`, `,"locale":"not a locale"`,
			`,"inviter_user_id":"user_01ARZ3NDEKTSV4RRFFQ69G5FAV"`, fmt.Sprintf(`,"inviter_user_id":%q`, sofie), fmt.Sprintf(`,"inviter_user_id":%q,"role_slug":"owner"`, ines)} {
			s.do("POST", invitationPath, body(fmt.Sprintf("kim%d@halden.example", n), more))
		}
		s.do("POST", invitationPath, `{"email":"noor@halden.example","organization_id":"org_01ARZ3NDEKTSV4RRFFQ69G5FAV"}`)
		s.do("POST", invitationPath, fmt.Sprintf(`{"email":"noor@halden.example","organization_id":%q}`, w.system))
		s.do("POST", invitationPath, `{"organization_id":"x"}`)
		s.do("POST", invitationPath, `{"email":"no address"}`)
		s.do("POST", invitationPath, `{"email":"noor@halden.example","role_slug":"admin"}`)
		s.do("POST", invitationPath, `{"email":"sofie@halden.example"}`)
		two := s.do("POST", invitationPath, `{"email":"kim@halden.example","organization_id":null,"role_slug":null}`).get("id")
		s.do("POST", invitationPath, `{"email":"kim@halden.example"}`)
		s.do("GET", invitationPath+"/"+one, "")
		s.do("GET", invitationPath+"/invitation_01ARZ3NDEKTSV4RRFFQ69G5FAV", "")
		s.do("GET", invitationPath+"/nonsense", "")
		s.do("GET", invitationPath+"/by_token/"+token, "")
		s.do("GET", invitationPath+"/by_token/nobodys", "")
		s.do("GET", invitationPath+"?limit=1", "")
		s.do("GET", invitationPath+"?email=KIM@halden.example", "")
		s.do("GET", invitationPath+"?organization_id="+org, "")
		s.do("GET", invitationPath+"?organization_id=org_01ARZ3NDEKTSV4RRFFQ69G5FAV", "")
		s.do("POST", invitationPath+"/"+one+"/resend", "null")
		s.do("POST", invitationPath+"/"+one+"/accept", "null") // nobody has proven the address
		w.must("PUT", "/user_management/users/"+sofie, `{"email_verified":true}`)
		s.do("POST", invitationPath+"/"+one+"/accept", "null")
		s.do("POST", invitationPath+"/"+one+"/accept", "")
		s.do("POST", invitationPath+"/"+one+"/revoke", "null")
		s.do("POST", invitationPath+"/"+one+"/resend", "{}")
		s.do("POST", invitationPath+"/"+two+"/revoke", "")
		s.do("POST", invitationPath+"/"+two+"/revoke", "null")
		s.do("POST", invitationPath+"/"+two+"/accept", "null")
		s.do("POST", invitationPath+"/"+two+"/resend", "")
		s.check(t, "invitations")
		w.d.Now = func() time.Time { return time.Now().Add(31 * 24 * time.Hour) }
		late := w.must("POST", invitationPath, body("noor@halden.example", "")).get("id")
		w.d.Now = func() time.Time { return time.Now().Add(39 * 24 * time.Hour) }
		if r := w.do("GET", invitationPath+"/"+late, ""); r.get("state") != "expired" {
			t.Errorf("after its time: %s", r.body)
		}
		if r := w.do("POST", invitationPath+"/"+late+"/resend", ""); r.status != 400 || r.get("code") != "invite_expired" {
			t.Errorf("resent after its time: %d %s", r.status, r.body)
		}
	})
}

// The mail goes out only where the server is to send it, and once for a request
// that is repeated.
func TestInvitationsAreMailedBySetting(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		const kim = "kim@halden.example"
		first := w.do("POST", invitationPath, `{"email":"kim@halden.example"}`, "Idempotency-Key", "a")
		again := w.do("POST", invitationPath, `{"email":"kim@halden.example"}`, "Idempotency-Key", "a")
		if first.status != 201 || string(first.body) != string(again.body) {
			t.Errorf("%d %s\n%d %s", first.status, first.body, again.status, again.body)
		}
		letters := mailtest.All(t, w.d, kim)
		if len(letters) != 1 || letters[0].Links[0] != first.get("accept_invitation_url") {
			t.Fatalf("%+v", letters)
		}
		w.settings(func(s *tenants.Settings) { s.SendInvitation = false })
		w.must("POST", invitationPath+"/"+first.get("id")+"/resend", "null")
		w.must("POST", invitationPath, `{"email":"noor@halden.example"}`)
		if n := len(mailtest.All(t, w.d, kim)) + len(mailtest.All(t, w.d, "noor@halden.example")); n != 1 {
			t.Errorf("%d mails", n)
		}
	})
}

// An organization's key invites to its own organization, for members of it, and
// says yes for nobody.
func TestAnOrganizationsKeyInvitesToItsOwn(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		a, key := w.things("Alpha")
		b, _ := w.things("Beta")
		if r := w.send(key, "POST", invitationPath, `{"email":"kim@halden.example"}`); r.status != 403 {
			t.Errorf("to no organization: %d %s", r.status, r.body)
		}
		if r := w.send(key, "POST", invitationPath, fmt.Sprintf(`{"email":"kim@halden.example","organization_id":%q,"inviter_user_id":%q}`, a.Organization, b.User)); r.status != 404 {
			t.Errorf("for a stranger: %d %s", r.status, r.body)
		}
		w.must("PUT", "/user_management/users/"+b.User, `{"email_verified":true}`)
		r := w.send(key, "POST", invitationPath, fmt.Sprintf(`{"email":"beta@beta.example","organization_id":%q}`, a.Organization))
		if r.status != 201 {
			t.Fatalf("%d %s", r.status, r.body)
		}
		if r := w.send(key, "POST", invitationPath+"/"+r.get("id")+"/accept", ""); r.status != 403 {
			t.Errorf("it said yes for a stranger: %d %s", r.status, r.body)
		}
		list := w.send(key, "GET", invitationPath, "")
		if list.status != 200 || strings.Contains(string(list.body), b.Invitation) || !strings.Contains(string(list.body), a.Invitation) {
			t.Errorf("%d %s", list.status, list.body)
		}
	})
}

// Who is removed does not come back by an invitation from before.
func TestRemovingAMemberEndsTheirInvitation(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org, user := w.organization("Halden Marine"), w.user("sofie@halden.example")
		one := w.must("POST", invitationPath, fmt.Sprintf(`{"email":"sofie@halden.example","organization_id":%q}`, org)).get("id")
		m := w.member(org, user, "member")
		w.must("DELETE", membershipPath+"/"+m, "")
		if r := w.must("GET", invitationPath+"/"+one, ""); r.get("state") != "revoked" {
			t.Errorf("%s", r.body)
		}
	})
}

// Nothing of the operators' own organization is there for a key.
func TestInvitationsOfOperatorsAreHidden(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		var i *invitations.Issued
		w.all(func(tx *db.AllTx) error {
			return tx.In(w.system, func(tx *db.OrgTx) (err error) {
				i, err = w.h.Invitations.Create(tx, invitations.New{Email: "priya@fieldnote.example", Role: tenants.AdminRole})
				return err
			})
		})
		for _, path := range []string{"/" + string(i.ID), "/by_token/" + i.Token} {
			if r := w.do("GET", invitationPath+path, ""); r.status != 404 {
				t.Errorf("%s: %d %s", path, r.status, r.body)
			}
		}
		for _, act := range []string{"accept", "resend", "revoke"} {
			if r := w.do("POST", invitationPath+"/"+string(i.ID)+"/"+act, ""); r.status != 404 {
				t.Errorf("%s: %d %s", act, r.status, r.body)
			}
		}
		if r := w.do("GET", invitationPath, ""); strings.Contains(string(r.body), string(i.ID)) {
			t.Errorf("listed: %s", r.body)
		}
	})
}

// Deleting an organization takes its invitations with it, and deleting a person
// leaves those that they accepted.
func TestInvitationsFollowWhatIsDeleted(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org, other := w.organization("Halden Marine"), w.organization("Nordby Kraft")
		user := w.user("sofie@halden.example")
		w.must("PUT", "/user_management/users/"+user, `{"email_verified":true}`)
		one := w.must("POST", invitationPath, fmt.Sprintf(`{"email":"sofie@halden.example","organization_id":%q}`, org)).get("id")
		two := w.must("POST", invitationPath, fmt.Sprintf(`{"email":"sofie@halden.example","organization_id":%q}`, other)).get("id")
		w.must("POST", invitationPath+"/"+one+"/accept", "")
		w.must("DELETE", "/user_management/users/"+user, "")
		if r := w.must("GET", invitationPath+"/"+one, ""); r.get("state") != "accepted" || r.get("accepted_user_id") != "" {
			t.Errorf("%s", r.body)
		}
		w.must("DELETE", "/organizations/"+other, "")
		if r := w.do("GET", invitationPath+"/"+two, ""); r.status != 404 {
			t.Errorf("%d %s", r.status, r.body)
		}
		_, err := id.Parse[id.Invitation](two)
		if err != nil {
			t.Error(err)
		}
		w.all(func(tx *db.AllTx) error {
			if _, err := users.GetByEmail(tx, "sofie@halden.example"); err == nil {
				t.Error("she is still there")
			}
			return nil
		})
	})
}
