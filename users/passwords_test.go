package users_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/users/password"
)

const right = "correct horse battery staple"

// desk is a deployment with one person, who has a password, and a clock.
type desk struct {
	*users.Passwords
	t    *testing.T
	user *users.User
	now  time.Time
}

func newDesk(t *testing.T, d *db.DB) *desk {
	t.Helper()
	k := &desk{t: t, now: time.Now()}
	d.Now = func() time.Time { return k.now }
	hasher := password.New(password.Options{KiB: 64, Passes: 1, Queue: 512})
	k.Passwords = &users.Passwords{DB: d, Hasher: hasher, Limits: &limit.Limiter{DB: d}}
	hash, err := k.Hash(t.Context(), right, users.About{})
	must(t, err)
	write(t, d, func(tx *db.Tx) (err error) {
		k.user, err = users.Create(tx, users.New{Email: "Jo@example.com", PasswordHash: hash})
		return err
	})
	return k
}

func from(ip string) actor.Actor {
	return actor.Actor{Kind: actor.KindAnonymous, IP: ip, UserAgent: "Mozilla/5.0"}
}

func (k *desk) try(email, typed, ip string) users.Checked {
	k.t.Helper()
	c, err := k.Check(k.t.Context(), users.Try{Email: email, Password: typed, Who: from(ip)}, nil)
	must(k.t, err)
	return c
}

// The right password signs in, and everything that the sign-in makes commits
// with the record of it, as the person.
func TestARightPasswordSignsIn(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		var secret string
		c, err := k.Check(t.Context(), users.Try{Email: " jo@EXAMPLE.com", Password: right, Who: from("192.0.2.1")}, func(tx *db.Tx, u *users.User) (err error) {
			if tx.Actor().Kind != actor.KindUser || tx.Actor().ID != string(k.user.ID) || tx.Actor().IP != "192.0.2.1" {
				t.Errorf("%+v acts", tx.Actor())
			}
			_, secret, err = sessions.StartBrowser(tx, u.ID, sessions.Password, sessions.Lifetimes{})
			return err
		})
		must(t, err)
		if !c.OK || c.User.ID != k.user.ID || c.Err() != nil || c.User.LastSignInAt == nil {
			t.Errorf("%+v", c)
		}
		must(t, d.Read(t.Context(), func(tx *db.Tx) error { _, err := sessions.FindBrowser(tx, secret); return err }))
		entries := recorded(t, d, "authentication.password_succeeded")
		if len(entries) != 1 || *entries[0].ActorID != string(k.user.ID) || *entries[0].IPAddress != "192.0.2.1" {
			t.Errorf("%+v", entries)
		}
	})
}

// Where what follows a right password fails, nothing of the sign-in stays.
func TestAFailedSignInLeavesNothing(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		broken := errors.New("no session today")
		c, err := k.Check(t.Context(), users.Try{Email: "jo@example.com", Password: right, Who: from("")}, func(*db.Tx, *users.User) error { return broken })
		if !errors.Is(err, broken) || c.OK {
			t.Errorf("%+v, %v", c, err)
		}
		if n := len(recorded(t, d, "authentication.password_succeeded")); n != 0 {
			t.Errorf("%d entries", n)
		}
		must(t, d.Read(t.Context(), func(tx *db.Tx) error {
			u, err := users.Get(tx, k.user.ID)
			if err == nil && u.LastSignInAt != nil {
				t.Error("last_sign_in_at moved")
			}
			return err
		}))
	})
}

// Nobody learns who has an account: an unknown address, a wrong password and
// an account without one give one answer, are counted and recorded alike
// (attacks P10).
func TestWrongAnswersAreAlike(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		create(t, d, "none@example.com")
		for i, email := range []string{"jo@example.com", "nobody@example.com", "none@example.com", "no address", ""} {
			ip := fmt.Sprintf("192.0.2.%d", i)
			for n := range 8 {
				c := k.try(email, "wrong", ip)
				want := users.Checked{Code: users.CodeWrong}
				if n == 5 {
					want.Wait = 2 * time.Minute
				}
				if n > 5 {
					want = users.Checked{Code: users.CodeWait, Wait: 2 * time.Minute}
				}
				if c != want {
					t.Errorf("%q, try %d: %+v, want %+v", email, n, c, want)
				}
			}
		}
		entries := recorded(t, d, "authentication.password_failed")
		if len(entries) != 5*6 {
			t.Errorf("%d entries", len(entries))
		}
		for _, e := range entries {
			var data struct {
				Type, Status string
				Error        struct{ Code string }
			}
			must(t, json.Unmarshal(e.Data, &data))
			if data.Type != "password" || data.Status != "failed" || data.Error.Code != users.CodeWrong || e.OrganizationID != nil {
				t.Errorf("%s in %v", e.Data, e.OrganizationID)
			}
		}
	})
}

// Finding out who has an account by the clock must take more than a stop-watch:
// the means of many tries lie within what a network hides (attacks P10).
func TestUnknownAddressesTakeAsLong(t *testing.T) {
	d := dbtest.SQLite(t)
	k := newDesk(t, d)
	k.Hasher = password.New(password.Options{KiB: 4096, Passes: 1})
	hash, err := k.Hash(t.Context(), right, users.About{})
	must(t, err)
	write(t, d, func(tx *db.Tx) error { return users.SetPassword(tx, k.user.ID, hash, users.SetByAPI) })
	took := map[string]time.Duration{}
	const tries = 60
	for i := range tries {
		for _, email := range []string{"jo@example.com", "nobody@example.com"} {
			k.now = k.now.Add(time.Hour)
			began := time.Now()
			k.try(email, "wrong", fmt.Sprintf("198.51.100.%d", i))
			took[email] += time.Since(began)
		}
	}
	apart := (took["jo@example.com"] - took["nobody@example.com"]).Abs() / tries
	if apart > 20*time.Millisecond {
		t.Errorf("%v apart in the mean", apart)
	}
}

// Nothing that was typed as a password is in the log, nor what was typed in
// the place of an address and is none.
func TestTheLogHoldsNothingTyped(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		const typed = "hunter2-typed-in-the-wrong-field"
		k.try("jo@example.com", typed, "")
		k.try(typed, typed, "")
		k.try("nobody@example.com", typed, "")
		k.try("jo@example.com", right, "")
		for _, e := range recorded(t, d) {
			row, err := json.Marshal(e)
			must(t, err)
			if bytes.Contains(row, []byte("hunter2")) || bytes.Contains(row, []byte(right)) || bytes.Contains(e.Data, []byte("$argon2")) {
				t.Errorf("%s", row)
			}
		}
	})
}

// A banned person learns so only by the right password, and is not signed in.
func TestABannedPersonIsNotSignedIn(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		write(t, d, func(tx *db.Tx) error { _, err := users.Ban(tx, k.user.ID, nil, ""); return err })
		if c := k.try("jo@example.com", "wrong", ""); c.Code != users.CodeWrong {
			t.Errorf("%+v", c)
		}
		signedIn := false
		c, err := k.Check(t.Context(), users.Try{Email: "jo@example.com", Password: right, Who: from("")}, func(*db.Tx, *users.User) error { signedIn = true; return nil })
		if err != nil || c.OK || c.User != nil || signedIn || !errors.Is(c.Err(), users.ErrBanned) {
			t.Errorf("%+v, %v", c, err)
		}
	})
}

// A password that was hashed more cheaply is hashed anew at the next sign-in,
// and a wrong one leaves it.
func TestOldHashesAreUpgraded(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		k.Hasher = password.New(password.Options{KiB: 128, Passes: 1})
		k.try("jo@example.com", "wrong", "")
		if n := len(recorded(t, d, "user.password_changed")); n != 0 {
			t.Errorf("a wrong password changed the hash %d times", n)
		}
		for range 2 {
			if c := k.try("jo@example.com", right, ""); !c.OK {
				t.Fatalf("%+v", c)
			}
		}
		if n := len(recorded(t, d, "user.password_changed")); n != 1 {
			t.Errorf("upgraded %d times", n)
		}
	})
}

// A password that is changed while an old one is being checked lets the old
// one in no more.
func TestAPasswordChangedMeanwhileIsWrong(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		hash, err := k.Hash(t.Context(), "another good passphrase", users.About{})
		must(t, err)
		change := func() {
			write(t, d, func(tx *db.Tx) error { return users.SetPassword(tx, k.user.ID, hash, users.Reset) })
		}
		once := sync.OnceFunc(change)
		calls := 0
		now := k.now
		d.Now = func() time.Time { // the clock is read by each transaction: the third is the commit's
			if calls++; calls == 3 {
				once()
			}
			return now
		}
		c := k.try("jo@example.com", right, "")
		d.Now = func() time.Time { return now }
		if c.OK {
			t.Errorf("the old password signed in: %+v", c)
		}
		if c := k.try("jo@example.com", "another good passphrase", ""); !c.OK {
			t.Errorf("the new one: %+v", c)
		}
	})
}

// An organization hears of its own members' sign-ins and of no stranger's.
func TestOutcomesBelongToTheMembersOrganization(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		seeded(t, d)
		o := newOrganization(t, d, "a")
		stranger := create(t, d, "stranger@example.com")
		add(t, d, o.ID, k.user.ID, tenants.MemberRole)
		for _, email := range []string{"jo@example.com", stranger.Email, "nobody@example.com"} {
			_, err := k.Check(t.Context(), users.Try{Email: email, Password: "wrong", Organization: o.ID, Who: from("")}, nil)
			must(t, err)
		}
		var told []id.Organization
		for _, e := range recorded(t, d, "authentication.password_failed") {
			if e.OrganizationID != nil {
				told = append(told, *e.OrganizationID)
				if !strings.Contains(string(e.Data), "Jo@example.com") {
					t.Errorf("%s", e.Data)
				}
			}
		}
		if !slices.Equal(told, []id.Organization{o.ID}) {
			t.Errorf("%v", told)
		}
	})
}

// A weak password is refused with its reasons, and nothing is hashed.
func TestWeakPasswordsAreRefused(t *testing.T) {
	k := newDesk(t, dbtest.SQLite(t))
	for _, weak := range []string{"", "short", "password", "jo.smith@example.com", strings.Repeat("a", 5000)} {
		_, err := k.Hash(t.Context(), weak, users.About{About: password.About{Email: "jo.smith@example.com"}})
		e := problem.As(err)
		if e == nil || e.Code != "password_strength_error" || e.Status() != 400 || len(e.Details) == 0 {
			t.Errorf("%.20q: %v", weak, err)
		}
	}
}

// An overloaded server says so; it does not call the password wrong, which
// would sign people out and count against them.
func TestBusyIsNotWrong(t *testing.T) {
	d := dbtest.SQLite(t)
	k := newDesk(t, d)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c, err := k.Check(ctx, users.Try{Email: "jo@example.com", Password: right, Who: from("")}, nil)
	if err == nil || c.OK || c.Code != "" {
		t.Errorf("a cancelled request: %+v, %v", c, err)
	}
	k.Hasher = password.New(password.Options{KiB: 16384, MemoryKiB: 16384, Passes: 40, Queue: 1, Wait: time.Millisecond})
	var wg sync.WaitGroup
	failures := make(chan error, 12)
	for i := range 12 {
		wg.Go(func() {
			_, err := k.Check(t.Context(), users.Try{Email: fmt.Sprintf("nobody%d@example.com", i), Password: "x", Who: from(fmt.Sprintf("192.0.2.%d", i))}, nil)
			failures <- err
		})
	}
	wg.Wait()
	close(failures)
	busy := 0
	for err := range failures {
		if errors.Is(err, password.ErrBusy) {
			busy++
		} else if err != nil {
			t.Error(err)
		}
	}
	if busy == 0 {
		t.Error("twelve at once through a gate for one, and nobody was told")
	}
	if n := len(recorded(t, d, "authentication.password_failed")); n != 12-busy {
		t.Errorf("%d failures recorded, %d busy", n, busy)
	}
}
