package provision

import (
	"context"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
)

// A provider that has lost its own users, or a filter that somebody mistyped,
// deactivates everybody within minutes. So whoever leaves within a window is
// counted, and beyond a number or a share people's leaving is held until
// somebody says that it is right. Nothing else of the directory is.

// few is how many may always leave: a share of a small organization is soon
// reached.
const few = 5

// guard refuses to let one more person leave than the safeguard allows. It
// holds the directory, so that of many requests at once none slips through. It
// comes before anything is written of the person: counts that travel with the
// commit on Postgres are written at once on SQLite.
func guard(tx *db.OrgTx, d *directory.Directory) (*directory.Directory, error) {
	d, err := directory.Hold(tx, d.ID)
	if err != nil {
		return nil, err
	}
	switch {
	case d.HeldAt != nil:
		return nil, ErrHeld
	case d.ReleasedAt(tx.Now()), d.MaxDeactivations == nil && d.MaxPercent == nil:
		return d, nil
	}
	departed, err := departedOf(tx, d, tx.Now())
	if err != nil {
		return nil, err
	}
	leaving := departed + 1
	if d.MaxDeactivations != nil && leaving > *d.MaxDeactivations {
		return nil, ErrHeld
	}
	if d.MaxPercent == nil || leaving <= few {
		return d, nil
	}
	counts, err := directory.CountsOf(tx, d.ID)
	if err != nil {
		return nil, err
	}
	// Who leaves now is still counted; who left within the window was there as it began.
	if leaving*100 > *d.MaxPercent*(counts.Active+departed) {
		return nil, ErrHeld
	}
	return d, nil
}

func departedOf(tx db.OwnedScope, d *directory.Directory, now time.Time) (int64, error) {
	return directory.CountDepartures(tx, d.ID, now.Add(-window(d)))
}

func window(d *directory.Directory) time.Duration {
	return time.Duration(d.WindowSeconds) * time.Second
}

// The states of a safeguard on the wire.
const (
	guardOn       = "on"
	guardOff      = "off"
	guardHeld     = "held"
	guardReleased = "released"
)

// SafeguardOf says when people's leaving is held, and whether it is now.
func SafeguardOf(tx db.OwnedScope, d *directory.Directory) (wire.DirectorySafeguard, error) {
	w := wire.DirectorySafeguard{DirectoryID: d.ID, State: guardOn, MaxDeactivations: d.MaxDeactivations, MaxPercent: d.MaxPercent,
		WindowSeconds: d.WindowSeconds, HeldAt: wire.MaybeAt(d.HeldAt)}
	switch {
	case d.HeldAt != nil:
		w.State = guardHeld
	case d.MaxDeactivations == nil && d.MaxPercent == nil:
		w.State = guardOff
	case d.ReleasedAt(tx.Now()):
		w.State, w.ReleasedUntil = guardReleased, wire.MaybeAt(d.ReleasedUntil)
	}
	var err error
	w.Departed, err = departedOf(tx, d, tx.Now())
	return w, err
}

// SafeguardChange is what becomes of a safeguard; nil leaves a member as it is,
// a pointer to nil switches that bound off.
type SafeguardChange struct {
	MaxDeactivations **int64
	MaxPercent       **int64
	WindowSeconds    *int64
}

// The bounds of a safeguard. A window of a week covers what providers delete
// after a delay.
const (
	mostDeactivations = 1_000_000
	leastWindow       = 60
	mostWindow        = 7 * 24 * 60 * 60
)

// SetSafeguard changes when people's leaving is held. Without either bound it
// never is, and what was held goes on.
func SetSafeguard(tx *db.OrgTx, d *directory.Directory, c SafeguardChange) error {
	held, err := directory.Hold(tx, d.ID)
	if err != nil {
		return err
	}
	next := *held
	if c.MaxDeactivations != nil {
		next.MaxDeactivations = *c.MaxDeactivations
	}
	if c.MaxPercent != nil {
		next.MaxPercent = *c.MaxPercent
	}
	if c.WindowSeconds != nil {
		next.WindowSeconds = *c.WindowSeconds
	}
	if err := checkSafeguard(&next); err != nil {
		return err
	}
	var changed []string
	for _, m := range []struct {
		name string
		same bool
	}{{"max_deactivations", sameNumber(held.MaxDeactivations, next.MaxDeactivations)}, {"max_percent", sameNumber(held.MaxPercent, next.MaxPercent)},
		{"window_seconds", held.WindowSeconds == next.WindowSeconds}} {
		if !m.same {
			changed = append(changed, m.name)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	if err := directory.SetSafeguard(tx, &next); err != nil {
		return err
	}
	return next.RecordUpdated(tx, changed...)
}

func checkSafeguard(d *directory.Directory) error {
	switch {
	case d.MaxDeactivations != nil && (*d.MaxDeactivations < 1 || *d.MaxDeactivations > mostDeactivations):
		return badSafeguard("max_deactivations", "max_deactivations is from 1 to 1000000, or null for no such bound.")
	case d.MaxPercent != nil && (*d.MaxPercent < 1 || *d.MaxPercent > 100):
		return badSafeguard("max_percent", "max_percent is from 1 to 100, or null for no such bound.")
	case d.WindowSeconds < leastWindow || d.WindowSeconds > mostWindow:
		return badSafeguard("window_seconds", "window_seconds is from 60 to 604800, a week.")
	}
	return nil
}

func sameNumber(a, b *int64) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

// Hold notes, in a transaction of its own, that a request was answered with
// ErrHeld, and tells who can release it. Call it after that request's
// transaction has been taken back. Where it was held already, or released
// meanwhile, it does nothing.
func (s *Service) Hold(ctx context.Context, d *directory.Directory) error {
	return s.DB.InOrg(ctx, d.OrganizationID, keeper, func(tx *db.OrgTx) error {
		d, err := directory.Hold(tx, d.ID)
		if err != nil || d.HeldAt != nil || d.ReleasedAt(tx.Now()) || d.MaxDeactivations == nil && d.MaxPercent == nil {
			return err
		}
		if err := directory.SetHeld(tx, d); err != nil {
			return err
		}
		w, err := SafeguardOf(tx, d)
		if err != nil {
			return err
		}
		if err := d.RecordHeld(tx, w); err != nil {
			return err
		}
		return s.tellHeld(tx, d, w.Departed)
	})
}

// Release lets the directory go on, for as long as its window.
func Release(tx *db.OrgTx, d *directory.Directory) error {
	held, err := directory.Hold(tx, d.ID)
	if err != nil {
		return err
	}
	if held.HeldAt == nil {
		return ErrNotHeld
	}
	if err := directory.SetReleased(tx, held, tx.Now().Add(window(held))); err != nil {
		return err
	}
	w, err := SafeguardOf(tx, held)
	if err != nil {
		return err
	}
	return held.RecordReleased(tx, w)
}
