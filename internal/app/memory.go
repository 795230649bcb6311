package app

import (
	"context"
	"math"
	"runtime"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"time"
)

// garbage is how far the heap may grow between collections, in percent of what
// lives. Little lives here, so twice Go's default costs some megabytes and
// halves the work of collecting; GOGC in the environment wins.
const garbage, goDefault = 200, 100

// A storm of sign-ins makes 19 MiB of garbage with each hash: collected by
// percentage alone, two processors would hold 145 MB. So the whole heap has a
// soft limit: what the server itself needs, and for each hash at once its
// memory and a part of its predecessor's. GOMEMLIMIT in the environment wins.
const (
	ownHeap    = 20 << 20
	hashMemory = 19 << 20
	leeway     = 20<<20 + hashMemory/4
)

// tune sets the collector, gives back what start-up used once that is over,
// and lets the limit follow what really lives until ctx ends.
func tune(ctx context.Context) {
	if before := debug.SetGCPercent(garbage); before != goDefault {
		debug.SetGCPercent(before)
	}
	time.AfterFunc(time.Second, debug.FreeOSMemory)
	if debug.SetMemoryLimit(-1) != math.MaxInt64 {
		return
	}
	hashes := min(runtime.GOMAXPROCS(0), 8)
	debug.SetMemoryLimit(memoryLimit(0, hashes))
	go func() {
		for ticks := time.NewTicker(5 * time.Second); ; {
			select {
			case <-ctx.Done():
				ticks.Stop()
				return
			case <-ticks.C:
				debug.SetMemoryLimit(memoryLimit(liveHeap(), hashes))
			}
		}
	}()
}

// memoryLimit is the limit for a heap of which live bytes were found alive. A
// server that has grown gets the room to collect as seldom as a small one: at
// a fixed limit it would do nothing else.
func memoryLimit(live int64, hashes int) int64 {
	expected := int64(ownHeap + hashes*hashMemory)
	return expected + leeway + 2*max(0, live-expected)
}

func liveHeap() int64 {
	sample := []runtimemetrics.Sample{{Name: "/gc/heap/live:bytes"}}
	runtimemetrics.Read(sample)
	if sample[0].Value.Kind() != runtimemetrics.KindUint64 {
		return 0
	}
	return int64(sample[0].Value.Uint64())
}
