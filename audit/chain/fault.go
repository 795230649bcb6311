package chain

import "fmt"

// FaultKind is what is wrong with a chain.
type FaultKind string

// What can be wrong.
const (
	Altered   FaultKind = "altered"   // an entry says something else than when it was numbered
	Removed   FaultKind = "removed"   // numbers are missing that no signed expiry covers
	Inserted  FaultKind = "inserted"  // an entry that was never numbered, or a second one with its number
	Reordered FaultKind = "reordered" // an entry stands at another place than when it was numbered
	Rewritten FaultKind = "rewritten" // the chain is whole in itself, and not the one that was signed
	Forged    FaultKind = "forged"    // a signature that no key of the deployment made
	Hidden    FaultKind = "hidden"    // a search does not find the entry by what it says, or finds it by what it does not
)

// Fault is one thing that is wrong. Sequence is the first bad entry.
type Fault struct {
	Kind         FaultKind `json:"kind"`
	Organization string    `json:"organization_id,omitempty"` // empty: the deployment's own chain
	Sequence     int64     `json:"sequence,omitempty"`
	ID           string    `json:"id,omitempty"`
	Line         int       `json:"line,omitempty"` // of the file
	Text         string    `json:"text"`
}

func (f *Fault) String() string {
	where := fmt.Sprintf("entry %d", f.Sequence)
	if f.ID != "" {
		where += " (" + f.ID + ")"
	}
	if f.Line > 0 {
		where = fmt.Sprintf("line %d, %s", f.Line, where)
	}
	return fmt.Sprintf("%s: %s: %s: %s", f.Kind, chainName(f.Organization), where, f.Text)
}

func chainName(organization string) string {
	if organization == "" {
		return "deployment"
	}
	return organization
}

// Report is what verification found in one chain.
type Report struct {
	Organization string `json:"organization_id,omitempty"`
	First        int64  `json:"first"` // of the entries that were seen
	Last         int64  `json:"last"`
	Entries      int64  `json:"entries"`
	Expired      int64  `json:"expired"` // covered by signed expiries
	Repeats      int64  `json:"repeats"` // the same entry again
	Left         int64  `json:"left"`    // of a selection: not in the file
	Head         Hash   `json:"hash"`
	Signed       int64  `json:"signed"`      // everything up to there leads to a signed head
	Checkpoints  int    `json:"checkpoints"` // that were right
	SignedBy     string `json:"signed_by,omitempty"`
}
