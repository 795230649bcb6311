package sso

import (
	"hash/maphash"
	"sync"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/limit"
)

// budgets bound how many records are written of answers that belong to no
// request: anybody can post those, and could fill an organization's log. Each
// connection has its own, or one that it shares with a few: whoever floods one
// organization must not keep another's refusals out of its record.
type budgets struct {
	once sync.Once
	seed maphash.Seed // so that nobody can make connections that share a certain one's
	all  [1024]budget
}

func (b *budgets) of(c id.Connection) *budget {
	b.once.Do(func() { b.seed = maphash.MakeSeed() })
	return &b.all[maphash.String(b.seed, string(c))%uint64(len(b.all))]
}

// budget is one of them.
type budget struct{ bucket limit.Bucket }

const (
	strangersPerSecond = 1
	strangersAtOnce    = 100
)

// Take reports whether one more may be written down.
func (b *budget) Take(now time.Time) bool {
	return b.bucket.Take(now, strangersPerSecond, strangersAtOnce)
}
