package directory

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// mostCounted is how many requests of an outcome are counted: pages say "more
// than", and a provider that asks all day does not make them slow.
const mostCounted = 10_000

// Tally is how many there are, or that there are more than that.
type Tally struct {
	N    int64
	More bool
}

// CountRequests is how many requests came after since, with one of these
// outcomes; without any, of all.
func CountRequests(tx db.OwnedScope, d id.Directory, outcomes []string, since time.Time) (t Tally, err error) {
	if len(outcomes) == 0 {
		outcomes = []string{""}
	}
	for _, outcome := range outcomes {
		n, err := db.CountRecentSCIMRequests(tx, d, outcome, since, mostCounted+1)
		if err != nil {
			return t, err
		}
		if n > mostCounted {
			n, t.More = mostCounted, true
		}
		t.N += n
	}
	return t, nil
}
