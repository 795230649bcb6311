package oauth

import (
	"strconv"
	"strings"
	"time"
)

// grace is how long a token that was rotated out still answers, with the
// family's present head: another tab, or a client whose answer got lost.
const grace = 30 * time.Second

// keptRotations is how many rotations a family remembers, and how many it
// makes within the grace. Whoever asks more often gets the head as it is; so
// what is remembered always reaches back over the whole grace.
const keptRotations = 16

// rotations are the times at which a family's newest generations were rotated
// out, the newest last, in Unix milliseconds with commas between.
type rotations string

func (r rotations) times() []int64 {
	if r == "" {
		return nil
	}
	times := make([]int64, 0, keptRotations)
	for part := range strings.SplitSeq(string(r), ",") {
		ms, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return nil // unreadable: nothing is within the grace
		}
		times = append(times, ms)
	}
	return times
}

// with is r after one more rotation at the instant now.
func (r rotations) with(now time.Time) rotations {
	ms := strconv.FormatInt(now.UnixMilli(), 10)
	if r == "" {
		return rotations(ms)
	}
	s := string(r)
	for strings.Count(s, ",") >= keptRotations-1 {
		_, s, _ = strings.Cut(s, ",")
	}
	return rotations(s + "," + ms)
}

// within reports whether a generation was rotated out during the last grace.
// The head is generation head; head-1 was rotated out last.
func (r rotations) within(generation, head int64, now time.Time) bool {
	times := r.times()
	i := int64(len(times)) - (head - generation)
	if generation >= head || i < 0 {
		return false
	}
	return now.UnixMilli()-times[i] <= grace.Milliseconds()
}

// full reports whether one more rotation would make it forget one that is
// still within the grace.
func (r rotations) full(now time.Time) bool {
	times := r.times()
	return len(times) >= keptRotations && now.UnixMilli()-times[0] <= grace.Milliseconds()
}
