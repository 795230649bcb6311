package oauth

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/mailbox"
	"gatehouse/mfa"
	"gatehouse/tenants"
	"gatehouse/users"
)

// grant asks the wire's token endpoint, as the application that has a secret.
func (w *world) grant(kind string, more ...string) answered {
	w.t.Helper()
	if !strings.HasPrefix(kind, "password") && !strings.HasPrefix(kind, "refresh") {
		kind = "urn:workos:oauth:grant-type:" + kind
	}
	m := map[string]string{"grant_type": kind, "client_secret": w.secret}
	for i := 0; i+1 < len(more); i += 2 {
		m[more[i]] = more[i+1]
	}
	return w.authenticate(m)
}

func (w *world) byPassword(more ...string) answered {
	w.t.Helper()
	return w.grant("password", append([]string{"email", "ada@example.com", "password", goodPassword}, more...)...)
}

// gate wants a refusal in the wire's exact shape: status, code, and the members
// of the body, neither more nor fewer.
func (w *world) gate(a answered, status int, code string, members ...string) answered {
	w.t.Helper()
	named := "code"
	plain := []string{"code", "message"}
	if a.body["error"] != nil {
		named, plain = "error", []string{"error", "error_description"}
	}
	want := slices.Sorted(slices.Values(append(plain, members...)))
	if got := slices.Sorted(maps.Keys(a.body)); a.status != status || a.get(named) != code || !slices.Equal(got, want) {
		w.t.Fatalf("%d %s\n want %d %s with %v", a.status, a.text, status, code, want)
	}
	return a
}

// refused wants an error without anything to go on with.
func (w *world) says(a answered, status int, code string) {
	w.t.Helper()
	w.gate(a, status, code)
}

func (w *world) in(a answered) answered {
	w.t.Helper()
	if a.status != http.StatusOK || a.get("access_token") == "" || a.get("refresh_token") == "" {
		w.t.Fatalf("%d %s", a.status, a.text)
	}
	return a
}

func (a answered) pending() string { return a.get("pending_authentication_token") }

// policy sets what an organization asks.
func (w *world) policy(org id.Organization, p tenants.Policy) {
	w.t.Helper()
	w.write(func(tx *db.Tx) error {
		return tx.In(org, func(tx *db.OrgTx) error {
			if p.SSORequired { // somebody has to get in without it
				u, err := users.Create(tx.Tx, users.New{Email: strings.ToLower(string(id.New[id.User]())) + "@example.com"})
				if err != nil {
					return err
				}
				if _, err := users.AddMember(tx, u.ID, "admin"); err != nil {
					return err
				}
				p.BreakGlassUsers = []id.User{u.ID}
			}
			_, err := users.SetPolicy(tx, p)
			return err
		})
	})
}

func (w *world) settings(change func(*tenants.Settings)) {
	w.t.Helper()
	w.must(w.d.InDeployment(w.t.Context(), tester, func(tx *db.AllTx) error {
		_, err := tenants.EnsureSystemOrganization(tx)
		return err
	}))
	w.write(func(tx *db.Tx) error {
		s := tenants.DefaultSettings()
		change(&s)
		return tenants.SetSettings(tx, s)
	})
}

// app enrols an authenticator app; verified says whether it was used before.
func (w *world) app(user id.User, verified bool) *mfa.Enrolment {
	w.t.Helper()
	var e *mfa.Enrolment
	w.write(func(tx *db.Tx) (err error) {
		if e, err = w.h.MFA.BeginTOTP(tx, mfa.NewTOTP{User: &user, Account: "ada"}); err == nil && verified {
			_, err = factorRows.Update(tx, e.ID, db.Set{"verified_at": tx.Now()})
		}
		return err
	})
	return e
}

var factorRows = db.GlobalTable[mfa.Factor, id.Factor]{}

func (w *world) challenge(e *mfa.Enrolment) string {
	w.t.Helper()
	var c *mfa.Challenge
	w.write(func(tx *db.Tx) (err error) {
		c, err = w.h.MFA.NewChallenge(tx, e.Factor)
		return err
	})
	return string(c.ID)
}

// totp is the app's code now, or so many steps from now: one works once.
func (w *world) totp(e *mfa.Enrolment, steps int) string {
	w.t.Helper()
	code, err := totp.GenerateCode(e.Secret, w.d.Now().Add(time.Duration(steps)*30*time.Second))
	w.must(err)
	return code
}

func (w *world) second(pending string, e *mfa.Enrolment, code string) answered {
	w.t.Helper()
	return w.grant("mfa-totp", "pending_authentication_token", pending, "authentication_challenge_id", w.challenge(e), "code", code)
}

// mail makes a code as the API would.
func (w *world) mail(kind mailbox.Kind) (i *mailbox.Issued) {
	w.t.Helper()
	w.write(func(tx *db.Tx) (err error) {
		i, err = w.h.Mailbox.Send(tx, mailbox.New{Kind: kind, Email: w.user.Email, User: w.user}, mailbox.Letter{})
		return err
	})
	return i
}

// unproven makes another person, whose address nobody has proven.
func (w *world) unproven() {
	w.t.Helper()
	w.write(func(tx *db.Tx) (err error) {
		_, err = userRows.Update(tx, w.user.ID, db.Set{"email_verified": false})
		w.user.EmailVerified = false
		return err
	})
}

var userRows = db.GlobalTable[users.User, id.User]{}

func wrong(code string) string {
	if code[0] == '9' {
		return "0" + code[1:]
	}
	return string(code[0]+1) + code[1:]
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Run(t, func(t *testing.T, d *db.DB) { fn(t, newWorld(t, d, NewClient{})) })
}
