package mfa_test

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/limit"
	"gatehouse/mfa"
	"gatehouse/sessions"
	"gatehouse/users"
)

var person = actor.Actor{Kind: actor.KindAnonymous, IP: "192.0.2.7"}

type world struct {
	*testing.T
	d    *db.DB
	s    *mfa.Service
	user *users.User
}

func service(d *db.DB) *mfa.Service {
	return &mfa.Service{DB: d, Limits: &limit.Limiter{DB: d}, Name: "Fieldnote", Base: "https://auth.example", Log: slog.New(slog.DiscardHandler)}
}

func each(t *testing.T, fn func(w world)) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := world{t, d, service(d), nil}
		w.tx(func(tx *db.Tx) (err error) {
			w.user, err = users.Create(tx, users.New{Email: "ines@haldenmarine.example", EmailVerified: true})
			return err
		})
		fn(w)
	})
}

func (w world) tx(fn func(*db.Tx) error) {
	w.Helper()
	if err := w.d.Tx(w.Context(), person, fn); err != nil {
		w.Fatal(err)
	}
}

func (w world) enrol() (e *mfa.Enrolment) {
	w.Helper()
	w.tx(func(tx *db.Tx) (err error) {
		e, err = w.s.BeginTOTP(tx, mfa.NewTOTP{User: &w.user.ID, Account: w.user.Email})
		return err
	})
	return e
}

func (w world) try(s *mfa.Service, t mfa.Try) mfa.Checked {
	w.Helper()
	t.User, t.Who = w.user.ID, person
	if t.Kind == "" {
		t.Kind = sessions.SecondTOTP
	}
	out, err := s.Try(context.WithoutCancel(w.Context()), t, func(*db.Tx) error { return nil })
	if err != nil {
		w.Fatal(err)
	}
	return out
}

func code(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	c, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// atStep keeps a test within one thirty-second step of the app.
func (w world) atStep() time.Time {
	now := time.Now().UTC().Truncate(30 * time.Second).Add(10 * time.Second)
	w.d.Now = func() time.Time { return now }
	return now
}

func TestAFactorCountsFromItsFirstCode(t *testing.T) {
	each(t, func(w world) {
		now := w.atStep()
		e := w.enrol()
		if !strings.HasPrefix(e.URI, "otpauth://totp/Fieldnote:ines@haldenmarine.example?secret="+e.Secret) {
			w.Errorf("the square says %s", e.URI)
		}
		if out := w.try(w.s, mfa.Try{Code: code(w, e.Secret, now)}); out.OK {
			w.Error("it counted before it was confirmed")
		}
		if out := w.try(w.s, mfa.Try{Factor: &e.ID, Code: code(w, e.Secret, now)}); !out.OK {
			w.Errorf("confirming: %+v", out)
		}
		w.tx(func(tx *db.Tx) error {
			kinds, err := mfa.Enrolled(tx, w.user.ID)
			if len(kinds) != 1 || kinds[0] != sessions.SecondTOTP {
				w.Errorf("enrolled: %v", kinds)
			}
			if _, err := mfa.EnrolmentOf(tx, w.user.ID, e.ID); !errors.Is(err, db.ErrNotFound) {
				w.Errorf("the secret is shown again: %v", err)
			}
			return err
		})
	})
}

// A code works once within its thirty seconds, on whichever server it comes,
// one step early or late, and no further.
func TestACodeWorksOnceOnEveryServer(t *testing.T) {
	each(t, func(w world) {
		now := w.atStep()
		e := w.enrol()
		w.try(w.s, mfa.Try{Factor: &e.ID, Code: code(w, e.Secret, now.Add(-30*time.Second))})
		var through atomic.Int64
		var wg sync.WaitGroup
		for n := range 6 {
			node := service(w.d) // as many servers, which share the database alone
			wg.Go(func() {
				if w.try(node, mfa.Try{Code: code(w, e.Secret, now)}).OK {
					through.Add(1)
				}
			})
			_ = n
		}
		wg.Wait()
		if through.Load() != 1 {
			w.Errorf("the code went through %d times", through.Load())
		}
		for skew, want := range map[time.Duration]bool{-60 * time.Second: false, 60 * time.Second: false, 30 * time.Second: true} {
			if out := w.try(service(w.d), mfa.Try{Code: code(w, e.Secret, now.Add(skew))}); out.OK != want {
				w.Errorf("%v away: %+v", skew, out)
			}
		}
		// The step before was used up by the later one.
		if out := w.try(w.s, mfa.Try{Code: code(w, e.Secret, now)}); out.OK {
			w.Error("an older code after a newer one")
		}
	})
}

// Ten wrong codes lock the second step, over fresh sign-ins and networks, and
// leave recovery codes alone.
func TestTenWrongCodesLock(t *testing.T) {
	each(t, func(w world) {
		now := w.atStep()
		e := w.enrol()
		w.try(w.s, mfa.Try{Factor: &e.ID, Code: code(w, e.Secret, now.Add(-30*time.Second))})
		var codes []string
		w.tx(func(tx *db.Tx) (err error) { codes, err = mfa.NewRecoveryCodes(tx, w.user.ID); return err })
		for n := range 10 {
			out, err := service(w.d).Try(w.Context(), mfa.Try{User: w.user.ID, Kind: sessions.SecondTOTP, Code: "00000" + strconv.Itoa(n),
				Who: actor.Actor{Kind: actor.KindAnonymous, IP: "198.51.100." + strconv.Itoa(n)}}, nil)
			if err != nil || out.Code != mfa.CodeIncorrect {
				w.Fatalf("try %d: %+v, %v", n, out, err)
			}
		}
		if out := w.try(service(w.d), mfa.Try{Code: code(w, e.Secret, now)}); out.OK || out.Code != mfa.CodeWait || out.Wait <= 0 {
			w.Errorf("the right one after ten wrong: %+v", out)
		}
		if out := w.try(w.s, mfa.Try{Kind: sessions.SecondRecovery, Code: strings.ToUpper(codes[0])}); !out.OK || out.Left != 9 {
			w.Errorf("a recovery code: %+v", out)
		}
		if out := w.try(w.s, mfa.Try{Kind: sessions.SecondRecovery, Code: codes[0]}); out.OK {
			w.Error("a recovery code worked twice")
		}
	})
}

func TestFiftyAtOnceCountEach(t *testing.T) {
	each(t, func(w world) {
		now := w.atStep()
		e := w.enrol()
		w.try(w.s, mfa.Try{Factor: &e.ID, Code: code(w, e.Secret, now)})
		var compared atomic.Int64
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if w.try(w.s, mfa.Try{Code: "000000"}).Code == mfa.CodeIncorrect {
					compared.Add(1)
				}
			})
		}
		wg.Wait()
		if n := compared.Load(); n > 10 {
			w.Errorf("%d codes were compared", n)
		}
	})
}

func TestAChallengeIsAnsweredOnce(t *testing.T) {
	each(t, func(w world) {
		now := w.atStep()
		e := w.enrol()
		var c *mfa.Challenge
		w.tx(func(tx *db.Tx) (err error) { c, err = w.s.NewChallenge(tx, e.Factor); return err })
		if _, valid, err := w.s.Verify(w.Context(), c.ID, "000000", person); err != nil || valid {
			w.Errorf("wrong: %v %v", valid, err)
		}
		if _, valid, err := w.s.Verify(w.Context(), c.ID, code(w, e.Secret, now), person); err != nil || !valid {
			w.Errorf("right: %v %v", valid, err)
		}
		if _, _, err := w.s.Verify(w.Context(), c.ID, code(w, e.Secret, now.Add(30*time.Second)), person); !errors.Is(err, mfa.ErrAnswered) {
			w.Errorf("again: %v", err)
		}
		if _, _, err := w.s.Verify(w.Context(), id.New[id.Challenge](), "000000", person); !errors.Is(err, db.ErrNotFound) {
			w.Errorf("unknown: %v", err)
		}
		// Somebody else's challenge is nothing to a person.
		other, err := w.s.Try(w.Context(), mfa.Try{User: id.New[id.User](), Kind: sessions.SecondTOTP, Challenge: &c.ID, Code: "000000", Who: person}, nil)
		if err != nil || other.OK {
			w.Errorf("another's: %+v, %v", other, err)
		}
	})
}

// Whoever is half signed in must not take the second step by a factor that
// they began themselves: one that was never used answers an enrolment alone.
func TestAFactorThatWasNeverUsedIsNoSecondStep(t *testing.T) {
	each(t, func(w world) {
		s := service(w.d)
		e := w.enrol()
		var c *mfa.Challenge
		w.tx(func(tx *db.Tx) (err error) {
			c, err = s.NewChallenge(tx, e.Factor)
			return err
		})
		t := mfa.Try{Kind: sessions.SecondTOTP, Challenge: &c.ID, Code: code(w, e.Secret, w.atStep())}
		if out := w.try(s, t); out.OK || out.Code != mfa.CodeExpired {
			w.Errorf("as a second step: %+v", out)
		}
		t.Enrolling = true
		if out := w.try(s, t); !out.OK {
			w.Errorf("as its enrolment: %+v", out)
		}
	})
}

func TestSecretsOfApplications(t *testing.T) {
	each(t, func(w world) {
		for secret, ok := range map[string]bool{"JBSWY3DPEHPK3PXP": true, "jbsw y3dp ehpk 3pxp": true, "short": false, "JBSWY3DPEHPK3PX1": false} {
			err := w.d.Tx(w.Context(), person, func(tx *db.Tx) error {
				_, err := w.s.BeginTOTP(tx, mfa.NewTOTP{Secret: secret})
				return err
			})
			if (err == nil) != ok {
				w.Errorf("%q: %v", secret, err)
			}
		}
	})
}
