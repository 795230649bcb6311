package chain

import (
	"cmp"
	"fmt"
	"slices"
)

// maxWaiting bounds checkpoints and expiries that wait for their entries.
const maxWaiting = 100_000

// Checkpoint checks a signed head: its signature at once, its hash when its
// entry has been seen. One that names an entry long passed says nothing.
func (v *Verifier) Checkpoint(c Checkpoint) {
	if c.Organization != v.Organization || !v.Keys.checks(c.KeyID, c.Message(), c.Signature) {
		v.fault(Fault{Kind: Forged, Sequence: c.Sequence, ID: c.ID, Text: "a checkpoint that no key of the deployment signed: " + v.whichKey(c.KeyID)})
		return
	}
	switch {
	case c.Sequence < v.next-1 && v.known(c.Sequence, c.Hash):
		v.right(c)
	case c.Sequence >= v.next-1 && len(v.unchecked) < maxWaiting:
		at, _ := slices.BinarySearchFunc(v.unchecked, c.Sequence, func(c Checkpoint, n int64) int { return cmp.Compare(c.Sequence, n) })
		v.unchecked = slices.Insert(v.unchecked, at, c)
		v.settle()
	}
}

// Expiry takes a signed run of entries whose time was up.
func (v *Verifier) Expiry(e Expiry) {
	if e.Organization != v.Organization || e.FirstSequence < 1 || e.LastSequence < e.FirstSequence || !v.Keys.checks(e.KeyID, e.Message(), e.Signature) {
		v.fault(Fault{Kind: Forged, Sequence: e.FirstSequence, ID: e.ID, Text: "an expiry that no key of the deployment signed: " + v.whichKey(e.KeyID)})
		return
	}
	if v.expired == nil {
		v.expired, v.expiredTo = map[int64][]Expiry{}, map[int64]Expiry{}
	}
	if len(v.expired) < maxWaiting {
		v.expired[e.FirstSequence] = append(v.expired[e.FirstSequence], e)
		v.expiredTo[e.LastSequence] = e
	}
}

func (v *Verifier) whichKey(key string) string {
	if _, known := v.Keys[key]; known {
		return key + " did not"
	}
	return key + " is none of them"
}

// settle compares checkpoints with the entry that was seen last.
func (v *Verifier) settle() {
	for len(v.unchecked) > 0 && v.unchecked[0].Sequence < v.next {
		if c := v.unchecked[0]; c.Sequence == v.next-1 && c.Sequence > 0 {
			v.compare(c)
		}
		v.unchecked = v.unchecked[1:]
	}
}

func (v *Verifier) compare(c Checkpoint) {
	if c.Hash != v.previous {
		v.fault(Fault{Kind: Rewritten, Sequence: v.report.Signed + 1, Text: fmt.Sprintf("the chain up to entry %d is not the one that %s signed on %s: an entry from %d on was exchanged together with what follows it",
			c.Sequence, c.ID, c.CreatedAt.UTC().Format(microseconds), v.report.Signed+1)})
		return
	}
	v.right(c)
}

func (v *Verifier) right(c Checkpoint) {
	v.report.Checkpoints++
	if c.Sequence >= v.report.Signed {
		v.report.Signed, v.report.SignedBy = c.Sequence, c.ID
	}
}

// expire passes over runs that signed expiries cover, up to the entry with that
// number or, where a run is partly there still, beyond it.
func (v *Verifier) expire(until int64) {
	for v.next < until && v.expireOne() {
	}
}

func (v *Verifier) expireOne() bool {
	for _, e := range v.expired[v.next] {
		if e.PreviousHash != v.previous {
			continue
		}
		v.report.Expired += e.LastSequence - e.FirstSequence + 1
		v.next, v.previous, v.twin, v.lastID, v.passed = e.LastSequence+1, e.Hash, nil, "", e.LastSequence
		v.report.Last, v.report.Head = e.LastSequence, e.Hash
		v.settle()
		return true
	}
	return false
}

// End closes the chain, which is known to go up to and with that number; 0
// where nobody knows.
func (v *Verifier) End(last int64) {
	if last > 0 {
		v.expire(last + 1)
	}
	for _, c := range v.unchecked {
		if c.Sequence >= v.next {
			last = max(last, c.Sequence)
		}
	}
	if last >= v.next && !v.Selection && !v.Part {
		v.fault(Fault{Kind: Removed, Sequence: v.next, Text: fmt.Sprintf("the chain ends before entry %d, which was there", last)})
	}
}
