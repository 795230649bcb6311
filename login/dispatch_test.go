package login

import (
	"slices"
	"testing"
	"time"

	"gatehouse/internal/id"
	"gatehouse/login/gates"
	"gatehouse/sessions"
)

func a(change func(*Attempt)) *Attempt {
	attempt, _ := newAttempt(time.Now(), Begin{ReturnPath: "/oauth2/resume"})
	change(attempt)
	return attempt
}

// The dispatcher is the only place that says what comes next: a wrong answer
// skips a proof, or sends people round in circles.
func TestDispatch(t *testing.T) {
	t.Parallel()
	email, name, hash, user, now := "mara@fieldnote.example", "Mara", "$argon2id$", id.New[id.User](), time.Now()
	signUp := func(a *Attempt) { a.Screen, a.Email, a.FirstName = ScreenSignUp, &email, &name }
	at := func(g gates.Gate) *Attempt {
		return a(func(a *Attempt) { a.Email, a.UserID, a.Gate = &email, &user, some(string(g)) })
	}
	everywhere := []step{stepIdentifier, stepPassword, stepCode, stepPasskey, stepSignUp, stepSignUpDetails, stepVerifyEmail,
		stepSecond, stepEnroll, stepRecoveryCodes, stepOrganization, stepRefused, stepSSO, stepArrival}
	for what, tt := range map[string]struct {
		attempt *Attempt
		at      step
		back    []step // where it may also be, because people go back
	}{
		"nothing is known":     {a(func(*Attempt) {}), stepIdentifier, []step{stepSignUp, stepPasskey, stepSSO}},
		"the address is known": {a(func(a *Attempt) { a.Email = &email }), stepPassword, []step{stepIdentifier, stepSignUp, stepPasskey, stepSSO, stepCode}},
		"a code was mailed": {a(func(a *Attempt) { a.Email, a.Screen = &email, ScreenCode }),
			stepCode, []step{stepIdentifier, stepSignUp, stepPasskey, stepSSO, stepPassword}},
		"sign-up, nothing is known": {a(func(a *Attempt) { a.Screen = ScreenSignUp }), stepSignUp, []step{stepIdentifier, stepPasskey, stepSSO}},
		"sign-up with the application's hint alone": {a(func(a *Attempt) { a.Screen, a.Email = ScreenSignUp, &email }),
			stepSignUp, []step{stepIdentifier, stepPasskey, stepSSO}},
		"sign-up, the person is known": {a(signUp), stepSignUpDetails, []step{stepIdentifier, stepSignUp, stepPasskey, stepSSO}},
		"sign-up waits for the mailbox": {a(func(a *Attempt) { signUp(a); a.PasswordHash = &hash }),
			stepVerifyEmail, []step{stepIdentifier, stepSignUp, stepPasskey, stepSSO}},
		"the address has to be proven":    {at(gates.VerifyEmail), stepVerifyEmail, nil},
		"a second step is asked for":      {at(gates.Challenge), stepSecond, nil},
		"a second step has to be set up":  {at(gates.Enroll), stepEnroll, nil},
		"recovery codes are to be saved":  {at(gateRecoveryCodes), stepRecoveryCodes, nil},
		"an organization is to be chosen": {at(gates.SelectOrganization), stepOrganization, nil},
		"the application named a connection": {a(func(a *Attempt) { c := id.New[id.Connection](); a.ConnectionID = &c }),
			stepSSO, []step{stepIdentifier, stepSignUp, stepPasskey}},
		"somebody came back from a provider": {a(func(a *Attempt) { r := id.New[id.SSORequest](); a.Email, a.SSORequestID = &email, &r }),
			stepArrival, []step{stepIdentifier, stepSignUp, stepPasskey, stepSSO, stepPassword, stepCode}},
		"not a member":               {at(gates.NotMember), stepRefused, nil},
		"from the wrong network":     {at(gates.AddressRefused), stepRefused, nil},
		"single sign-on is required": {at(gates.SSORequired), stepSSO, nil},
		"this way is not taken":      {at(gates.MethodRefused), stepRefused, nil},
		"a gate that nobody knows":   {at("from the future"), stepRefused, nil},
		"it is complete":             {a(func(a *Attempt) { a.Email, a.UserID, a.CompletedAt = &email, &user, &now }), stepDone, nil},
	} {
		if at := tt.attempt.next(); at != tt.at {
			t.Errorf("%s: at %q, want %q", what, at, tt.at)
		}
		for _, s := range everywhere {
			want := s == tt.at || slices.Contains(tt.back, s)
			if got := tt.attempt.reached(s); got != want {
				t.Errorf("%s: reached(%q) = %v", what, s, got)
			}
		}
	}
}

// A live session answers a sign-in without a question, but not one that wants
// a fresh proof, and not where somebody began to sign in as somebody else.
func TestALiveSessionAnswersOnlyWhatItMay(t *testing.T) {
	t.Parallel()
	email, signedIn := "mara@fieldnote.example", time.Now()
	before, after := signedIn.Add(-time.Minute), signedIn.Add(time.Minute)
	b := &sessions.Browser{AuthenticatedAt: signedIn}
	for what, tt := range map[string]struct {
		attempt *Attempt
		want    bool
	}{
		"nothing is known":             {a(func(*Attempt) {}), true},
		"a proof from before will do":  {a(func(a *Attempt) { a.FreshAfter = &before }), true},
		"at the same moment":           {a(func(a *Attempt) { a.FreshAfter = &signedIn }), true},
		"a fresh proof is asked for":   {a(func(a *Attempt) { a.FreshAfter = &after }), false},
		"somebody typed an address":    {a(func(a *Attempt) { a.Email = &email }), false},
		"somebody wants a new account": {a(func(a *Attempt) { a.Screen = ScreenSignUp }), false},
	} {
		if got := tt.attempt.accepts(b); got != tt.want {
			t.Errorf("%s: %v", what, got)
		}
	}
}
