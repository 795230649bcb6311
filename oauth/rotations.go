package oauth

import (
	"strconv"
	"strings"
	"time"
)

// grace is how long a token that was rotated out still answers, with the
// family's present head: another tab, or a client whose answer got lost.
const grace = 30 * time.Second

// burst is how finely a family remembers when its generations were rotated
// out. A client that refreshes in a loop makes hundreds within the grace; of
// those the first in each burst is kept, and the others get up to a burst of
// grace more. A family that rotates at a human pace is remembered exactly.
const burst = 2 * time.Second

// rotations are the generations that were rotated out lately and when, the
// newest last: "7:1800000000000,12:1800000004211", Unix milliseconds. It holds
// what the grace reaches back to, so at most (grace+burst)/burst+1 of them.
type rotations string

type rotation struct{ generation, at int64 }

func (r rotations) list() []rotation {
	if r == "" {
		return nil
	}
	var list []rotation
	for part := range strings.SplitSeq(string(r), ",") {
		generation, at, _ := strings.Cut(part, ":")
		n, err1 := strconv.ParseInt(generation, 10, 64)
		ms, err2 := strconv.ParseInt(at, 10, 64)
		if err1 != nil || err2 != nil {
			return nil // unreadable: nothing is within the grace
		}
		list = append(list, rotation{n, ms})
	}
	return list
}

// with is r after generation was rotated out at the instant now.
func (r rotations) with(generation int64, now time.Time) rotations {
	list, ms := r.list(), now.UnixMilli()
	for len(list) > 0 && ms-list[0].at > (grace+burst).Milliseconds() {
		list = list[1:]
	}
	if n := len(list); n == 0 || ms-list[n-1].at >= burst.Milliseconds() {
		list = append(list, rotation{generation, ms})
	}
	text := make([]byte, 0, 32*len(list))
	for i, e := range list {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, e.generation, 10)
		text = append(text, ':')
		text = strconv.AppendInt(text, e.at, 10)
	}
	return rotations(text)
}

// within reports whether a generation below the head was rotated out during
// the last grace.
func (r rotations) within(generation int64, now time.Time) bool {
	list := r.list()
	for i := len(list) - 1; i >= 0; i-- {
		e := list[i]
		if e.generation > generation {
			continue
		}
		latest := e.at // when it was rotated out, at the latest
		if e.generation < generation {
			latest += burst.Milliseconds()
			if i+1 < len(list) {
				latest = min(latest, list[i+1].at)
			}
		}
		return now.UnixMilli()-latest <= grace.Milliseconds()
	}
	return false // before all that is remembered
}
