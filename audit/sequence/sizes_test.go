package sequence

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

// A backlog of entries that are as large as they may be must not take a server's
// memory: fewer go together, and all of them go.
func TestBatchesOfLargeEntriesAreSmall(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := id.New[id.Organization]()
		data, _ := json.Marshal(map[string]string{"x": strings.Repeat("x", 250<<10)})
		rows := make([]audit.Event, 90)
		for i := range rows {
			key := id.New[id.Event]()
			rows[i] = audit.Event{ID: key, Type: "invoice.paid", Source: audit.Application, OccurredAt: time.Now(), RecordedAt: id.Time(key), ActorKind: "user", Targets: []audit.Target{}, Data: data}
			rows[i].OrganizationID = &org
		}
		for n := 0; n < len(rows); n += 10 {
			err := d.InOrg(t.Context(), org, actor.System("test"), func(tx *db.OrgTx) error {
				return db.MaybeTable[audit.Event, id.Event]{}.InsertAll(tx, rows[n:n+10])
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		s := &Sequencer{DB: d, Log: slog.New(slog.DiscardHandler)}
		first, err := s.Once(t.Context())
		if err != nil || first != len(rows) || s.next() >= 30 {
			t.Fatalf("%d were numbered, and %d are next: %v", first, s.next(), err)
		}
		for range 20 {
			if _, err := s.Once(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if s.next() < 1 {
			t.Error("nothing is next")
		}
	})
}
