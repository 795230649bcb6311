package login

import (
	"slices"
	"testing"
	"time"

	"gatehouse/internal/id"
	"gatehouse/sessions"
	"gatehouse/users"
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
	email, name, user, now := "mara@fieldnote.example", "Mara", id.New[id.User](), time.Now()
	for what, tt := range map[string]struct {
		attempt *Attempt
		at      step
		back    []step // where it may also be, because people go back
	}{
		"nothing is known": {a(func(*Attempt) {}), stepIdentifier, []step{stepSignUp}},
		"the address is known": {a(func(a *Attempt) { a.Email = &email }),
			stepPassword, []step{stepIdentifier, stepSignUp}},
		"sign-up, nothing is known": {a(func(a *Attempt) { a.Screen = ScreenSignUp }),
			stepSignUp, []step{stepIdentifier}},
		"sign-up with the application's hint alone": {a(func(a *Attempt) { a.Screen, a.Email = ScreenSignUp, &email }),
			stepSignUp, []step{stepIdentifier}},
		"sign-up, the person is known": {a(func(a *Attempt) { a.Screen, a.Email, a.FirstName = ScreenSignUp, &email, &name }),
			stepSignUpDetails, []step{stepIdentifier, stepSignUp}},
		"the person is proven": {a(func(a *Attempt) { a.Email, a.UserID = &email, &user }), stepOrganization, nil},
		"the person is proven by signing up": {a(func(a *Attempt) { a.Screen, a.Email, a.FirstName, a.UserID = ScreenSignUp, &email, &name, &user }),
			stepOrganization, nil},
		"it is complete": {a(func(a *Attempt) { a.Email, a.UserID, a.CompletedAt = &email, &user, &now }), stepDone, nil},
	} {
		if at := tt.attempt.next(); at != tt.at {
			t.Errorf("%s: at %q, want %q", what, at, tt.at)
		}
		for _, s := range []step{stepIdentifier, stepPassword, stepSignUp, stepSignUpDetails, stepOrganization} {
			want := s == tt.at || slices.Contains(tt.back, s)
			if got := tt.attempt.reached(s); got != want {
				t.Errorf("%s: reached(%q) = %v", what, s, got)
			}
		}
	}
}

// Each organization that a sign-in ends in is one the person is in, and
// nobody is asked who has no choice.
func TestTheOrganizationIsChosenOnlyWhereThereIsAChoice(t *testing.T) {
	t.Parallel()
	acme, globex, operators := id.New[id.Organization](), id.New[id.Organization](), id.New[id.Organization]()
	in := func(orgs ...id.Organization) (mine []users.Choice) {
		for _, o := range orgs {
			mine = append(mine, users.Choice{Organization: o, System: o == operators})
		}
		return mine
	}
	for what, tt := range map[string]struct {
		asked *id.Organization
		needs bool
		mine  []users.Choice
		into  *id.Organization
		open  bool
	}{
		"an application without organizations":  {nil, false, in(acme, globex), nil, false},
		"the one that was asked for":            {&acme, true, in(globex, acme), &acme, false},
		"one that the person is not in":         {&acme, true, in(globex), &acme, true},
		"no organization at all":                {nil, true, in(), nil, false},
		"one":                                   {nil, true, in(acme), &acme, false},
		"several":                               {nil, true, in(acme, globex), nil, true},
		"one, and the operators' own":           {nil, true, in(operators, acme), &acme, false},
		"the operators' own alone":              {nil, true, in(operators), nil, false},
		"the operators' own where it was asked": {&operators, false, in(operators), &operators, false},
	} {
		attempt := a(func(a *Attempt) { a.OrganizationID, a.NeedsOrganization = tt.asked, tt.needs })
		open := attempt.pick(tt.mine)
		if open != tt.open || text((*string)(attempt.OrganizationID)) != text((*string)(tt.into)) {
			t.Errorf("%s: into %v, open %v", what, attempt.OrganizationID, open)
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
