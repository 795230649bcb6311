package archive

import (
	"context"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/objects"
)

// errLost says that the lease went to somebody else, or the export was
// cancelled: what is in memory is dropped.
var errLost = errors.New("archive: the export is not this worker's any more")

// folder is where an export's parts lie.
func folder(export id.AuditExport) string { return "audit-exports/" + string(export) + "/" }

func partKey(export id.AuditExport, number int, lease string) string {
	return fmt.Sprintf("%s%06d-%s", folder(export), number, lease)
}

// keys are the parts of the file, in their order.
func (e *Export) keys() []string {
	var keys []string
	for _, r := range e.Progress.Runs {
		for range r.Parts {
			keys = append(keys, partKey(e.ID, len(keys)+1, r.Lease))
		}
	}
	return keys
}

func (p *progress) parts() (n int) {
	for _, r := range p.Runs {
		n += r.Parts
	}
	return n
}

func (p *progress) add(lease string) {
	if n := len(p.Runs); n > 0 && p.Runs[n-1].Lease == lease {
		p.Runs[n-1].Parts++
		return
	}
	p.Runs = append(p.Runs, run{Lease: lease, Parts: 1})
}

// checksum goes on where the last part ended: SHA-256 is read and written in
// the middle.
func (p *progress) checksum() (hash.Hash, error) {
	h := sha256.New()
	if len(p.Hash) == 0 {
		return h, nil
	}
	var state []byte
	if err := json.Unmarshal(p.Hash, &state); err != nil {
		return nil, fmt.Errorf("reading a checksum's state: %w", err)
	}
	return h, h.(encoding.BinaryUnmarshaler).UnmarshalBinary(state)
}

// note writes a part, and then that it is one: where the log goes on behind
// it, and the checksum. What is noted is whole; what is not is written again.
func (s *Service) note(ctx context.Context, e *Export, body []byte, position, entries int64, more db.Set) error {
	progress := e.Progress
	progress.Runs, progress.Failures = append([]run{}, progress.Runs...), 0
	h, err := progress.checksum()
	if err != nil {
		return err
	}
	key := ""
	if len(body) > 0 {
		key = partKey(e.ID, progress.parts()+1, *e.Lease)
		if err := s.Store.Put(ctx, objects.Object{Key: key, Body: body, Type: e.Format.kind()}); err != nil {
			return err
		}
		h.Write(body)
		progress.add(*e.Lease)
		state, err := h.(encoding.BinaryMarshaler).MarshalBinary()
		if err != nil {
			return err
		}
		progress.Hash, _ = json.Marshal(state) // bytes always can be
	}
	next := *e
	next.Progress, next.Position, next.Entries, next.Bytes = progress, position, e.Entries+entries, e.Bytes+int64(len(body))
	sum := hex.EncodeToString(h.Sum(nil))
	next.Checksum = &sum
	if err := s.commit(ctx, e, &next, more); err != nil {
		if key != "" && errors.Is(err, errLost) {
			_ = s.Store.Delete(context.WithoutCancel(ctx), key) // the sweep would, too
		}
		return err
	}
	*e = next
	return nil
}

func (s *Service) commit(ctx context.Context, e, next *Export, more db.Set) error {
	return s.inside(ctx, e, func(tx db.OwnedScope) error {
		set := db.Set{"position": next.Position, "entries": next.Entries, "bytes": next.Bytes, "progress": db.JSON(next.Progress),
			"leased_until": tx.Now().Add(s.lease()), "updated_at": tx.Now()}
		for column, value := range more {
			set[column] = value
		}
		n, err := exports.Update(tx, e.ID, set, db.Eq("lease", *e.Lease), db.Eq("state", Running))
		if err == nil && n == 0 {
			return errLost
		}
		return err
	})
}

func (s *Service) lease() time.Duration {
	if s.Lease > 0 {
		return s.Lease
	}
	return 30 * time.Second
}
