package ingest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
)

// Service writes applications' entries. Make one at start and keep it.
type Service struct {
	DB *db.DB

	known known
	line  line
}

// Written is what a request asks for, and by which key it comes again.
type Written struct {
	Who            actor.Actor
	Organization   id.Organization
	Events         []Event
	Many           bool
	IdempotencyKey string // empty: none
	Body           []byte // a repeat has the same
}

// What a request can be refused for.
var (
	ErrOtherRequest = problem.New(problem.Invalid, "idempotency_key_reused",
		"That Idempotency-Key came before with another request. Use a new key for a new request.")
	ErrKeyLength = problem.New(problem.Invalid, "invalid_idempotency_key", "An Idempotency-Key has at most 255 characters.")
	errChanging  = problem.ErrUnavailable.WithMessage("The schemas of these actions are being changed. Try again in a moment.")
)

const maxIdempotencyKey = 255

// ahead is how far an application's clock may be before ours.
const ahead = 24 * time.Hour

// attempts are made where schemas change in the same moment.
const attempts = 4

// Write writes the entries, all of them or none. What came before under the
// same Idempotency-Key is not written again.
func (s *Service) Write(ctx context.Context, r *Written) error {
	if len(r.IdempotencyKey) > maxIdempotencyKey {
		return ErrKeyLength
	}
	for range attempts {
		w, err := s.prepare(ctx, r)
		if err != nil {
			return err
		}
		written, err := s.line.put(ctx, s.DB, w)
		if err != nil || written {
			return err
		}
		if again, err := s.why(ctx, r, w); !again {
			return err
		}
	}
	return errChanging
}

// prepare holds the entries against their schemas and makes the rows.
func (s *Service) prepare(ctx context.Context, r *Written) (*db.AuditWrite, error) {
	w := &db.AuditWrite{Organization: r.Organization, Rows: make([]db.AuditRow, len(r.Events))}
	f := &faults{many: r.Many}
	latest := s.DB.Clock().Add(ahead)
	for i := range r.Events {
		e := &r.Events[i]
		f.index = i
		if e.OccurredAt.After(latest) {
			f.add("/occurred_at", "invalid_time", "It lies more than a day ahead of the server's clock.")
		}
		if err := s.meet(ctx, e, w, f); err != nil {
			return nil, err
		}
		w.Rows[i] = e.row(r.Who)
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	if r.IdempotencyKey != "" {
		w.Repeat, w.Digest = r.repeat()
	}
	return w, nil
}

// meet holds an entry against its action's schema, if that has one.
func (s *Service) meet(ctx context.Context, e *Event, w *db.AuditWrite, f *faults) error {
	a := s.known.get(e.Action)
	if a == nil || e.Version > a.newest { // another server may have made it
		var err error
		if a, err = s.known.learn(ctx, s.DB, e.Action); err != nil {
			return err
		}
	}
	version := e.Version
	if version == 0 {
		version = a.newest
		if !slices.Contains(w.Actions, e.Action) {
			w.Actions, w.Versions = append(w.Actions, e.Action), append(w.Versions, version)
		}
	}
	switch schema := a.versions[version]; {
	case schema != nil:
		schema.check(e, f)
	case e.Version != 0:
		f.add("/version", "unknown_version", "The action has no schema of that version.")
	}
	return nil
}

func (r *Written) repeat() (id.Repeat, []byte) {
	h := sha256.New()
	h.Write([]byte(r.Organization))
	h.Write([]byte{0})
	h.Write([]byte(r.IdempotencyKey))
	digest := sha256.Sum256(r.Body)
	return id.Repeat(id.Repeat("").Prefix() + hex.EncodeToString(h.Sum(nil))), digest[:]
}

var repeats = db.OwnedTable[audit.Repeat, id.Repeat]{}

// why finds out why nothing was written, and whether to try again.
func (s *Service) why(ctx context.Context, r *Written, w *db.AuditWrite) (again bool, err error) {
	if w.Repeat != "" {
		var before *audit.Repeat
		err := s.DB.ReadOrg(ctx, r.Organization, func(tx *db.OrgTx) (err error) {
			before, err = repeats.Get(tx, w.Repeat)
			return err
		})
		switch {
		case err == nil && string(before.Digest) != string(w.Digest):
			return false, ErrOtherRequest
		case err == nil:
			return false, nil // it is there already
		case !errors.Is(err, db.ErrNotFound):
			return false, err
		}
	}
	var there bool
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		there, err = db.TakesEntries(tx, r.Organization)
		return err
	})
	if err == nil && !there {
		err = db.ErrNotFound
	}
	s.known.forget(w.Actions)
	return err == nil, err
}

// row is the entry as the log keeps it.
func (e *Event) row(who actor.Actor) db.AuditRow {
	key := id.New[id.Event]()
	return db.AuditRow{
		ID: key, Type: e.Action, OccurredAt: e.OccurredAt, RecordedAt: id.Time(key),
		ActorKind: e.Actor.Type, ActorID: some(e.Actor.ID), ActorName: some(e.Actor.Name),
		Targets: e.targets(), IPAddress: some(e.Location), UserAgent: some(e.UserAgent), RequestID: some(who.RequestID), Data: e.data(),
	}
}

func some(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// keptFor is how long a repeat is known.
const keptFor = 24 * time.Hour

// Sweep forgets Idempotency-Keys that are older than a day; it may run twice.
func Sweep(ctx context.Context, d *db.DB) error {
	for more := true; more; {
		err := d.InDeployment(ctx, actor.System("sweep"), func(tx *db.AllTx) error {
			n, err := db.SweepAuditRepeats(tx, tx.Now().Add(-keptFor))
			more = n > 0
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
