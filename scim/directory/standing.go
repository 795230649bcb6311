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

// SetDeleting closes a directory for good: no token opens it from now on.
func SetDeleting(tx *db.OrgTx, d *Directory) error {
	d.State = Deleting
	if err := d.set(tx, db.Set{"state": Deleting, "held_at": nil}); err != nil {
		return err
	}
	_, err := tokens.UpdateWhere(tx, db.Set{"revoked_at": tx.Now(), "revoked_by": called(tx.Actor())}, db.Eq("directory_id", d.ID), db.Null("revoked_at"))
	return err
}

// RemovePeople removes the next people of a directory that is being deleted,
// with what hangs on them, and says whose accounts they were.
func RemovePeople(tx *db.OrgTx, d id.Directory, limit int) (accounts []id.User, n int, err error) {
	rows, err := removeRows(tx, people, d, limit, func(u User) id.DirectoryUser { return u.ID })
	for _, u := range rows {
		if u.UserID != nil {
			accounts = append(accounts, *u.UserID)
		}
	}
	return accounts, len(rows), err
}

// RemoveDepartures is RemovePeople for those whom it had taken away.
func RemoveDepartures(tx *db.OrgTx, d id.Directory, limit int) (accounts []id.User, n int, err error) {
	rows, err := removeRows(tx, departures, d, limit, func(d Departure) id.Departure { return d.ID })
	for _, one := range rows {
		if one.UserID != nil {
			accounts = append(accounts, *one.UserID)
		}
	}
	return accounts, len(rows), err
}

// RemoveRest removes some of what else is left below it.
func RemoveRest(tx *db.OrgTx, d id.Directory, limit int) (n int, err error) {
	gone, err := removeRows(tx, groups, d, limit, func(g Group) id.DirectoryGroup { return g.ID })
	if err != nil || len(gone) > 0 {
		return len(gone), err
	}
	recorded, err := removeRows(tx, requests, d, limit, func(r Request) id.SCIMRequest { return r.ID })
	return len(recorded), err
}

func removeRows[T db.OwnedRow, K id.Kind](tx *db.OrgTx, table db.OwnedTable[T, K], d id.Directory, limit int, key func(T) K) ([]T, error) {
	rows, err := table.List(tx, db.Query{Where: []db.Cond{db.Eq("directory_id", d)}, Limit: limit})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	keys := make([]K, len(rows))
	for i, row := range rows {
		keys[i] = key(row)
	}
	_, err = table.DeleteWhere(tx, db.In("id", keys))
	return rows, err
}

// HasRequests reports whether more than some requests are recorded.
func HasRequests(tx db.OwnedScope, d id.Directory, more int) (bool, error) {
	rows, err := requests.List(tx, db.Query{Where: []db.Cond{db.Eq("directory_id", d)}, Limit: more + 1})
	return len(rows) > more, err
}
