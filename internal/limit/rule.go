package limit

import "time"

// Rule says how failures turn into waits. The first Free failures cost
// nothing; from then on each costs a wait of 1, 2, 4 … seconds up to Longest.
// One failure is forgotten for every Forget that passes. Burst tries may be
// under way at once while nothing has failed.
type Rule struct {
	Free    int64
	Burst   int64
	Forget  time.Duration
	Longest time.Duration
	First   time.Duration // the first wait, which then doubles; zero: a second
	Toll    int64         // failures from which on a try costs computing (internal/puzzle); zero: never
}

// State is what is known about one counter.
type State struct {
	Failures     int64
	Since        time.Time // failures are forgotten from here on
	BlockedUntil time.Time
}

// At is s as it stands at now, with what has been forgotten taken off.
func (r Rule) At(s State, now time.Time) State {
	if s.Failures <= 0 || r.Forget <= 0 || now.Before(s.Since) {
		return s
	}
	forgotten := int64(now.Sub(s.Since) / r.Forget)
	if forgotten >= s.Failures {
		return State{Since: now, BlockedUntil: s.BlockedUntil}
	}
	s.Failures -= forgotten
	s.Since = s.Since.Add(time.Duration(forgotten) * r.Forget)
	return s
}

// Wait is how long the next try has to wait when others that began before it
// have not ended. After a failure no more go at once than are free, and then
// one at a time: fifty at once would otherwise be fifty guesses.
func (r Rule) Wait(s State, now time.Time, underWay int64) time.Duration {
	if left := s.BlockedUntil.Sub(now); left > 0 {
		return left
	}
	together := r.Burst
	if failures := r.At(s, now).Failures; failures > 0 {
		together = r.Free - failures
	}
	if underWay >= max(1, together) {
		return time.Second
	}
	return 0
}

// Fail is s after one more failure at now.
func (r Rule) Fail(s State, now time.Time) State {
	s = r.At(s, now)
	if s.Failures == 0 {
		s.Since = now
	}
	s.Failures++
	if over := s.Failures - r.Free; over > 0 {
		wait := r.Longest
		if first := max(r.First, time.Second); over <= 20 {
			wait = min(wait, first<<(over-1))
		}
		if until := now.Add(wait); until.After(s.BlockedUntil) {
			s.BlockedUntil = until
		}
	}
	return s
}

// forgottenAt is when nothing is left of s.
func (r Rule) forgottenAt(s State) time.Time {
	end := s.Since.Add(time.Duration(s.Failures) * r.Forget)
	if s.BlockedUntil.After(end) {
		return s.BlockedUntil
	}
	return end
}
