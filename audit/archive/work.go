package archive

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
)

// idle is how often an idle worker looks for exports.
const idle = time.Second

// Run writes exports until ctx ends; every worker does.
func (s *Service) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		worked, err := s.Once(ctx)
		if err != nil && ctx.Err() == nil {
			return err
		}
		if worked {
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(idle):
		}
	}
	return nil
}

// Once works on the export that has waited longest, for one slice of time, and
// reports whether there was one.
func (s *Service) Once(ctx context.Context) (bool, error) {
	e, err := s.take(ctx)
	if err != nil || e == nil {
		return false, err
	}
	err = s.slice(ctx, e)
	switch {
	case err == nil, errors.Is(err, errLost):
		return true, nil
	case ctx.Err() != nil:
		return true, s.release(context.WithoutCancel(ctx), e, 0)
	}
	return true, s.failed(ctx, e, err)
}

// take leases an export that nobody works on.
func (s *Service) take(ctx context.Context) (*Export, error) {
	var waiting []Export
	err := s.DB.ReadDeployment(ctx, func(tx *db.AllTx) (err error) {
		waiting, err = exports.List(tx, db.Query{Where: free(tx.Now()), Order: []string{"updated_at", "id"}, Limit: 8})
		return err
	})
	if err != nil {
		return nil, err
	}
	lease := rand.Text()
	for i := range waiting {
		e := &waiting[i]
		taken := false
		err := s.inside(ctx, e, func(tx db.OwnedScope) error {
			set := db.Set{"state": Running, "lease": lease, "leased_until": tx.Now().Add(s.lease()), "updated_at": tx.Now()}
			n, err := exports.Update(tx, e.ID, set, free(tx.Now())...)
			if err != nil || n == 0 {
				return err
			}
			fresh, err := exports.Get(tx, e.ID)
			if err == nil {
				taken, *e = true, *fresh
			}
			return err
		})
		if err != nil || taken {
			return e, err
		}
	}
	return nil, nil
}

func free(now time.Time) []db.Cond {
	return []db.Cond{db.In("state", []State{Pending, Running}), db.Or(db.Null("leased_until"), db.Lte("leased_until", now))}
}

// inside runs fn where the export may be written.
func (s *Service) inside(ctx context.Context, e *Export, fn func(db.OwnedScope) error) error {
	who := actor.System("exports")
	if e.OrganizationID != nil {
		return s.DB.InOrg(ctx, *e.OrganizationID, who, func(tx *db.OrgTx) error { return fn(tx) })
	}
	return s.DB.InDeployment(ctx, who, func(tx *db.AllTx) error { return fn(tx) })
}

// reading runs fn where what the export holds is read.
func (s *Service) reading(ctx context.Context, e *Export, fn func(db.OwnedScope) error) error {
	if e.OrganizationID != nil {
		return s.DB.ReadOrg(ctx, *e.OrganizationID, func(tx *db.OrgTx) error { return fn(tx) })
	}
	return s.DB.ReadDeployment(ctx, func(tx *db.AllTx) error { return fn(tx) })
}

// slice goes on with an export until its time is over or the file is whole.
func (s *Service) slice(ctx context.Context, e *Export) error {
	if e.LastPosition == 0 && len(e.Progress.Runs) == 0 {
		begun, err := s.begin(ctx, e)
		if err != nil {
			return err
		}
		if !begun {
			return s.release(ctx, e, 200*time.Millisecond)
		}
	}
	end := time.Now().Add(s.sliceTime())
	p := s.newPart(e)
	for {
		done, err := s.collect(ctx, e, p)
		if err != nil {
			return err
		}
		if done {
			return s.finish(ctx, e, p)
		}
		if err := s.note(ctx, e, p.buffer, p.position, p.entries, nil); err != nil {
			return err
		}
		if time.Now().After(end) {
			return s.release(ctx, e, 0)
		}
	}
}

// part is what is collected before it is written. Its buffer is used again for
// the next: that is all the memory that an export takes, however long it is.
type part struct {
	buffer   []byte
	reader   audit.Reader
	position int64
	entries  int64
}

func (s *Service) newPart(e *Export) *part {
	p := &part{buffer: make([]byte, 0, s.partSize()+64<<10)}
	matches := e.Filter.matches()
	p.reader = audit.Reader{Query: e.Filter.feed(e.Position, e.LastPosition, 0), Bytes: s.partSize(), Line: func(b []byte, r *audit.Placed) []byte {
		if !matches(r) {
			return b
		}
		p.entries++
		return e.Format.appendLine(b, r)
	}}
	return p
}

// collect reads the log on until a part is full, or has waited long enough
// that the lease wants renewing; done says that nothing is left.
func (s *Service) collect(ctx context.Context, e *Export, p *part) (done bool, err error) {
	p.buffer, p.entries = p.buffer[:0], 0
	late := time.Now().Add(s.lease() / 4)
	for time.Now().Before(late) && len(p.buffer) < s.partSize() && !done {
		err := s.reading(ctx, e, func(tx db.OwnedScope) (err error) {
			p.buffer, _, done, err = p.reader.Next(tx, p.buffer, math.MaxInt)
			return err
		})
		if err != nil {
			return false, fmt.Errorf("reading the log: %w", err)
		}
	}
	if p.position = p.reader.Query.After; done {
		p.position = e.LastPosition
	}
	return done, nil
}

// release gives the lease back, so that others have their turn; nobody takes
// the export before the pause is over.
func (s *Service) release(ctx context.Context, e *Export, pause time.Duration) error {
	return s.inside(ctx, e, func(tx db.OwnedScope) error {
		set := db.Set{"lease": nil, "leased_until": nil, "updated_at": tx.Now()}
		if pause > 0 {
			set["leased_until"] = tx.Now().Add(pause)
		}
		_, err := exports.Update(tx, e.ID, set, db.Eq("lease", *e.Lease), db.Eq("state", Running))
		return err
	})
}

func (s *Service) partSize() int {
	if s.PartSize > 0 {
		return s.PartSize
	}
	return 8 << 20
}

func (s *Service) sliceTime() time.Duration {
	if s.Slice > 0 {
		return s.Slice
	}
	return 10 * time.Second
}
