package archive

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/audit/chain"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// begin fixes where the file ends, once everything that was committed before
// it was asked for has its number: whoever writes an entry and then asks for an
// export finds it there. It reports false while that is to be waited for.
func (s *Service) begin(ctx context.Context, e *Export) (bool, error) {
	waits := false
	first := id.Event(id.Event("").Prefix() + strings.TrimPrefix(string(e.ID), e.ID.Prefix())) // as if an entry had been made then
	err := s.reading(ctx, e, func(tx db.OwnedScope) (err error) {
		waits, err = db.AuditWaits(tx, first)
		return err
	})
	if err != nil || waits {
		return false, err
	}
	opening := e.Format.header()
	if e.Format == NDJSON {
		if opening, err = s.opening(ctx, e); err != nil {
			return false, err
		}
	}
	next := *e
	err = s.reading(ctx, e, func(tx db.OwnedScope) (err error) {
		if next.LastPosition, err = audit.Head(tx); err != nil {
			return err
		}
		rows, err := audit.Feed(tx, e.Filter.feed(0, next.LastPosition, 1))
		next.Progress.First = next.LastPosition
		if len(rows) > 0 {
			next.Progress.First = rows[0].Position - 1
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("looking where the export begins: %w", err)
	}
	*e = next
	return true, s.note(ctx, e, opening, e.Progress.First, 0, db.Set{"last_position": e.LastPosition})
}

// opening is what the offline verifier wants to read before the entries: the
// keys, the signed gaps, and a head that was signed now. The file ends at that
// head or behind it, unless entries up to some time were asked for.
func (s *Service) opening(ctx context.Context, e *Export) ([]byte, error) {
	part := !e.Filter.Before.IsZero() && e.Filter.Before.Before(s.DB.Now().Add(time.Minute)) // the clocks of servers differ
	out := line(nil, chain.Header{ID: string(e.ID), Selection: e.Filter.selects(), Part: part, CreatedAt: e.CreatedAt}.Line())
	org := e.chain()
	signed, err := s.Signer.Checkpoint(ctx, org)
	if err != nil {
		return nil, fmt.Errorf("signing the head: %w", err)
	}
	err = s.reading(ctx, e, func(tx db.OwnedScope) error {
		keys, err := audit.Keys(tx)
		if err != nil {
			return err
		}
		for _, key := range keys {
			out = line(out, chain.KeyLine(string(key.ID), key.PublicKey))
		}
		gaps, err := audit.Expiries(tx, audit.SignedRange{Organization: org})
		for i := range gaps {
			out = gap(out, &gaps[i])
		}
		if all, ok := tx.(*db.AllTx); ok && org == nil && err == nil {
			err = audit.InnerExpiries(all, func(e *audit.Expiry) { out = gap(out, e) })
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading keys and expiries: %w", err)
	}
	if signed != nil {
		head := audit.ChainCheckpoint(signed)
		out = line(out, head.Line())
	}
	return out, nil
}

func gap(out []byte, e *audit.Expiry) []byte {
	signed := audit.ChainExpiry(e)
	return line(out, signed.Line())
}

func line(out, text []byte) []byte { return append(append(out, text...), '\n') }

// chain is the organization whose chain the file has, or nil: the deployment's
// own, and in an export over all the others besides.
func (e *Export) chain() *id.Organization {
	if e.OrganizationID == nil && e.Filter.Organization != "" {
		return &e.Filter.Organization
	}
	return e.OrganizationID
}

// selects reports whether entries are left out between others.
func (f *Filter) selects() bool {
	return len(f.Types)+len(f.Actors)+len(f.ActorNames)+len(f.Targets)+len(f.Addresses) > 0 || f.Reference != "" || f.Text != ""
}

// maxFailures is how often in a row an export may fail before it is given up.
const maxFailures = 12

// failed notes why it did not go on. It is tried again from where it was.
func (s *Service) failed(ctx context.Context, e *Export, cause error) error {
	s.Log.WarnContext(ctx, "an export did not go on", "export", e.ID, "error", cause)
	e.Progress.Failures++
	if e.Progress.Failures >= maxFailures {
		return s.conclude(ctx, e, Failed, db.Set{"error": giveUp})
	}
	pause := min(time.Minute, time.Second<<e.Progress.Failures)
	return s.inside(ctx, e, func(tx db.OwnedScope) error {
		_, err := exports.Update(tx, e.ID, db.Set{"progress": db.JSON(e.Progress), "lease": nil, "leased_until": tx.Now().Add(pause), "updated_at": tx.Now()},
			db.Eq("lease", *e.Lease), db.Eq("state", Running))
		return err
	})
}

const giveUp = "The file could not be written. The server's log says why; ask for the export again."

// keptFor is how long a file is kept.
const keptFor = 7 * 24 * time.Hour

// finish writes the last part, which makes the file whole.
func (s *Service) finish(ctx context.Context, e *Export, p *part) error {
	if err := s.note(ctx, e, p.buffer, p.position, p.entries, nil); err != nil {
		return err
	}
	return s.conclude(ctx, e, Ready, db.Set{"checksum": *e.Checksum, "expires_at": s.DB.Clock().Add(keptFor)})
}

// conclude ends an export, records that and tells who asked.
func (s *Service) conclude(ctx context.Context, e *Export, state State, set db.Set) error {
	err := s.inside(ctx, e, func(tx db.OwnedScope) error {
		set["state"], set["lease"], set["leased_until"], set["updated_at"] = state, nil, nil, tx.Now()
		n, err := exports.Update(tx, e.ID, set, db.Eq("lease", *e.Lease), db.Eq("state", Running))
		if err != nil {
			return err
		}
		if n == 0 {
			return errLost
		}
		ended, err := exports.Get(tx, e.ID)
		if err != nil {
			return err
		}
		if err := audit.RecordFor(plain(tx), e.OrganizationID, audit.LogExportFinished{LogExport: ended.facts(), Error: ended.Error}); err != nil {
			return err
		}
		return s.tell(plain(tx), ended)
	})
	if errors.Is(err, errLost) {
		return nil
	}
	return err
}
