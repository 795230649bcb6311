package argon2

import (
	"encoding/binary"
	"errors"
	"runtime"
	"sync"

	"golang.org/x/crypto/blake2b"
)

// Version is the only version of Argon2 that is derived here (RFC 9106: 0x13).
const Version = 0x13

// Mode is the kind of Argon2 (RFC 9106 §3.1, y). Argon2d is not offered: its
// memory accesses follow the password.
type Mode uint32

// The modes.
const (
	I  Mode = 1
	ID Mode = 2
)

// Params are the costs of a derivation and the length of its key.
type Params struct {
	Mode    Mode
	KiB     uint32 // m
	Passes  uint32 // t
	Lanes   uint8  // p
	KeySize uint32
}

const syncPoints = 4

// ErrParams says that the costs make no sense together or do not fit.
var ErrParams = errors.New("argon2: parameters out of range")

// Key derives a key from password and salt in the memory m, which must hold
// at least p.KiB.
func (m *Memory) Key(p Params, password, salt []byte) ([]byte, error) {
	if p.Passes < 1 || p.Lanes < 1 || p.KeySize < 4 || (p.Mode != I && p.Mode != ID) {
		return nil, ErrParams
	}
	lanes := uint32(p.Lanes)
	n := p.KiB / (syncPoints * lanes) * syncPoints * lanes
	if p.KiB < 8*lanes || uint32(len(m.blocks)) < n { // RFC 9106 §3.1: m is at least 8p
		return nil, ErrParams
	}
	run := filling{
		b: m.blocks[:n], mode: p.Mode, passes: p.Passes,
		lanes: lanes, lane: n / lanes, segment: n / lanes / syncPoints,
	}
	h0 := firstHash(p, password, salt)
	run.start(&h0)
	run.fill()
	return run.key(p.KeySize), nil
}

// firstHash is H_0 (RFC 9106 §3.2, step 1), with room behind it for the two
// counters of the next step.
func firstHash(p Params, password, salt []byte) [blake2b.Size + 8]byte {
	var (
		h0     [blake2b.Size + 8]byte
		params [24]byte
		size   [4]byte
	)
	b2, _ := blake2b.New512(nil)
	for i, v := range [...]uint32{uint32(p.Lanes), p.KeySize, p.KiB, p.Passes, Version, uint32(p.Mode)} {
		binary.LittleEndian.PutUint32(params[4*i:], v)
	}
	b2.Write(params[:])
	for _, part := range [...][]byte{password, salt, nil, nil} { // no secret, no associated data
		binary.LittleEndian.PutUint32(size[:], uint32(len(part)))
		b2.Write(size[:])
		b2.Write(part)
	}
	b2.Sum(h0[:0])
	return h0
}

// filling is one derivation under way: n blocks in lanes of equal length, each
// of four segments.
type filling struct {
	b       []block
	mode    Mode
	passes  uint32
	lanes   uint32
	lane    uint32 // blocks in a lane
	segment uint32 // blocks in a segment
}

// start sets the first two blocks of each lane (RFC 9106 §3.2, steps 3 and 4).
func (f *filling) start(h0 *[blake2b.Size + 8]byte) {
	var bytes [blockBytes]byte
	for lane := range f.lanes {
		binary.LittleEndian.PutUint32(h0[blake2b.Size+4:], lane)
		for i := range uint32(2) {
			binary.LittleEndian.PutUint32(h0[blake2b.Size:], i)
			blake2bHash(bytes[:], h0[:])
			for w := range f.b[lane*f.lane+i] {
				f.b[lane*f.lane+i][w] = binary.LittleEndian.Uint64(bytes[w*8:])
			}
		}
	}
}

// fill runs all passes. The segments of one slice do not read one another and
// may run side by side (RFC 9106 §3.4).
func (f *filling) fill() {
	for pass := range f.passes {
		for slice := range uint32(syncPoints) {
			if f.lanes == 1 {
				f.fillSegment(pass, slice, 0)
				runtime.Gosched() // or a request of microseconds waits the scheduler's 10 ms on a busy core
				continue
			}
			var wg sync.WaitGroup
			for lane := range f.lanes {
				wg.Go(func() { f.fillSegment(pass, slice, lane) })
			}
			wg.Wait()
		}
	}
}

func (f *filling) fillSegment(pass, slice, lane uint32) {
	var addresses, in, zero block
	independent := f.mode == I || (f.mode == ID && pass == 0 && slice < syncPoints/2)
	index := uint32(0)
	if pass == 0 && slice == 0 {
		index = 2 // start made the first two
	}
	if independent {
		for i, v := range [...]uint32{pass, lane, slice, uint32(len(f.b)), f.passes, uint32(f.mode)} {
			in[i] = uint64(v)
		}
		if index == 2 {
			nextAddresses(&addresses, &in, &zero)
		}
	}
	offset := lane*f.lane + slice*f.segment + index
	for ; index < f.segment; index, offset = index+1, offset+1 {
		prev := offset - 1
		if index == 0 && slice == 0 {
			prev += f.lane // the last block of the lane
		}
		random := f.b[prev][0]
		if independent {
			if index%blockLength == 0 {
				nextAddresses(&addresses, &in, &zero)
			}
			random = addresses[index%blockLength]
		}
		from := &f.b[f.reference(random, pass, slice, lane, index)]
		if pass == 0 {
			processBlock(&f.b[offset], &f.b[prev], from) // what an earlier use left is overwritten
		} else {
			processBlockXOR(&f.b[offset], &f.b[prev], from)
		}
	}
}

// nextAddresses makes the next 128 addresses that do not depend on the
// password (RFC 9106 §3.4.1.2).
func nextAddresses(addresses, in, zero *block) {
	in[6]++
	processBlock(addresses, in, zero)
	processBlock(addresses, addresses, zero)
}

// reference is the block that random points to (RFC 9106 §3.4.2).
func (f *filling) reference(random uint64, pass, slice, lane, index uint32) uint32 {
	refLane := uint32(random>>32) % f.lanes
	if pass == 0 && slice == 0 {
		refLane = lane
	}
	area, first := 3*f.segment, ((slice+1)%syncPoints)*f.segment
	if pass == 0 {
		area, first = slice*f.segment, 0
	}
	if lane == refLane {
		area += index
	}
	if index == 0 || lane == refLane {
		area--
	}
	x := random & 0xFFFFFFFF
	x = (x * x) >> 32
	x = (x * uint64(area)) >> 32
	return refLane*f.lane + uint32((uint64(first)+uint64(area)-(x+1))%uint64(f.lane))
}

// key is the final block, hashed to size (RFC 9106 §3.2, steps 7 and 8).
func (f *filling) key(size uint32) []byte {
	last := f.b[f.lane-1]
	for lane := uint32(1); lane < f.lanes; lane++ {
		for i, v := range f.b[lane*f.lane+f.lane-1] {
			last[i] ^= v
		}
	}
	var bytes [blockBytes]byte
	for i, v := range last {
		binary.LittleEndian.PutUint64(bytes[i*8:], v)
	}
	key := make([]byte, size)
	blake2bHash(key, bytes[:])
	return key
}
