package sequence_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"gatehouse/audit"
	"gatehouse/audit/ingest"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

// A process links what it has just written as it has it in memory. If the
// database kept anything else of it (a time to the microsecond, a text in another
// form), every such entry would be called altered.
func TestWhatIsLinkedFromMemoryIsWhatTheDatabaseHas(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := id.New[id.Organization]()
		insertOrganization(t, d, org)
		odd := "\u00e9e\u0301 \u202e <&> \\u0041 \" \\ \t\u2028 \U0001f600"
		var events []map[string]any
		for i, at := range []string{"2026-11-28T10:00:00.123456789Z", "2026-11-28T23:59:59.9999999+14:00", "2026-11-28T10:00:00Z", "2024-02-29T00:00:00.000001-12:00"} {
			events = append(events, map[string]any{"action": fmt.Sprintf("odd.thing_%d", i), "occurred_at": at, "actor": map[string]any{"id": odd, "type": "user", "name": odd},
				"targets": []any{map[string]any{"id": "t<&>", "type": "x", "name": odd, "metadata": map[string]any{"b": 1, "a": 1.0e3}}},
				"context": map[string]any{"location": "2001:DB8::1", "user_agent": odd}, "metadata": map[string]any{"z": odd, "n": 0.1, "yes": true}})
		}
		body, err := json.Marshal(map[string]any{"organization_id": org, "events": events})
		if err != nil {
			t.Fatal(err)
		}
		request, err := ingest.Decode(body)
		if err != nil {
			t.Fatal(err)
		}
		s := &ingest.Service{DB: d}
		for range 3 {
			if err := s.Write(t.Context(), &ingest.Written{Who: actor.System("test"), Organization: org, Events: request.Events, Many: true, Body: body}); err != nil {
				t.Fatal(err)
			}
		}
		numberAll(t, d)
		if result := verify(t, d); result.Count != 0 || result.Entries < 12 {
			t.Errorf("%+v", result)
		}
		err = d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
			rows, err := audit.Feed(tx, audit.FeedQuery{})
			if len(rows) != 12 || rows[0].OccurredAt.Nanosecond() != 123456000 {
				t.Errorf("%d entries, the first of %v", len(rows), rows[0].OccurredAt)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// insertOrganization makes the row that an application's entries hang on.
func insertOrganization(t *testing.T, d *db.DB, org id.Organization) {
	t.Helper()
	_, conn := d.Pools()
	if _, err := conn.ExecContext(t.Context(), "INSERT INTO organizations (id, name, metadata, created_at, updated_at) VALUES ($1, 'x', '{}', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)", string(org)); err != nil {
		t.Fatal(err)
	}
}
