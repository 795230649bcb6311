package audit_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"strings"
	"testing"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

var update = flag.Bool("update", false, "write the golden file anew")

// Customers parse these bodies: a changed member is a changed contract.
func TestTheCatalogsJSON(t *testing.T) {
	var got bytes.Buffer
	seen := map[string]bool{}
	for _, e := range audit.Catalog {
		if seen[e.Type()] {
			t.Errorf("%s stands twice", e.Type())
		}
		seen[e.Type()] = true
		data, err := wire.Encode(e.Data())
		if err != nil {
			t.Fatal(err)
		}
		var indented bytes.Buffer
		if err := json.Indent(&indented, data, "", "  "); err != nil {
			t.Fatal(err)
		}
		got.WriteString(e.Type() + "\n" + indented.String() + "\n\n")
	}
	const file = "testdata/catalog.golden"
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(want, got.Bytes()) {
		t.Errorf("the catalog's JSON differs from %s (%v); -update writes it", file, err)
	}
}

func TestModelsMatchTheSchema(t *testing.T) { dbtest.CheckModels(t, &audit.Event{}) }

var who = actor.Actor{Kind: actor.KindUser, ID: "user_x", Name: "a@b.example", IP: "203.0.113.7", UserAgent: strings.Repeat("é", 400), RequestID: "req_1", Reference: "GH-ABCD-EFGH"}

// An entry is one organization's: nobody else reads it, and the deployment's own are no tenant's.
func TestAnEntryBelongsToItsOrganization(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, b := id.New[id.Organization](), id.New[id.Organization]()
		user := wire.User{ID: id.New[id.User](), Email: "a@b.example"}
		err := d.Tx(t.Context(), who, func(tx *db.Tx) error {
			return errors.Join(audit.RecordFor(tx, &a, audit.UserCreated{User: user}), audit.RecordFor(tx, nil, audit.UserDeleted{User: user}))
		})
		if err != nil {
			t.Fatal(err)
		}
		read := func(org id.Organization) (list []audit.Event) {
			err := d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) (err error) { list, err = audit.List(tx, audit.Filter{}); return err })
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		if own := read(a); len(own) != 1 || own[0].Type != "user.created" || *own[0].Reference != who.Reference || *own[0].ActorID != who.ID || len(*own[0].UserAgent) > 512 || !json.Valid(own[0].Data) || len(own[0].Targets) != 1 {
			t.Errorf("own entries: %+v", own)
		}
		if foreign := read(b); len(foreign) != 0 {
			t.Errorf("foreign entries: %+v", foreign)
		}
		err = d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
			all, err := audit.List(tx, audit.Filter{Reference: who.Reference})
			if len(all) != 2 {
				t.Errorf("by reference: %d entries", len(all))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// A rolled-back change leaves no entry: the log must not tell of what never was.
func TestAnEntryRollsBackWithItsChange(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, no := id.New[id.Organization](), errors.New("no")
		err := d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error {
			return errors.Join(audit.Record(tx, audit.UserCreated{}), no)
		})
		if !errors.Is(err, no) {
			t.Fatal(err)
		}
		_ = d.ReadOrg(t.Context(), a, func(tx *db.OrgTx) error {
			if list, err := audit.List(tx, audit.Filter{}); err != nil || len(list) != 0 {
				t.Errorf("%d entries, %v", len(list), err)
			}
			return nil
		})
	})
}

// The sequencer drains audit_pending: an entry that is not there is never numbered.
func TestEveryEntryWaitsForItsNumber(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a := id.New[id.Organization]()
		if err := d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error { return audit.Record(tx, audit.UserCreated{}) }); err != nil {
			t.Fatal(err)
		}
		_, conn := d.Pools()
		var waiting int
		if err := conn.QueryRow("SELECT count(*) FROM audit_pending p JOIN audit_events e ON e.id = p.event_id").Scan(&waiting); err != nil {
			// On Postgres the joined table shows nothing outside of a scope.
			t.Fatal(err)
		}
		if d.Dialect == db.SQLite && waiting != 1 {
			t.Errorf("%d entries wait", waiting)
		}
		if err := conn.QueryRow("SELECT count(*) FROM audit_pending").Scan(&waiting); err != nil || waiting != 1 {
			t.Errorf("%d entries wait, %v", waiting, err)
		}
	})
}

// X10: the application cannot rewrite history, whatever its code does.
func TestEntriesCannotBeChanged(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a := id.New[id.Organization]()
		if err := d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error { return audit.Record(tx, audit.UserCreated{}) }); err != nil {
			t.Fatal(err)
		}
		_, conn := d.Pools()
		if _, err := conn.Exec("UPDATE audit_events SET type = 'x'"); err == nil {
			t.Error("an UPDATE of audit_events was accepted")
		}
	})
}

// Deliveries and the chain carry an entry's bytes: the database must keep them
// as they were written.
func TestAnEntryKeepsItsBytes(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a := id.New[id.Organization]()
		entry := audit.UserCreated{User: wire.User{ID: id.New[id.User](), Email: "z@a.example"}}
		want, err := wire.Encode(entry.Data())
		if err != nil {
			t.Fatal(err)
		}
		if err := d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error { return audit.Record(tx, entry) }); err != nil {
			t.Fatal(err)
		}
		_ = d.ReadOrg(t.Context(), a, func(tx *db.OrgTx) error {
			if list, err := audit.List(tx, audit.Filter{}); err != nil || len(list) != 1 || !bytes.Equal(list[0].Data, want) {
				t.Errorf("%v, %v, want %s", list, err, want)
			}
			return nil
		})
	})
}
