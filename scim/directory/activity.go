package directory

import (
	"encoding/json"
	"fmt"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// usedEvery is how exactly it is known when a token and a directory were last used.
const usedEvery = time.Minute

// Stale reports whether what was last noted of a use is old enough to note
// another one.
func Stale(noted *time.Time, now time.Time) bool { return noted == nil || now.Sub(*noted) >= usedEvery }

// Used notes, without anybody being told, that a token let a request in at an
// instant. Of several servers the latest counts.
func Used(tx *db.OrgTx, d id.Directory, token id.DirectoryToken, at time.Time) error {
	earlier := func(column string) db.Cond { return db.Or(db.Null(column), db.Lt(column, at)) }
	if _, err := tokens.Update(tx, token, db.Set{"last_used_at": at}.Quiet(), earlier("last_used_at")); err != nil {
		return err
	}
	_, err := directories.Update(tx, d, db.Set{"last_synced_at": at}.Quiet(), earlier("last_synced_at"))
	return err
}

// Of is the directory of a token, as it was read with that.
func Of(t *db.SCIMToken) (*Directory, error) {
	row := t.Directory
	d := &Directory{Owned: db.Owned{OrganizationID: t.OrganizationID}, ID: t.DirectoryID, Type: row.Type, Name: row.Name, State: State(row.State), Staged: row.Staged,
		TrustRoles: row.TrustRoles, JIT: row.JIT, MaxDeactivations: row.MaxDeactivations, MaxPercent: row.MaxPercent, WindowSeconds: row.WindowSeconds,
		HeldAt: row.HeldAt, ReleasedUntil: row.ReleasedUntil, ReleasedBy: row.ReleasedBy, SetupStep: row.SetupStep, ActivatedAt: row.ActivatedAt,
		LastSyncedAt: row.LastSyncedAt, CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt}
	if err := json.Unmarshal(row.AttributeMap, &d.AttributeMap); err != nil {
		return nil, fmt.Errorf("reading a directory's attribute map: %w", err)
	}
	return d, nil
}
