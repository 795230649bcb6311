package oauth

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/mailbox"
	"gatehouse/tenants"
	"gatehouse/users"
)

// The whole way of somebody at whom every gate stands: address, second step,
// organization. Each step's token is another, and an older one is worth nothing.
func TestEveryGateInItsOrder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		other := w.join("Other", "member")
		w.unproven()
		e := w.app(w.user.ID, true)
		first := w.gate(w.byPassword(), 403, "email_verification_required", "pending_authentication_token", "email", "email_verification_id")
		letter := mailtest.Last(t, w.d, "ada@example.com")
		if first.get("email") != "ada@example.com" || !strings.HasPrefix(first.get("email_verification_id"), "email_verification_") || letter.Code == "" || len(letter.Links) != 0 {
			t.Fatalf("%s, mailed %+v", first.text, letter)
		}
		w.gate(w.second(first.pending(), e, w.totp(e, 0)), 403, "email_verification_required", "pending_authentication_token", "email", "email_verification_id")
		w.gate(w.grant("organization-selection", "pending_authentication_token", first.pending(), "organization_id", string(other)),
			403, "email_verification_required", "pending_authentication_token", "email", "email_verification_id")
		w.says(w.grant("email-verification:code", "pending_authentication_token", first.pending(), "code", wrong(letter.Code)), 400, "invalid_one_time_code")
		letter = mailtest.Last(t, w.d, "ada@example.com")

		second := w.gate(w.grant("email-verification:code", "pending_authentication_token", first.pending(), "code", letter.Code),
			403, "mfa_challenge", "pending_authentication_token", "authentication_factors", "user")
		factor := second.body["authentication_factors"].([]any)[0].(map[string]any)
		if factor["id"] != string(e.ID) || factor["type"] != "totp" || len(factor) != 2 || second.pending() == first.pending() {
			t.Fatalf("%s", second.text)
		}
		w.says(w.grant("email-verification", "pending_authentication_token", first.pending(), "code", letter.Code), 400, "invalid_pending_authentication_token")
		w.gate(w.grant("organization-selection", "pending_authentication_token", second.pending(), "organization_id", string(other)),
			403, "mfa_challenge", "pending_authentication_token", "authentication_factors", "user")
		w.says(w.second(second.pending(), e, wrong(w.totp(e, 0))), 400, "invalid_one_time_code")

		third := w.gate(w.second(second.pending(), e, w.totp(e, 0)), 403, "organization_selection_required", "pending_authentication_token", "organizations", "user")
		w.says(w.second(second.pending(), e, w.totp(e, 1)), 400, "invalid_pending_authentication_token")
		w.says(w.grant("organization-selection", "pending_authentication_token", third.pending(), "organization_id", "org_01ARZ3NDEKTSV4RRFFQ69G5FAV"), 400, "invalid_organization_id")
		done := w.in(w.grant("organization-selection", "pending_authentication_token", third.pending(), "organization_id", string(other)))
		if done.get("organization_id") != string(other) || done.get("authentication_method") != "Password" || claims(t, done.get("access_token"))["org_id"] != string(other) {
			t.Errorf("%s", done.text)
		}
		w.says(w.grant("organization-selection", "pending_authentication_token", third.pending(), "organization_id", string(other)), 400, "invalid_pending_authentication_token")
		if w.events("session.created") != 1 || w.events("authentication.mfa_succeeded") != 1 || w.events("authentication.email_verification_succeeded") != 1 || w.events("authentication.email_verification_failed") != 1 {
			t.Error("the log tells another story")
		}
	})
}

// Twenty completions of one pending sign-in must give one session.
func TestAPendingSignInIsCompletedOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.join("Other", "member")
		token := w.gate(w.byPassword(), 403, "organization_selection_required", "pending_authentication_token", "organizations", "user").pending()
		status := make(chan int)
		for range 20 {
			go func() {
				status <- w.grant("organization-selection", "pending_authentication_token", token, "organization_id", string(w.org)).status
			}()
		}
		won := 0
		for range 20 {
			if <-status == http.StatusOK {
				won++
			}
		}
		if won != 1 || w.events("session.created") != 1 {
			t.Errorf("%d completed, %d sessions", won, w.events("session.created"))
		}
	})
}

// Pre-hijack (O2): a password that waited under an unproven address must die
// when the mailbox's owner signs in by a code.
func TestMagicAuthClaimsTheAddress(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.unproven()
		i := w.mail(mailbox.MagicAuth)
		w.says(w.grant("magic-auth:code", "email", "ada@example.com", "code", wrong(i.Code)), 400, "invalid_one_time_code")
		done := w.in(w.grant("magic-auth", "email", "ada@example.com", "code", i.Code))
		user := done.body["user"].(map[string]any)
		if done.get("authentication_method") != "MagicAuth" || user["email_verified"] != true || user["last_sign_in_at"] == nil {
			t.Errorf("%s", done.text)
		}
		w.says(w.grant("magic-auth:code", "email", "ada@example.com", "code", i.Code), 400, "one_time_code_previously_used")
		w.says(w.byPassword(), 400, "invalid_credentials")
		if w.events("authentication.magic_auth_succeeded") != 1 || w.events("authentication.magic_auth_failed") != 2 {
			t.Error("the log tells another story")
		}
	})
}

// Whoever tries addresses must not learn which exist, and codes run out.
func TestMagicAuthTellsNothing(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := startClock(d)
		w := newWorld(t, d, NewClient{})
		known := w.grant("magic-auth:code", "email", "ada@example.com", "code", "123456")
		unknown := w.grant("magic-auth:code", "email", "nobody@example.com", "code", "123456")
		if known.text != unknown.text || known.status != unknown.status {
			t.Errorf("%s and %s", known.text, unknown.text)
		}
		i := w.mail(mailbox.MagicAuth)
		c.advance(11 * time.Minute)
		w.says(w.grant("magic-auth:code", "email", "ada@example.com", "code", i.Code), 400, "one_time_code_expired")
		i = w.mail(mailbox.MagicAuth)
		for n := range 10 { // from many networks, so that the code's own limit comes before theirs
			w.says(w.grant("magic-auth:code", "email", "ada@example.com", "code", wrong(i.Code), "ip_address", "198.51."+strconv.Itoa(n)+".7"), 400, "invalid_one_time_code")
		}
		w.says(w.grant("magic-auth:code", "email", "ada@example.com", "code", i.Code, "ip_address", "203.0.113.7"), 400, "one_time_code_too_many_attempts")
	})
}

// From one network a few wrong codes are enough to have to wait, in the shape
// of which SDKs show only the message.
func TestWrongCodesHaveToWait(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.mail(mailbox.MagicAuth)
		for range 6 {
			w.grant("magic-auth:code", "email", "ada@example.com", "code", wrong(i.Code))
		}
		a := w.gate(w.grant("magic-auth:code", "email", "ada@example.com", "code", i.Code), 429, "too_many_requests", "message")
		if a.header.Get("Retry-After") == "" {
			t.Error("without Retry-After")
		}
	})
}

// A way in that the operator switched off must be shut at the API too.
func TestMethodsThatAreOff(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		i := w.mail(mailbox.MagicAuth)
		w.settings(func(s *tenants.Settings) { s.Password = false })
		w.says(w.byPassword(), 403, "email_password_auth_disabled")
		w.settings(func(s *tenants.Settings) { s.MagicAuth = false })
		w.says(w.grant("magic-auth:code", "email", "ada@example.com", "code", i.Code), 400, "authentication_method_not_allowed")
		if w.events("session.created") != 0 {
			t.Error("somebody got in")
		}
	})
}

// What an organization refuses is refused whoever asks, with what would help.
func TestPoliciesAtThePasswordGrant(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.policy(w.org, tenants.Policy{SSORequired: true})
		a := w.gate(w.byPassword(), 400, "sso_required", "pending_authentication_token", "connection_ids", "email")
		if a.body["connection_ids"] == nil || a.get("email") != "ada@example.com" {
			t.Errorf("%s", a.text)
		}
		w.policy(w.org, tenants.Policy{AllowedMethods: []string{"magic_auth", "google_oauth"}})
		a = w.gate(w.byPassword(), 400, "organization_authentication_methods_required", "pending_authentication_token", "sso_connection_ids", "auth_methods", "email")
		methods := a.body["auth_methods"].(map[string]any)
		if methods["password"] != false || methods["magic_auth"] != true || methods["apple_oauth"] != false || len(methods) != 6 {
			t.Errorf("%s", a.text)
		}
		w.policy(w.org, tenants.Policy{IPAllowList: []string{"192.0.2.0/24"}})
		w.says(w.byPassword(), 403, "ip_not_allowed")
		w.says(w.byPassword("ip_address", "198.51.100.7"), 403, "ip_not_allowed")
		w.in(w.byPassword("ip_address", "192.0.2.9"))
		w.policy(w.org, tenants.Policy{MFARequired: true})
		w.gate(w.byPassword(), 403, "mfa_enrollment", "pending_authentication_token", "user")
	})
}

// Whoever knows the password alone must not bring an authenticator of their
// own; whoever has none yet must enrol one, and then has it.
func TestEnrolmentAtTheGate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.policy(w.org, tenants.Policy{MFARequired: true})
		pending := w.gate(w.byPassword(), 403, "mfa_enrollment", "pending_authentication_token", "user").pending()
		e := w.app(w.user.ID, false)
		used := w.totp(e, 0) // kept: asked again after the half minute has turned, the app says another
		done := w.in(w.second(pending, e, used))
		if done.get("organization_id") != string(w.org) {
			t.Errorf("%s", done.text)
		}
		pending = w.gate(w.byPassword(), 403, "mfa_challenge", "pending_authentication_token", "authentication_factors", "user").pending()
		own := w.app(w.user.ID, false)
		w.gate(w.second(pending, own, w.totp(own, 0)), 403, "mfa_challenge", "pending_authentication_token", "authentication_factors", "user")
		w.says(w.second(pending, e, used), 400, "invalid_one_time_code") // P6: the same code again
		w.in(w.second(pending, e, w.totp(e, 1)))
	})
}

func TestSecondStepsBelongToTheirPerson(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.app(w.user.ID, true)
		var stranger *users.User
		w.write(func(tx *db.Tx) (err error) {
			stranger, err = users.Create(tx, users.New{Email: "mara@example.com", EmailVerified: true})
			return err
		})
		foreign := w.app(stranger.ID, true)
		pending := w.byPassword().pending()
		w.says(w.second(pending, foreign, w.totp(foreign, 0)), 400, "user_mismatch")
		w.says(w.grant("mfa-totp", "pending_authentication_token", pending, "authentication_challenge_id", "auth_challenge_01ARZ3NDEKTSV4RRFFQ69G5FAV", "code", "123456"), 400, "one_time_code_expired")
		w.says(w.grant("mfa-totp", "pending_authentication_token", "made up", "authentication_challenge_id", w.challenge(foreign), "code", "123456"), 400, "invalid_pending_authentication_token")
		w.says(w.grant("mfa-totp", "pending_authentication_token", pending, "code", "123456"), 400, "invalid_request")
		w.says(w.authenticate(map[string]string{"grant_type": grantTOTP, "pending_authentication_token": pending, "authentication_challenge_id": "x", "code": "1"}), 400, "invalid_client")
	})
}

// P5: ten wrong codes lock the second step and not the password; a challenge
// that was answered is not answered again.
func TestWrongSecondStepsAreCounted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		e := w.app(w.user.ID, true)
		pending := w.byPassword().pending()
		challenge := w.challenge(e)
		ask := func(code string) answered {
			return w.grant("mfa-totp", "pending_authentication_token", pending, "authentication_challenge_id", challenge, "code", code)
		}
		for range 9 {
			w.says(ask(wrong(w.totp(e, 0))), 400, "invalid_one_time_code")
		}
		ask(wrong(w.totp(e, 0)))
		a := ask(w.totp(e, 0))
		if a.status != http.StatusTooManyRequests || a.get("error") != "too_many_requests" || a.get("message") == "" {
			t.Fatalf("after ten: %d %s", a.status, a.text)
		}
		w.gate(w.byPassword(), 403, "mfa_challenge", "pending_authentication_token", "authentication_factors", "user")
	})
}

func TestAnAnsweredChallengeIsUsed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		e := w.app(w.user.ID, true)
		challenge := w.challenge(e)
		w.in(w.grant("mfa-totp", "pending_authentication_token", w.byPassword().pending(), "authentication_challenge_id", challenge, "code", w.totp(e, 0)))
		w.says(w.grant("mfa-totp", "pending_authentication_token", w.byPassword().pending(), "authentication_challenge_id", challenge, "code", w.totp(e, 1)), 400, "one_time_code_previously_used")
	})
}

// Half a sign-in must not outlive the password that it was begun with.
func TestAPendingSignInEndsWithItsPassword(t *testing.T) {
	for name, change := range map[string]func(*world, *db.Tx) error{
		"changed": func(w *world, tx *db.Tx) error { return users.SetPassword(tx, w.user.ID, "$argon2id$x", users.Reset) },
		"dropped": func(w *world, tx *db.Tx) error { return users.DropPassword(tx, w.user.ID, users.Disowned) },
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Run(t, func(t *testing.T, d *db.DB) {
				c := startClock(d)
				w := newWorld(t, d, NewClient{})
				w.join("Other", "member")
				token := w.byPassword().pending()
				c.advance(time.Second)
				w.write(func(tx *db.Tx) error { return change(w, tx) })
				w.says(w.grant("organization-selection", "pending_authentication_token", token, "organization_id", string(w.org)), 400, "invalid_pending_authentication_token")
			})
		})
	}
}

// An organization that asks for more must not cost the person the choice of
// another, and its own token leads nowhere else but through its gate.
func TestChoosingAStricterOrganization(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		strict := w.join("Strict", "member")
		w.policy(strict, tenants.Policy{MFARequired: true})
		shut := w.join("Shut", "member")
		w.policy(shut, tenants.Policy{SSORequired: true})
		token := w.byPassword().pending()
		choose := func(org id.Organization) answered {
			return w.grant("organization-selection", "pending_authentication_token", token, "organization_id", string(org))
		}
		if a := w.gate(choose(shut), 400, "sso_required", "pending_authentication_token", "connection_ids", "email"); a.pending() != token {
			t.Error("the token changed although nothing did")
		}
		enrol := w.gate(choose(strict), 403, "mfa_enrollment", "pending_authentication_token", "user").pending()
		if enrol == token {
			t.Fatal("one token for two places")
		}
		e := w.app(w.user.ID, false)
		done := w.in(w.second(enrol, e, w.totp(e, 0)))
		if done.get("organization_id") != string(strict) {
			t.Errorf("%s", done.text)
		}
		// The older token was begun without the factor that the person has by now.
		w.gate(choose(w.org), 403, "mfa_challenge", "pending_authentication_token", "authentication_factors", "user")
	})
}

// The mails of a sign-in are limited as those of the API.
func TestVerificationMailsAreLimited(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		startClock(w.d) // it stands: the limit's window does not turn in between
		w.unproven()
		for range 3 {
			w.gate(w.byPassword(), 403, "email_verification_required", "pending_authentication_token", "email", "email_verification_id")
		}
		if a := w.byPassword(); a.status != http.StatusTooManyRequests || a.get("error") != "too_many_requests" || a.header.Get("Retry-After") == "" {
			t.Errorf("%d %s", a.status, a.text)
		}
	})
}

// The application may mail for itself: then the server must not.
func TestVerificationIsNotMailedWhereTheApplicationDoes(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.unproven()
		w.settings(func(s *tenants.Settings) { s.SendEmailVerification = false })
		w.gate(w.byPassword(), 403, "email_verification_required", "pending_authentication_token", "email", "email_verification_id")
		if mails := mailtest.All(t, w.d, "ada@example.com"); len(mails) != 0 {
			t.Errorf("%d mails", len(mails))
		}
	})
}
