package chain

import (
	"cmp"
	"fmt"
	"slices"
)

// Verifier checks one chain: feed it the entries in the order of their numbers,
// each checkpoint before or directly after the entry that it names, each expiry
// before the entry that follows its run. It goes on after a fault, so that a
// report says how much of the log is touched; it keeps a fixed amount of memory.
type Verifier struct {
	Organization string
	Keys         Keys
	// Selection says that entries may be left out: each is checked by itself.
	Selection bool
	// Fragment says that the chain may begin anywhere: a file of some months.
	Fragment bool
	// Part says that it may end anywhere too, before a head that was signed.
	Part bool

	report    Report
	next      int64
	previous  Hash
	twin      *Hash // of a second entry that claims the last number
	twinFault int
	lastID    string
	shaky     bool   // the last entry is not what its hash is of: what follows it is not blamed
	recent    []seen // the last entries, each at its number modulo remembered
	gaps      []gap
	unchecked []Checkpoint       // by their numbers
	expired   map[int64][]Expiry // by their first numbers
	expiredTo map[int64]Expiry   // by their last
	passed    int64              // entries up to there are covered by an expiry: those that are still there do no harm
	faults    []Fault
	many      int
}

// gap is numbers that are missing, by the place of their fault.
type gap struct {
	first, last int64
	fault       int
}

// seen is an entry that went by.
type seen struct {
	sequence int64
	hash     Hash
}

const (
	// maxFaults bounds what is kept; all are counted.
	maxFaults = 100
	// remembered is how many of the last entries are known again: a stream that
	// delivers at least once repeats a batch now and then.
	remembered = 1 << 14
)

// NewVerifier begins a chain.
func NewVerifier(organization string, keys Keys) *Verifier {
	return &Verifier{Organization: organization, Keys: keys, next: 1, report: Report{Organization: organization}}
}

// Record checks the next entry.
func (v *Verifier) Record(r Record) { v.RecordAt(r, 0) }

// RecordAt is Record with the number of the line that it stands in.
func (v *Verifier) RecordAt(r Record, line int) {
	if r.Organization != v.Organization {
		v.fault(Fault{Kind: Inserted, Sequence: r.Sequence, ID: r.ID, Line: line, Text: "it is an entry of another chain, " + chainName(r.Organization)})
		return
	}
	v.report.Entries++
	holds := r.Holds()
	if v.report.First == 0 && (v.Fragment || v.Selection) {
		v.begin(&r)
	}
	if r.Sequence > v.next {
		v.expire(r.Sequence)
	}
	if r.Sequence < v.next {
		v.behind(&r, line, holds)
		return
	}
	shaky := v.shaky
	if v.shaky = !holds; v.shaky {
		v.broken(&r, line)
	}
	if r.Sequence > v.next {
		v.leap(&r, line)
	} else {
		v.place(&r, line, shaky || v.shaky)
	}
}

// Lost is a link whose entry is not what it links to, or not there at all.
func (v *Verifier) Lost(kind FaultKind, r Record, text string) {
	v.fault(Fault{Kind: kind, Sequence: r.Sequence, ID: r.ID, Text: text})
	v.shaky = true
	if r.Sequence > v.next {
		v.expire(r.Sequence)
	}
	if r.Sequence >= v.next {
		v.stand(&r)
	}
}

// Found is something else that is wrong with an entry, whose place in the chain
// is as it should be.
func (v *Verifier) Found(kind FaultKind, r Record, text string) {
	v.fault(Fault{Kind: kind, Sequence: r.Sequence, ID: r.ID, Text: text})
}

// Next is the number that the next entry should have.
func (v *Verifier) Next() int64 { return v.next }

// begin takes the first entry of a fragment for what it says, unless an expiry
// ends just before it.
func (v *Verifier) begin(r *Record) {
	v.next, v.previous = max(1, r.Sequence), r.PreviousHash
	if v.next == 1 {
		v.previous = Zero
	}
	if e, ok := v.expiredTo[r.Sequence-1]; ok {
		v.next, v.previous = e.FirstSequence, e.PreviousHash
	}
}

// place takes an entry that has the number that was expected.
func (v *Verifier) place(r *Record, line int, shaky bool) {
	switch {
	case shaky || r.PreviousHash == v.previous:
	case v.twin != nil && *v.twin == r.PreviousHash: // so the first of the two is the one that was never numbered
		if v.twinFault >= 0 {
			v.faults[v.twinFault].ID = v.lastID
			v.faults[v.twinFault].Text = "another entry has that number too, to which what follows is chained"
		}
	default:
		v.fault(Fault{Kind: Altered, Sequence: max(1, r.Sequence-1), ID: v.lastID, Line: line, Text: fmt.Sprintf("entry %d (%s) was chained to another one than is there", r.Sequence, r.ID)})
	}
	v.stand(r)
}

// stand makes r the last entry.
func (v *Verifier) stand(r *Record) {
	if v.report.First == 0 {
		v.report.First = r.Sequence
	}
	v.next, v.previous, v.twin, v.lastID = r.Sequence+1, r.Hash, nil, r.ID
	v.remember(r)
	v.report.Last, v.report.Head = r.Sequence, r.Hash
	v.settle()
}

// broken tells of an entry that is not what its hash is of.
func (v *Verifier) broken(r *Record, line int) {
	if was := r.written(); was != 0 {
		v.fault(Fault{Kind: Reordered, Sequence: r.Sequence, ID: r.ID, Line: line, Text: fmt.Sprintf("it was written as entry %d", was)})
		return
	}
	v.fault(Fault{Kind: Altered, Sequence: r.Sequence, ID: r.ID, Line: line, Text: "it does not say what it said when it was numbered"})
}

// nearby is how far from its place an entry is looked for that was moved.
const nearby = 1000

// written is the number under which the entry's hash was made, if it was moved.
func (r *Record) written() int64 {
	digest := r.Digest()
	for by := int64(1); by <= nearby; by++ {
		for _, n := range []int64{r.Sequence - by, r.Sequence + by} {
			if n > 0 && Link(r.PreviousHash, n, r.Organization, digest) == r.Hash {
				return n
			}
		}
	}
	return 0
}

// leap is an entry after numbers that are not there.
func (v *Verifier) leap(r *Record, line int) {
	if v.Selection {
		v.report.Left += r.Sequence - v.next
		v.stand(r)
		return
	}
	text := fmt.Sprintf("entries %d to %d are missing", v.next, r.Sequence-1)
	if v.next == r.Sequence-1 {
		text = "it is missing"
	}
	if at := v.fault(Fault{Kind: Removed, Sequence: v.next, Line: line, Text: text + ", and no signed expiry covers that"}); at >= 0 {
		v.gaps = append(v.gaps, gap{v.next, r.Sequence - 1, at})
	}
	v.stand(r)
}

// behind is an entry whose number has passed.
func (v *Verifier) behind(r *Record, line int, holds bool) {
	if holds && r.Sequence <= v.passed {
		return // its time is up, and it is still there
	}
	if holds && v.known(r.Sequence, r.Hash) {
		v.report.Entries--
		v.report.Repeats++
		return
	}
	for i, g := range v.gaps {
		if r.Sequence < g.first || r.Sequence > g.last {
			continue
		}
		v.gaps = slices.Delete(v.gaps, i, i+1)
		if g.first < r.Sequence {
			v.gaps = append(v.gaps, gap{g.first, r.Sequence - 1, g.fault})
		}
		if r.Sequence < g.last {
			v.gaps = append(v.gaps, gap{r.Sequence + 1, g.last, g.fault})
		}
		if f := &v.faults[g.fault]; f.Kind == Removed && f.Sequence == r.Sequence {
			f.Kind, f.ID, f.Text = Reordered, r.ID, "it stands after entries that were numbered later"
		} else {
			v.fault(Fault{Kind: Reordered, Sequence: r.Sequence, ID: r.ID, Line: line, Text: "it stands after entries that were numbered later"})
		}
		return
	}
	text := "another entry has that number too"
	if r.Sequence == v.next-1 && v.lastID != "" {
		text += ", " + v.lastID
	}
	at := v.fault(Fault{Kind: Inserted, Sequence: r.Sequence, ID: r.ID, Line: line, Text: text})
	if r.Sequence == v.next-1 {
		v.twin, v.twinFault = &r.Hash, at
	}
}

func (v *Verifier) remember(r *Record) {
	if v.recent == nil {
		v.recent = make([]seen, 0, 64)
	}
	at := int(r.Sequence % remembered)
	for len(v.recent) <= at {
		v.recent = append(v.recent, seen{})
	}
	v.recent[at] = seen{r.Sequence, r.Hash}
}

// known says whether the entry with that number was seen a while ago, and had
// that hash.
func (v *Verifier) known(sequence int64, hash Hash) bool {
	at := int(max(0, sequence) % remembered)
	return at < len(v.recent) && v.recent[at] == seen{sequence, hash}
}

// fault keeps f and says at which place; -1 where there is no room.
func (v *Verifier) fault(f Fault) int {
	f.Organization = v.Organization
	v.many++
	if len(v.faults) == maxFaults {
		return -1
	}
	v.faults = append(v.faults, f)
	return len(v.faults) - 1
}

// Faults are what is wrong, the first bad entry first, and how many faults
// there are in all.
func (v *Verifier) Faults() ([]Fault, int) {
	list := slices.Clone(v.faults)
	slices.SortStableFunc(list, func(a, b Fault) int { return cmp.Compare(a.Sequence, b.Sequence) })
	return list, v.many
}

// Report is what was seen.
func (v *Verifier) Report() Report { return v.report }
