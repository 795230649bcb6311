package limit

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// The waits people meet: none at first, then doubling to the longest.
func TestWaitsGrow(t *testing.T) {
	var s State
	now := noon
	for i, want := range []time.Duration{0, 0, 0, 0, 0, 120, 240, 480, 900, 900, 900} {
		s = pairRule.Fail(s, now)
		wait := pairRule.Wait(s, now, 0)
		if wait != want*time.Second {
			t.Fatalf("after failure %d: wait %v, want %v", i+1, wait, want*time.Second)
		}
		if wait > time.Millisecond && pairRule.Wait(s, now.Add(wait-time.Millisecond), 0) == 0 {
			t.Fatalf("after failure %d the wait ends early", i+1)
		}
		if left := pairRule.Wait(s, now.Add(wait), 0); left != 0 {
			t.Fatalf("after failure %d: %v left when the wait is over", i+1, left)
		}
		now = now.Add(wait)
	}
}

// Failures of last week must not lock a person out who mistypes today.
func TestFailuresAreForgotten(t *testing.T) {
	var s State
	for range 8 {
		s = pairRule.Fail(s, noon)
	}
	if got := pairRule.At(s, noon.Add(29*time.Minute)).Failures; got != 8 {
		t.Errorf("after 29 minutes %d", got)
	}
	if got := pairRule.At(s, noon.Add(91*time.Minute)).Failures; got != 5 {
		t.Errorf("after 91 minutes %d", got)
	}
	if got := pairRule.At(s, noon.Add(5*time.Hour)); got.Failures != 0 || pairRule.Wait(got, noon.Add(5*time.Hour), 0) != 0 {
		t.Errorf("after five hours %+v", got)
	}
	if end := pairRule.forgottenAt(s); pairRule.At(s, end).Failures != 0 || pairRule.At(s, end.Add(-time.Second)).Failures == 0 {
		t.Errorf("forgotten at %v", end)
	}
}

// Fifty guesses at once must not be fifty guesses.
func TestNotMoreAtOnceThanAreFree(t *testing.T) {
	if pairRule.Wait(State{}, noon, 15) != 0 || pairRule.Wait(State{}, noon, 16) == 0 {
		t.Error("without a failure 16 may go at once")
	}
	s := pairRule.Fail(pairRule.Fail(State{}, noon), noon)
	if pairRule.Wait(s, noon, 2) != 0 || pairRule.Wait(s, noon, 3) == 0 {
		t.Error("after two failures 3 may go at once")
	}
	for range 8 {
		s = pairRule.Fail(s, noon)
	}
	if pairRule.Wait(s, s.BlockedUntil, 0) != 0 || pairRule.Wait(s, s.BlockedUntil, 1) == 0 {
		t.Error("beyond the free ones one may go at a time")
	}
}

// Whatever happens, a wait ends within the longest and failing never shortens it.
func TestNoWaitIsForGood(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom([]Rule{pairRule, accountRule, networkRule, knownRule}).Draw(t, "rule")
		s, now := State{}, noon
		for range rapid.IntRange(0, 80).Draw(t, "failures") {
			now = now.Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "seconds")) * time.Second)
			before := s.BlockedUntil
			s = r.Fail(s, now)
			if s.BlockedUntil.Before(before) || s.Failures < 1 || s.Since.After(now) {
				t.Fatalf("%+v", s)
			}
		}
		if wait := r.Wait(s, now, 0); wait > r.Longest {
			t.Fatalf("wait %v", wait)
		}
	})
}
