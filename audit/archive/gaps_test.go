package archive_test

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"

	"gatehouse/audit"
	"gatehouse/audit/archive"
	"gatehouse/audit/chain"
	"gatehouse/audit/sequence"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/objects"
)

// An organization that kept its log for a month and then for a year has lost
// entries between others, rightly: an export over every organization must carry
// what was signed of that, or its verification tells of a theft.
func TestAnExportOverAllCarriesWhatWasSignedOfItsGaps(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		store, err := objects.OpenLocal(filepath.Join(t.TempDir(), "exports"))
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t, d, store, discard}
		for range 6 {
			w.entries(5) // retention takes whole tiles
		}
		w.expire(1, 5)   // before all that is left: nobody misses it
		w.expire(11, 15) // two runs, one after the other
		w.expire(16, 20)
		s := w.service()
		var over *archive.Export
		err = d.InDeployment(t.Context(), actor.System("test"), func(tx *db.AllTx) (err error) {
			over, err = archive.CreateForAll(tx, archive.Order{Format: archive.NDJSON})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.number()
		for !over.Finished() {
			if _, err := s.Once(t.Context()); err != nil {
				t.Fatal(err)
			}
			err := d.ReadDeployment(t.Context(), func(tx *db.AllTx) (err error) {
				over, err = archive.Get(tx, over.ID)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		file := w.file(s, over)
		report, err := chain.VerifyFile(bytes.NewReader(file), nil)
		if err != nil || !report.OK() || len(report.Chains) == 0 {
			t.Fatalf("%v %+v", err, report)
		}
		if n := bytes.Count(file, []byte(`"object":"`+chain.ExpiryObject+`"`)); n != 2 {
			t.Errorf("%d expiries in the file, of which two are needed", n)
		}
		var without [][]byte
		for _, line := range bytes.SplitAfter(file, []byte("\n")) {
			if !bytes.Contains(line, []byte(`"first_sequence":16`)) {
				without = append(without, line)
			}
		}
		if report, err := chain.VerifyFile(bytes.NewReader(bytes.Join(without, nil)), nil); err != nil || report.OK() {
			t.Errorf("without what was signed the gap is taken: %v %+v", err, report)
		}
	})
}

// expire removes the entries from first to last after signing that, as
// retention does with a partition.
func (w *world) expire(first, last int64) {
	w.Helper()
	var e audit.Expiry
	org := halden
	err := w.d.ReadOrg(w.Context(), halden, func(tx *db.OrgTx) error {
		rows, err := audit.Feed(tx, audit.FeedQuery{Limit: 100})
		for _, r := range rows {
			if r.Sequence == first {
				e.PreviousHash = r.PreviousHash
			}
			if r.Sequence == last {
				e.Hash = r.Hash
			}
		}
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	e.OrganizationID, e.FirstSequence, e.LastSequence = &org, first, last
	if err := (&sequence.Signer{DB: w.d, Log: w.quiet}).SignExpiry(w.Context(), &e); err != nil {
		w.Fatal(err)
	}
	err = w.d.InDeployment(w.Context(), actor.System("test"), func(tx *db.AllTx) error { return audit.KeepExpiry(tx.Tx, &org, &e) })
	if err != nil {
		w.Fatal(err)
	}
	w.remove(first, last)
}

// remove is what only the owner of the tables can do.
func (w *world) remove(first, last int64) {
	w.Helper()
	_, pool := w.d.Pools()
	conn, err := pool.Conn(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	defer conn.Close()
	run := func(text string, args ...any) {
		if _, err := conn.ExecContext(context.WithoutCancel(w.Context()), text, args...); err != nil {
			w.Fatalf("%s: %v", text, err)
		}
	}
	if w.d.Dialect == db.Postgres {
		run("RESET ROLE")
		defer run("SET ROLE gatehouse_app")
	}
	var gone []audit.Numbered
	err = w.d.ReadOrg(w.Context(), halden, func(tx *db.OrgTx) (err error) {
		own := halden
		gone, err = audit.Stretch(tx, &own, first-1, last, int(last-first+1))
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	for _, n := range gone {
		run("DELETE FROM audit_events WHERE id = $1", string(n.ID))
	}
	run("DELETE FROM audit_tiles WHERE organization_id = $1 AND sequence >= $2 AND last_sequence <= $3", string(halden), first, last)
}
