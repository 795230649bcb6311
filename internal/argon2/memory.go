package argon2

import (
	"fmt"
	"sync/atomic"
)

const (
	blockLength = 128  // words in a block
	blockBytes  = 1024 // one KiB: Argon2 counts memory in blocks of this size
)

type block [blockLength]uint64

// held is how much working memory exists now, in KiB.
var held atomic.Int64

// HeldKiB is the working memory that the process holds now: what a metric or
// a test asks.
func HeldKiB() int64 { return held.Load() }

// Memory is the working memory of one derivation at a time. It is not safe
// for two at once.
type Memory struct {
	blocks []block
	unmap  func()
}

// NewMemory makes working memory of kib KiB. The system hands out its pages
// when they are first written to, so memory that is not used costs nothing.
func NewMemory(kib uint32) (*Memory, error) {
	if kib == 0 {
		return nil, fmt.Errorf("argon2: no memory asked for")
	}
	blocks, unmap, err := mapBlocks(int(kib))
	if err != nil {
		return nil, fmt.Errorf("argon2: mapping %d KiB: %w", kib, err)
	}
	held.Add(int64(kib))
	return &Memory{blocks: blocks, unmap: unmap}, nil
}

// KiB is the size of m.
func (m *Memory) KiB() uint32 { return uint32(len(m.blocks)) }

// Free gives the memory back to the system. m cannot be used afterwards.
func (m *Memory) Free() {
	if m.blocks == nil {
		return
	}
	held.Add(-int64(len(m.blocks)))
	m.blocks = nil
	m.unmap()
}
