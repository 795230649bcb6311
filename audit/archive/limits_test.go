package archive_test

import (
	"errors"
	"testing"

	"gatehouse/audit/archive"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
)

// An organization that asks for as many files as it may must not keep the
// operators from theirs.
func TestAnOrganizationsExportsAreItsOwnNumber(t *testing.T) {
	each(t, func(w *world) {
		for range 20 {
			w.create(archive.Order{})
		}
		w.in(func(tx *db.OrgTx) error {
			if _, err := archive.Create(tx, archive.Order{}); !errors.Is(err, archive.ErrTooMany) {
				t.Errorf("a 21st export: %v", err)
			}
			return nil
		})
		err := w.d.InDeployment(w.Context(), actor.System("test"), func(tx *db.AllTx) error {
			_, err := archive.CreateForAll(tx, archive.Order{})
			return err
		})
		if err != nil {
			t.Errorf("the operators' own: %v", err)
		}
	})
}
