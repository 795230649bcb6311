package stream

import (
	"sync"
	"time"
)

// How many batches are in memory and on their way, over all streams. Those of
// destinations that take their time have places of their own: however many
// hang, the others go on.
const (
	quickPlaces = 64
	slowPlaces  = 64
	slowTime    = 3 * time.Second
)

type places struct{ quick, slow chan struct{} }

func newPlaces() *places {
	return &places{make(chan struct{}, quickPlaces), make(chan struct{}, slowPlaces)}
}

// place is one batch's. It is left once.
type place struct {
	of *places

	mu   sync.Mutex
	lane chan struct{} // nil: left
}

// place waits for one, unless the stream is let go of meanwhile: then it is nil.
func (h *holder) place() *place {
	of := h.engine.places
	lane := of.quick
	if h.slow {
		lane = of.slow
	}
	select {
	case lane <- struct{}{}:
		return &place{of: of, lane: lane}
	case <-h.halt:
	case <-h.ctx.Done():
	}
	return nil
}

// makeWay moves a batch that takes long among the slow ones, where there is
// room: its place is for somebody else.
func (p *place) makeWay() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lane != p.of.quick {
		return
	}
	select {
	case p.of.slow <- struct{}{}:
		<-p.of.quick
		p.lane = p.of.slow
	default:
	}
}

func (p *place) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	<-p.lane
	p.lane = nil
}
