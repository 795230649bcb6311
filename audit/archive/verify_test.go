package archive_test

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"

	"gatehouse/audit/archive"
	"gatehouse/audit/chain"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/objects"
)

// An export is evidence: the offline verifier must accept every one that is
// good, whatever was asked for, and refuse one that somebody worked on.
func TestAnExportIsVerifiedWithoutTheDatabase(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		store, err := objects.OpenLocal(filepath.Join(t.TempDir(), "exports"))
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t, d, store, discard}
		w.entries(60)
		time.Sleep(5 * time.Millisecond) // ids are to the millisecond
		middle := d.Now()
		time.Sleep(5 * time.Millisecond)
		w.entries(60)
		s := w.service()
		for name, order := range map[string]archive.Order{
			"whole": {}, "the first half": {Filter: archive.Filter{Before: middle}}, "the second half": {Filter: archive.Filter{Since: middle}},
			"up to now": {Filter: archive.Filter{Before: d.Now().Add(time.Hour)}}, "a selection": {Filter: archive.Filter{Types: []string{"audit_log_export.created"}}},
		} {
			order.Format = archive.NDJSON
			file := w.file(s, w.finish(s, w.create(order).ID))
			report, err := chain.VerifyFile(bytes.NewReader(file), nil)
			if err != nil || !report.OK() || len(report.Chains) != 1 || report.Chains[0].Entries == 0 {
				t.Errorf("%s: %v %+v", name, err, report)
				continue
			}
			if name == "whole" && (report.Chains[0].Signed < 120 || report.Part || report.Selection) {
				t.Errorf("%s: %+v", name, report)
			}
			lines := bytes.SplitAfter(bytes.TrimSpace(file), []byte("\n"))
			for how, doctored := range map[string][]byte{
				"an altered entry": bytes.Replace(file, []byte("203.0.113.7"), []byte("203.0.113.8"), 1),
				"a short file":     bytes.Join(lines[:len(lines)-20*min(1, len(lines)/40)-1], nil),
			} {
				if how == "a short file" && name != "whole" {
					continue // the others end before the signed head
				}
				if report, err := chain.VerifyFile(bytes.NewReader(doctored), nil); err == nil && report.OK() {
					t.Errorf("%s: %s is accepted", name, how)
				}
			}
		}
	})
}
