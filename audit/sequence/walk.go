package sequence

import (
	"fmt"

	"gatehouse/audit"
	"gatehouse/audit/chain"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// walk goes along one chain.
type walk struct {
	org      *id.Organization // nil: the deployment's own
	chain    *chain.Verifier
	after    int64 // the last number that was read
	expired  int64 // expiries up to that number are known
	position int64
}

// step reads and checks one batch, and says whether there is more.
func (w *walk) step(tx *db.AllTx) (more bool, err error) {
	links, err := db.ListLinks(tx, w.org, w.after, verifyBatch)
	if err != nil {
		return false, err
	}
	if more = len(links) >= verifyBatch; more {
		links = whole(links)
	}
	if len(links) > 0 {
		if err := w.checkpoints(tx, links[len(links)-1].Sequence); err != nil {
			return false, err
		}
	}
	for i := range links {
		if err := w.link(tx, &links[i]); err != nil {
			return false, err
		}
	}
	if more {
		return true, nil
	}
	return false, w.end(tx)
}

// whole leaves a last number out that may stand again on the next page.
func whole(links []db.AuditLinkRow) []db.AuditLinkRow {
	end := len(links)
	for end > 0 && links[end-1].Sequence == links[len(links)-1].Sequence {
		end--
	}
	if end == 0 {
		return links
	}
	return links[:end]
}

// checkpoints hands the chain those that are about this batch.
func (w *walk) checkpoints(tx *db.AllTx, until int64) error {
	rows, err := audit.Checkpoints(tx, audit.SignedRange{Organization: w.org, After: w.after, Until: until})
	for i := range rows {
		w.chain.Checkpoint(audit.ChainCheckpoint(&rows[i]))
	}
	return err
}

// expiries reads those that are new; retention may run meanwhile.
func (w *walk) expiries(tx *db.AllTx) error {
	rows, err := audit.Expiries(tx, audit.SignedRange{Organization: w.org, After: w.expired})
	for i := range rows {
		w.chain.Expiry(audit.ChainExpiry(&rows[i]))
		w.expired = rows[i].LastSequence
	}
	return err
}

func (w *walk) link(tx *db.AllTx, l *db.AuditLinkRow) error {
	if l.Sequence > w.chain.Next() {
		if err := w.expiries(tx); err != nil {
			return err
		}
	}
	if l.Position <= w.position {
		w.chain.Lost(chain.Reordered, w.record(l), fmt.Sprintf("its position %d is not behind that of the entry before it", l.Position))
	}
	w.after, w.position = l.Sequence, l.Position
	switch record := w.record(l); {
	case l.Torn:
		w.chain.Lost(chain.Altered, record, "there are more or fewer links than its row says, or they are of another time")
	case l.Entry == nil:
		w.chain.Lost(chain.Removed, record, "its link is there, the entry is gone")
	case l.Entry.Type != l.Type:
		w.chain.Lost(chain.Altered, record, fmt.Sprintf("its link says %s, the entry %s", l.Type, l.Entry.Type))
	case record.Organization != w.chain.Organization:
		w.chain.Lost(chain.Altered, record, "the entry says that it is another organization's")
	default:
		w.chain.Record(record)
		w.terms(l, record)
	}
	return nil
}

// terms are no part of an entry's hash: whoever empties them hides an entry that
// is whole from every search. They are made of the entry, so they are made again.
func (w *walk) terms(l *db.AuditLinkRow, record chain.Record) {
	if !record.Holds() {
		return // what it says is not what was numbered
	}
	if e := audit.EventOfRow(l.Entry); !l.Finds(audit.Terms(&e)) {
		w.chain.Found(chain.Hidden, record, "the words by which a search finds it are not those of the entry")
	}
}

// record is the link with its entry, in the chain's terms.
func (w *walk) record(l *db.AuditLinkRow) chain.Record {
	n := db.NumberedEntry{Position: l.Position, Sequence: l.Sequence, PreviousHash: l.PreviousHash, Hash: l.Hash}
	n.ID, n.Organization = l.EventID, w.org
	if l.Entry != nil {
		n.AuditEntry = *l.Entry
	}
	return audit.PlacedOfRow(&n).Record
}

// end compares with what else says how long the chain is: its head, and
// checkpoints beyond the last entry. What was numbered since the batch was read
// is not seen by this transaction.
func (w *walk) end(tx *db.AllTx) error {
	if err := w.expiries(tx); err != nil {
		return err
	}
	head, err := audit.HeadOf(tx, audit.HeadID(w.org))
	if err != nil {
		return err
	}
	if err := w.checkpoints(tx, 0); err != nil {
		return err
	}
	w.chain.End(head.Sequence)
	if report := w.chain.Report(); head.Sequence < report.Last || head.Sequence == report.Last && string(head.Hash) != string(report.Head[:]) {
		w.chain.Lost(chain.Rewritten, chain.Record{Sequence: report.Last, Hash: report.Head}, fmt.Sprintf("the head says that the chain ends with entry %d and another hash", head.Sequence))
	}
	return nil
}
