package db_test

import (
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

func auditWrite(org id.Organization, key string, rows int) *db.AuditWrite {
	w := &db.AuditWrite{Organization: org, Repeat: id.Repeat(key), Digest: []byte(key), Rows: make([]db.AuditRow, rows)}
	for i := range w.Rows {
		event := id.New[id.Event]()
		w.Rows[i] = db.AuditRow{ID: event, Type: "invoice.paid", OccurredAt: id.Time(event), RecordedAt: id.Time(event), ActorKind: "user", Targets: []byte(`[]`), Data: []byte(`{"a": 1}`)}
	}
	return w
}

// Requests that gather are written together: what one of them may not write
// must keep no other from being written, nor be half written itself, and each
// entry must be its own organization's, kept for as long as that says.
func TestGatheredRequestsAreEachWrittenOrNot(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		short := int64(30)
		halden, other, _, _ := fixture(t, d)
		if err := d.InOrg(t.Context(), halden, who, func(tx *db.OrgTx) error { return db.SetAuditRetention(tx, &short) }); err != nil {
			t.Fatal(err)
		}
		stale := auditWrite(other, "", 1)
		stale.Actions, stale.Versions = []string{"invoice.paid"}, []int64{3} // it has none
		writes := []*db.AuditWrite{
			auditWrite(halden, "repeat_a", 3), auditWrite(halden, "", 2), auditWrite(halden, "repeat_a", 1), auditWrite(halden, "repeat_b", 1),
			auditWrite(id.New[id.Organization](), "repeat_c", 1), stale,
		}
		for round, want := range [][]bool{{true, true, false, true, false, false}, {false, true, false, false, false, false}} {
			if round == 1 {
				writes[1] = auditWrite(halden, "", 2)
			}
			written, err := d.IngestAudit(t.Context(), writes)
			if err != nil {
				t.Fatal(err)
			}
			for i := range want {
				if written[i] != want[i] {
					t.Errorf("round %d, request %d: written %v", round, i, written[i])
				}
			}
		}
		for org, want := range map[id.Organization]int{halden: 8, other: 0} {
			err := d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
				rows, err := db.ListAudit(tx, db.AuditSearch{Low: "", High: "f", Since: time.Unix(0, 0), Before: time.Now().Add(time.Hour), Limit: 100})
				if len(rows) != want {
					t.Errorf("%d entries, not %d", len(rows), want)
				}
				for _, r := range rows {
					if r.Retention != short || *r.Organization != org || string(r.Data) != `{"a": 1}` || r.Source != "application" {
						t.Errorf("%+v", r.AuditEntry)
					}
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}
