package auditlog

import (
	"crypto/ed25519"
	"time"

	"gatehouse/audit"
	"gatehouse/audit/chain"
	"gatehouse/audit/search"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Chain is what is known of an entry's place in its organization's chain.
type Chain struct {
	Sequence int64     // 0 until it has its number
	Checked  bool      // the chain was gone through
	Entries  int64     // so many of it
	From     int64     // from this number on
	Fault    string    // what is wrong with it; empty where nothing was found
	Signed   time.Time // when the head was signed that covers it; zero: none yet
}

const (
	// mostBefore and mostBehind are how many entries a page goes through: all of
	// a small chain. What is beyond is `server audit verify`'s.
	mostBefore = 5000
	mostBehind = 1000
	chainBatch = 500
)

// chainOf says where an entry stands and, where it is asked for, computes the
// chain again up to it, and on to the next signed head if that is near.
func chainOf(tx db.OwnedScope, e *search.Found, check bool) (Chain, error) {
	if !e.Numbered() {
		return Chain{}, nil
	}
	c := Chain{Sequence: *e.Sequence}
	if !check {
		return c, nil
	}
	keys, err := keysOf(tx)
	if err != nil {
		return c, err
	}
	owner := ""
	if e.OrganizationID != nil {
		owner = string(*e.OrganizationID)
	}
	w := walk{tx: tx, org: e.OrganizationID, chain: chain.NewVerifier(owner, keys), after: max(0, c.Sequence-mostBefore)}
	w.chain.Fragment = w.after > 0
	if w.until, err = w.end(c.Sequence); err != nil {
		return c, err
	}
	if err := w.along(); err != nil {
		return c, err
	}
	w.conclude(&c)
	return c, nil
}

func keysOf(tx db.OwnedScope) (chain.Keys, error) {
	rows, err := audit.Keys(tx)
	keys := chain.Keys{}
	for i := range rows {
		keys[string(rows[i].ID)] = ed25519.PublicKey(rows[i].PublicKey)
	}
	return keys, err
}

// walk goes along a stretch of a chain.
type walk struct {
	tx           db.OwnedScope
	org          *id.Organization
	chain        *chain.Verifier
	after, until int64
	signed       []audit.Checkpoint
}

// end is the number of the first signed head that covers an entry, if it is
// near; else the entry's own.
func (w *walk) end(sequence int64) (int64, error) {
	next, err := audit.Checkpoints(w.tx, audit.SignedRange{Organization: w.org, After: sequence - 1, Until: sequence + mostBehind, Limit: 1})
	if err != nil || len(next) == 0 {
		return sequence, err
	}
	return next[0].Sequence, nil
}

// along hands the verifier what is there, in its order.
func (w *walk) along() (err error) {
	w.signed, err = audit.Checkpoints(w.tx, audit.SignedRange{Organization: w.org, After: w.after, Until: w.until})
	if err != nil {
		return err
	}
	expiries, err := audit.Expiries(w.tx, audit.SignedRange{Organization: w.org, After: w.after})
	if err != nil {
		return err
	}
	for i := range expiries {
		w.chain.Expiry(audit.ChainExpiry(&expiries[i]))
	}
	for i := range w.signed {
		w.chain.Checkpoint(audit.ChainCheckpoint(&w.signed[i]))
	}
	for at := w.after; at < w.until; {
		rows, err := audit.Stretch(w.tx, w.org, at, w.until, chainBatch)
		if err != nil {
			return err
		}
		for _, row := range rows {
			w.chain.Record(audit.ChainRecord(row))
			at = max(at, row.Sequence)
		}
		if len(rows) < chainBatch {
			break
		}
	}
	w.chain.End(w.until)
	return nil
}

// conclude says what was found.
func (w *walk) conclude(c *Chain) {
	report := w.chain.Report()
	c.Checked = true
	c.Entries, c.From = report.Entries, report.First
	if faults, many := w.chain.Faults(); many > 0 {
		c.Fault = faults[0].String()
	}
	for i := range w.signed {
		if s := &w.signed[i]; s.Sequence >= c.Sequence && report.Signed >= s.Sequence {
			c.Signed = s.CreatedAt
			break
		}
	}
}
