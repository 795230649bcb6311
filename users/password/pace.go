package password

import (
	"context"
	"sync"
	"time"
)

// pace makes failing answers take the same time whatever is stored. An imported
// hash can be slower than ours, and then a slow "wrong password" would say that
// the person exists (and has not signed in since the import). The server learns
// how long each kind of stored hash takes, and every failing answer lasts as
// long as the slowest. It waits outside of the gate, so an
// attacker buys no work with it; a right password is never held up.
//
// The quickest time seen of each kind counts: that is its cost, the rest was
// load. Until a kind was verified once after a start it is not known.
type pace struct {
	mu    sync.Mutex
	kinds map[string]time.Duration
	until time.Duration
}

const (
	maxPace  = time.Second
	maxKinds = 64
)

func (p *pace) learn(kind string, took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before, known := p.kinds[kind]
	if known && took >= before || !known && len(p.kinds) >= maxKinds {
		return
	}
	if p.kinds == nil {
		p.kinds = map[string]time.Duration{}
	}
	p.kinds[kind] = min(took, maxPace)
	p.until = 0
	for _, d := range p.kinds {
		p.until = max(p.until, d)
	}
}

// hold waits for what is left of the pace after an answer that took this long.
func (p *pace) hold(ctx context.Context, took time.Duration) error {
	p.mu.Lock()
	left := p.until - took
	p.mu.Unlock()
	if left <= 0 {
		return nil
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
