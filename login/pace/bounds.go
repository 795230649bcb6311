package pace

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"gatehouse/internal/db"
)

// bounds are where buckets end, in milliseconds. They are closest where answers
// are: a code is looked up in a few, a password is hashed for tens to hundreds.
// None waits longer than the last: requests end then. Others may be added, and
// rows of before keep theirs.
var bounds = []int64{5, 10, 15, 20, 30, 40, 50, 75, 100, 125, 150, 200, 250, 300, 400, 500, 750, 1000, 1500, 2000, 3000, 5000, 10_000, 30_000}

// boundOf is the bucket that holds a time: the first that does not end before.
func boundOf(took time.Duration) int64 {
	i, _ := slices.BinarySearchFunc(bounds, took, func(bound int64, took time.Duration) int {
		return cmp.Compare(time.Duration(bound)*time.Millisecond, took)
	})
	return bounds[min(i, len(bounds)-1)]
}

// below is where the bucket of a bound begins.
func below(bound int64) int64 {
	i, _ := slices.BinarySearch(bounds, bound)
	if i == 0 {
		return 0
	}
	return bounds[i-1]
}

// proofs are what people type or touch and then wait for. Sign-ins by a
// provider are not among them: there a person presses the button elsewhere, and
// how long the answer takes is how long the provider does.
var proofs = []string{"password", "magic_auth", "email_verification", "passkey", "mfa"}

// Outcome reports whether an entry of the audit log says that somebody was let
// in by such a proof, or refused.
func Outcome(kind string) bool {
	proof, of := strings.CutPrefix(kind, "authentication.")
	proof, good := strings.CutSuffix(proof, "_succeeded")
	proof, bad := strings.CutSuffix(proof, "_failed")
	return of && good != bad && slices.Contains(proofs, proof)
}

// percentile is the time that a share of the answers did not take longer than.
// Within a bucket answers are taken to lie evenly. False where there are none.
func percentile(share float64, times []db.SignInTime) (time.Duration, bool) {
	counts := map[int64]int64{}
	var ends []int64
	var all int64
	for _, t := range times {
		if t.Answers <= 0 {
			continue
		}
		if counts[t.UpToMS] == 0 {
			ends = append(ends, t.UpToMS)
		}
		counts[t.UpToMS] += t.Answers
		all += t.Answers
	}
	if all == 0 {
		return 0, false
	}
	slices.Sort(ends)
	rank, before := share*float64(all), 0.0
	for _, end := range ends {
		n := float64(counts[end])
		if before+n >= rank {
			from := float64(below(end))
			ms := from + (float64(end)-from)*(rank-before)/n
			return time.Duration(ms * float64(time.Millisecond)), true
		}
		before += n
	}
	return time.Duration(ends[len(ends)-1]) * time.Millisecond, true // share is over one, or rounding left a hair
}
