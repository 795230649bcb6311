package pace

import (
	"testing"
	"time"

	"gatehouse/internal/db"
)

// A wrong percentile has an operator look for a slow server that is none, or
// miss one.
func TestThePercentileLiesWithinItsBucket(t *testing.T) {
	of := func(counts ...int64) (times []db.SignInTime) { // bound, count, bound, count …
		for i := 0; i < len(counts); i += 2 {
			times = append(times, db.SignInTime{UpToMS: counts[i], Answers: counts[i+1]})
		}
		return times
	}
	for name, tt := range map[string]struct {
		share float64
		times []db.SignInTime
		want  time.Duration
		known bool
	}{
		"nobody":                      {.95, nil, 0, false},
		"rows of nobody":              {.95, of(50, 0, 100, 0), 0, false},
		"one":                         {.95, of(5, 1), 4750 * time.Microsecond, true},
		"all in one bucket":           {.95, of(100, 20), 98750 * time.Microsecond, true}, // 75 + 25 × 0.95
		"the edge of a bucket":        {.95, of(50, 95, 100, 5), 50 * time.Millisecond, true},
		"past the edge":               {.95, of(50, 94, 100, 6), 75*time.Millisecond + 25*time.Millisecond/6, true},
		"an empty bucket between":     {.95, of(20, 90, 300, 10), 275 * time.Millisecond, true}, // 250 + 50 × 5/10
		"rows of several hours":       {.5, of(300, 5, 20, 45, 300, 5, 20, 45), 15*time.Millisecond + 5*time.Millisecond*50/90, true},
		"the longest":                 {.95, of(30_000, 100), 29 * time.Second, true}, // 10 + 20 × 0.95
		"a bound of another release":  {.95, of(60, 20), 59500 * time.Microsecond, true},
		"everybody":                   {1, of(50, 7, 200, 3), 200 * time.Millisecond, true},
		"more than everybody":         {1.1, of(50, 7, 200, 3), 200 * time.Millisecond, true},
		"a row that was counted down": {.95, of(50, -3, 5, 1), 4750 * time.Microsecond, true},
	} {
		got, known := percentile(tt.share, tt.times)
		if known != tt.known || (got-tt.want).Abs() > time.Microsecond {
			t.Errorf("%s: %v %t, and not %v %t", name, got, known, tt.want, tt.known)
		}
	}
}

// A time in the bucket below or above its own moves the percentile.
func TestATimeFallsIntoTheBucketThatHoldsIt(t *testing.T) {
	for took, want := range map[time.Duration]int64{
		0: 5, time.Nanosecond: 5, 5 * time.Millisecond: 5, 5*time.Millisecond + 1: 10, 99 * time.Millisecond: 100,
		30 * time.Second: 30_000, time.Minute: 30_000,
	} {
		if got := boundOf(took); got != want || time.Duration(below(got))*time.Millisecond >= took && took > 0 {
			t.Errorf("%v is counted up to %d, from %d", took, got, below(got))
		}
	}
}

// Sign-ins at a provider take what the provider takes, and what asks again is
// no answer: both would drown what the figure is for.
func TestWhatPeopleTypeAndTouchIsCounted(t *testing.T) {
	for kind, want := range map[string]bool{
		"authentication.password_succeeded": true, "authentication.password_failed": true, "authentication.magic_auth_failed": true,
		"authentication.email_verification_succeeded": true, "authentication.passkey_succeeded": true, "authentication.mfa_failed": true,
		"authentication.sso_succeeded": false, "authentication.sso_started": false, "authentication.oauth_failed": false,
		"authentication.reauthentication_succeeded": false, "authentication.password": false, "password_succeeded": false, "session.created": false, "": false,
	} {
		if Outcome(kind) != want {
			t.Errorf("%q: %t", kind, !want)
		}
	}
}
