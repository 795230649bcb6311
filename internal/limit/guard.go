package limit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/internal/db"
)

// Guess is a try at a secret of an account.
type Guess struct {
	Kind    string // what is guessed: "password", "totp". Each kind locks by itself
	Account string // the account's id, or the address that was typed where there is none
	Network string // browser.Network of who tries, as text
	// Known says that who tries has signed in to this account before from this
	// very browser, by its device cookie. A network is not enough: the guesser
	// may sit in the same one, and would fill the owner's counter.
	Known bool
	// Few says that the secret has few digits, and that whoever guesses at it
	// has proven a password before: the account alone counts, from wherever
	// and in however many sign-ins the guesses come, and it bears ten.
	Few bool
}

// The rules of a guess. A stranger meets all three; somebody known meets only
// their own, which strangers cannot fill, so that nobody is locked out for
// good by others:
//
//	pair     5 free, then 2 to 15 min   stops the guesser at one account
//	account  20 free, then up to 15 min stops guessers from many networks; at
//	         the longest wait they have about 100 guesses a day
//	network  60 free, then up to 1 min  stops one password tried on many
//	         accounts, and lets an office with its typing errors live
//	known    10 free, then up to 15 min like pair, for the person's own device
//
// Before the account's and the network's waits begin, tries at them cost
// computing (Toll): from many networks and accounts that adds up, and for a
// person it is a second.
var (
	pairRule    = Rule{Free: 5, Burst: 16, Forget: 30 * time.Minute, Longest: 15 * time.Minute, First: 2 * time.Minute, Toll: 6}
	accountRule = Rule{Free: 20, Burst: 32, Forget: 30 * time.Minute, Longest: 15 * time.Minute, Toll: 10}
	networkRule = Rule{Free: 60, Burst: 256, Forget: 30 * time.Second, Longest: time.Minute, Toll: 30}
	fewRule     = Rule{Free: 9, Burst: 8, Forget: 30 * time.Minute, Longest: 15 * time.Minute, First: 30 * time.Second, Toll: 5}
	knownRule   = Rule{Free: 10, Burst: 16, Forget: 30 * time.Minute, Longest: 15 * time.Minute}
)

type tally struct {
	key  key
	rule Rule
	own  bool // counts this account from here alone: a success clears it
}

func (g Guess) tallies() []tally {
	if g.Few {
		return []tally{{keyOf("few", g.Kind, g.Account), fewRule, true}}
	}
	if g.Known {
		return []tally{{keyOf("known", g.Kind, g.Account, g.Network), knownRule, true}}
	}
	return []tally{
		{keyOf("pair", g.Kind, g.Account, g.Network), pairRule, true},
		{keyOf("account", g.Kind, g.Account), accountRule, false},
		{keyOf("network", g.Kind, g.Network), networkRule, false},
	}
}

// Attempt is a guess under way. The caller ends it with Done, after the
// transaction in which it called Failed (or Succeeded) has committed.
type Attempt struct {
	limiter *Limiter
	tallies []tally
	failed  map[key]bool // those with something to take back
	done    bool
}

// Begin asks whether a guess may be tried now. Where wait is above zero it may
// not: nothing is counted, and there is no Attempt. Unknown accounts are
// counted like known ones, so that the answer tells nobody which exist. It
// reads the database, so never call it inside a transaction.
func (l *Limiter) Begin(ctx context.Context, g Guess) (a *Attempt, wait time.Duration, err error) {
	a = &Attempt{limiter: l, tallies: g.tallies()}
	// First reserve, then read: whoever failed before the reading is in the
	// database, and whoever has not ended is among the reserved.
	before := l.reserve(a.tallies)
	defer func() {
		if err != nil || wait > 0 {
			a.Done()
			a = nil
		}
	}()
	rows, err := l.states(ctx, a.tallies)
	if err != nil {
		return a, 0, fmt.Errorf("reading the lockouts: %w", err)
	}
	now := l.now()
	a.failed = make(map[key]bool, len(rows))
	for i, t := range a.tallies {
		s := rows[t.key]
		a.failed[t.key] = s.Failures > 0
		wait = max(wait, t.rule.Wait(s, now, before[i]))
	}
	return a, wait, nil
}

// Look is what a guess would meet, without trying it: whether so much has
// failed that it should cost computing, and how long it would have to wait.
func (l *Limiter) Look(ctx context.Context, g Guess) (toll bool, wait time.Duration, err error) {
	tallies := g.tallies()
	rows, err := l.states(ctx, tallies)
	if err != nil {
		return false, 0, fmt.Errorf("reading the lockouts: %w", err)
	}
	now := l.now()
	for _, t := range tallies {
		s := rows[t.key]
		toll = toll || t.rule.Toll > 0 && t.rule.At(s, now).Failures >= t.rule.Toll
		wait = max(wait, t.rule.Wait(s, now, 0))
	}
	return toll, wait, nil
}

func (l *Limiter) states(ctx context.Context, tallies []tally) (map[key]State, error) {
	keys := make([]key, len(tallies))
	for i, t := range tallies {
		keys[i] = t.key
	}
	var rows []counter
	err := l.DB.Read(ctx, func(tx *db.Tx) (err error) {
		rows, err = counters.List(tx, db.Query{Where: []db.Cond{db.In("id", keys)}})
		return err
	})
	states := make(map[key]State, len(rows))
	for _, r := range rows {
		states[r.ID] = r.state()
	}
	return states, err
}

// reserve counts the guess as under way and returns how many were before it.
func (l *Limiter) reserve(tallies []tally) []int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.underWay == nil {
		l.underWay = map[key]int64{}
	}
	before := make([]int64, len(tallies))
	for i, t := range tallies {
		before[i] = l.underWay[t.key]
		l.underWay[t.key]++
	}
	return before
}

// Done ends the attempt. Calling it again is harmless: defer it.
func (a *Attempt) Done() {
	if a == nil || a.done {
		return
	}
	a.done = true
	a.limiter.mu.Lock()
	defer a.limiter.mu.Unlock()
	for _, t := range a.tallies {
		if a.limiter.underWay[t.key]--; a.limiter.underWay[t.key] <= 0 {
			delete(a.limiter.underWay, t.key)
		}
	}
}

// Failed records a wrong guess in the transaction of its audit entry, and says
// how long the next one has to wait.
func (a *Attempt) Failed(tx db.AnyScope, now time.Time) (wait time.Duration, err error) {
	for _, t := range a.tallies {
		err := change(tx, t.key, now, func(row *counter) {
			s := t.rule.Fail(row.state(), now)
			row.set(s, t.rule)
			wait = max(wait, t.rule.Wait(s, now, 0))
		})
		if err != nil {
			return 0, fmt.Errorf("counting a failure: %w", err)
		}
	}
	return wait, nil
}

// Succeeded clears what this person left here by mistyping. The account's and
// the network's counters stay: a guesser may have an account too, and another
// guesser's failures are no less for the owner's success.
func (a *Attempt) Succeeded(tx db.AnyScope) error {
	for _, t := range a.tallies {
		if !t.own || !a.failed[t.key] {
			continue
		}
		if _, err := counters.Delete(tx, t.key); err != nil && !errors.Is(err, db.ErrNotFound) {
			return fmt.Errorf("clearing failures: %w", err)
		}
	}
	return nil
}

func (c counter) state() State {
	s := State{Failures: c.Failures, Since: c.WindowStart}
	if c.BlockedUntil != nil {
		s.BlockedUntil = *c.BlockedUntil
	}
	return s
}

func (c *counter) set(s State, r Rule) {
	c.Failures, c.WindowStart, c.BlockedUntil = s.Failures, s.Since, nil
	if !s.BlockedUntil.IsZero() {
		until := s.BlockedUntil
		c.BlockedUntil = &until
	}
	c.ExpiresAt = r.forgottenAt(s)
}
