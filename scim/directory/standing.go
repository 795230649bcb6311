package directory

import (
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// Share is Get that keeps the directory as it is until the transaction ends,
// and lets others read it so at the same time.
func Share(tx *db.OrgTx, d id.Directory) (*Directory, error) { return directories.Share(tx, d) }

// ReleasedAt reports whether nobody's leaving is held at now because somebody
// has let it go on.
func (d *Directory) ReleasedAt(now time.Time) bool {
	return d.ReleasedUntil != nil && now.Before(*d.ReleasedUntil)
}

// SetHeld holds people's leaving from now on, in a directory that is held.
func SetHeld(tx *db.OrgTx, d *Directory) error {
	now := tx.Now()
	d.HeldAt, d.ReleasedUntil, d.ReleasedBy = &now, nil, nil
	return d.set(tx, db.Set{"held_at": now, "released_until": nil, "released_by": nil})
}

// SetReleased lets people leave until then, whoever holds the directory says.
func SetReleased(tx *db.OrgTx, d *Directory, until time.Time) error {
	by := tx.Actor().Name
	if by == "" {
		by = string(tx.Actor().Kind)
	}
	d.HeldAt, d.ReleasedUntil, d.ReleasedBy = nil, &until, &by
	return d.set(tx, db.Set{"held_at": nil, "released_until": until, "released_by": by})
}

// SetSafeguard stores the bounds that d has. Without any, nothing is held.
func SetSafeguard(tx *db.OrgTx, d *Directory) error {
	set := db.Set{"max_deactivations": d.MaxDeactivations, "max_percent": d.MaxPercent, "window_seconds": d.WindowSeconds}
	if d.MaxDeactivations == nil && d.MaxPercent == nil {
		d.HeldAt, set["held_at"] = nil, nil
	}
	return d.set(tx, set)
}

// SetApplied lets what the directory says take effect from now on.
func SetApplied(tx *db.OrgTx, d *Directory) error {
	d.Staged = false
	return d.set(tx, db.Set{"staged": false})
}

func (d *Directory) set(tx *db.OrgTx, set db.Set) error {
	n, err := directories.Update(tx, d.ID, set)
	if err == nil && n == 0 {
		return db.ErrNotFound
	}
	return err
}

// RecordHeld and RecordReleased record what became of the safeguard.
func (d *Directory) RecordHeld(tx *db.OrgTx, w wire.DirectorySafeguard) error {
	return d.record(tx, func(e audit.Directory) audit.Entry { return audit.DirectoryHeld{Directory: e, Safeguard: w} })
}

// RecordReleased records that somebody let the directory go on.
func (d *Directory) RecordReleased(tx *db.OrgTx, w wire.DirectorySafeguard) error {
	return d.record(tx, func(e audit.Directory) audit.Entry { return audit.DirectoryReleased{Directory: e, Safeguard: w} })
}
