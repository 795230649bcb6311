package oauth

import (
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/invitations"
	"gatehouse/mailbox"
	"gatehouse/tenants"
)

// invite asks the person with that address into a new organization.
func (w *world) invite(email string) (org id.Organization, token string) {
	w.t.Helper()
	s := &invitations.Service{Post: mailtest.NewPost(w.d), Base: w.server.URL}
	w.write(func(tx *db.Tx) error {
		o, err := tenants.Create(tx, tenants.New{Name: "Halden Marine"})
		if err != nil {
			return err
		}
		org = o.ID
		return tx.In(org, func(tx *db.OrgTx) error {
			i, err := s.Create(tx, invitations.New{Email: email, Role: "member"})
			if err == nil {
				token = i.Token
			}
			return err
		})
	})
	return org, token
}

// An invitation that comes with a sign-in is used up by the session and by
// nothing before it; it proves no mailbox.
func TestAnInvitationIsUsedUpWithTheSession(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.unproven()
		w.settings(func(s *tenants.Settings) { s.VerifyEmails = false })
		org, token := w.invite("ada@example.com")
		w.policy(org, tenants.Policy{MFARequired: true})
		first := w.gate(w.byPassword("invitation_token", token), 403, "email_verification_required", "pending_authentication_token", "email", "email_verification_id")
		second := w.gate(w.grant("email-verification:code", "pending_authentication_token", first.pending(), "code", mailtest.Last(t, w.d, "ada@example.com").Code),
			403, "mfa_enrollment", "pending_authentication_token", "user")
		if w.events("invitation.accepted") != 0 || w.events("organization_membership.created") != 1 {
			t.Error("used up before the session")
		}
		e := w.app(w.user.ID, false)
		done := w.in(w.second(second.pending(), e, w.totp(e, 0)))
		if done.get("organization_id") != string(org) || claims(t, done.get("access_token"))["role"] != "member" || w.events("invitation.accepted") != 1 {
			t.Errorf("%s", done.text)
		}
		w.says(w.byPassword("invitation_token", token), 400, "invitation_invalid")
	})
}

// T2: an invitation for somebody else lets nobody in, with the right password
// neither, and stays open for whom it is for.
func TestAnInvitationIsForOneAddress(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, token := w.invite("mara@example.com")
		w.says(w.byPassword("invitation_token", token), 400, "invitation_cannot_be_used_for_email")
		i := w.mail(mailbox.MagicAuth)
		w.says(w.grant("magic-auth:code", "email", "ada@example.com", "code", i.Code, "invitation_token", token), 400, "invitation_cannot_be_used_for_email")
		w.says(w.byPassword("invitation_token", "made up"), 400, "invitation_invalid")
		if w.events("session.created") != 0 || w.events("invitation.accepted") != 0 {
			t.Error("somebody got in")
		}
		w.in(w.grant("magic-auth:code", "email", "ada@example.com", "code", i.Code)) // the mistake did not use the code up
	})
}
