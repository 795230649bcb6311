package users_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/problem"
	"gatehouse/sessions"
	"gatehouse/users"
)

// The waits grow, so that a guesser at one account gets nowhere; a right
// password is refused meanwhile, else the wait would be no wait.
func TestWaitsGrow(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		var waits []time.Duration
		for range 5 + 6 {
			c := k.try("jo@example.com", "wrong", "203.0.113.9")
			if c.Code != users.CodeWrong {
				t.Fatalf("%+v", c)
			}
			if c.Wait > 0 {
				waits = append(waits, c.Wait)
				refused := k.try("jo@example.com", right, "203.0.113.9")
				if refused.Code != users.CodeWait || refused.User != nil {
					t.Errorf("while waiting: %+v", refused)
				}
				if e := problem.As(refused.Err()); e == nil || e.Status() != 429 || e.RetryAfter != c.Wait {
					t.Errorf("%v", refused.Err())
				}
			}
			k.now = k.now.Add(c.Wait)
		}
		want := []time.Duration{2, 4, 8, 15, 15, 15}
		for i := range want {
			want[i] *= time.Minute
		}
		if !slices.Equal(waits, want) {
			t.Errorf("%v", waits)
		}
		if c := k.try("jo@example.com", right, "203.0.113.9"); !c.OK {
			t.Errorf("after the wait: %+v", c)
		}
	})
}

// A stranger who guesses from everywhere makes every stranger wait, and not the
// person: they come in from where they signed in before, and by their device.
func TestNobodyCanBeLockedOut(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		home := "2001:db8:1:2::3"
		_, err := k.Check(t.Context(), users.Try{Email: "jo@example.com", Password: right, Who: from(home)}, func(tx *db.Tx, u *users.User) error {
			_, _, err := sessions.StartBrowser(tx, u.ID, sessions.Password, sessions.Lifetimes{})
			return err
		})
		must(t, err)
		for i := range 30 { // every guess from an address of its own
			k.now = k.now.Add(k.try("jo@example.com", "wrong", fmt.Sprintf("198.51.100.%d", i)).Wait)
		}
		k.try("jo@example.com", "wrong", "198.51.100.99")
		if c := k.try("jo@example.com", right, "203.0.113.1"); c.Code != users.CodeWait {
			t.Fatalf("a stranger is not held up: %+v", c)
		}
		if c := k.try("jo@example.com", right, "2001:db8:1:2:9::9"); !c.OK {
			t.Errorf("at home: %+v", c)
		}
		c, err := k.Check(t.Context(), users.Try{Email: "jo@example.com", Password: right, Known: true, Who: from("203.0.113.1")}, nil)
		if err != nil || !c.OK {
			t.Errorf("on the road, with the device: %+v, %v", c, err)
		}
		for range 40 { // the guesser sits at home too
			k.now = k.now.Add(k.try("jo@example.com", "wrong", home).Wait)
		}
		k.try("jo@example.com", "wrong", home)
		c, err = k.Check(t.Context(), users.Try{Email: "jo@example.com", Password: right, Known: true, Who: from(home)}, nil)
		if err != nil || !c.OK {
			t.Errorf("beside the guesser, with the device: %+v, %v", c, err)
		}
	})
}

// Fifty guesses at once are counted each: no more go at once than a burst of
// honest sign-ins has, and after them the wait is as long as for so many in a
// row (attacks P5).
func TestParallelGuessesAreCounted(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		k := newDesk(t, d)
		var wg sync.WaitGroup
		outcomes := make(chan users.Checked, 50)
		for range 50 {
			wg.Go(func() {
				c, err := k.Check(context.Background(), users.Try{Email: "jo@example.com", Password: "wrong", Who: from("203.0.113.9")}, nil)
				if err != nil {
					t.Error(err)
				}
				outcomes <- c
			})
		}
		wg.Wait()
		close(outcomes)
		tried := 0
		for c := range outcomes {
			if c.Code == users.CodeWrong {
				tried++
			}
		}
		if tried > 17 {
			t.Errorf("%d guesses were tried", tried)
		}
		if n := len(recorded(t, d, "authentication.password_failed")); n != tried {
			t.Errorf("%d of %d were recorded", n, tried)
		}
	})
}
