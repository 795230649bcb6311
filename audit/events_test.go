package audit_test

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/audit/sequence"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

func numberAll(t *testing.T, d *db.DB) {
	t.Helper()
	s := &sequence.Sequencer{DB: d, Log: slog.New(slog.DiscardHandler)}
	for {
		n, err := s.Once(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

func readEvents(t *testing.T, d *db.DB, q audit.EventQuery) (list []audit.Event) {
	t.Helper()
	err := d.ReadDeployment(t.Context(), func(tx *db.AllTx) (err error) {
		list, _, err = audit.Events(tx, q)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func created(name string) audit.Entry {
	return audit.UserCreated{User: wire.User{ID: id.New[id.User](), Email: name}}
}

// A name that is misspelt here is an event that no application ever hears of.
func TestWhatIsPublishedHappens(t *testing.T) {
	var happens []string
	for _, e := range audit.Catalog {
		happens = append(happens, e.Type())
	}
	for _, name := range audit.PublishedTypes() {
		if !slices.Contains(happens, name) {
			t.Errorf("%s is published and is in no catalog", name)
		}
		if example := audit.ExampleEvent(name, id.New[id.Event](), time.Now()); len(example.Data) < 10 {
			t.Errorf("%s has no example", name)
		}
	}
}

// An entry that an application writes may have the name of an event. It is no
// event: whoever can write one must not make others act on it.
func TestAnApplicationsEntryIsNoEvent(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := id.New[id.Organization]()
		key := id.New[id.Event]()
		forged := audit.Event{ID: key, Type: "user.created", Source: audit.Application, OccurredAt: time.Now(), RecordedAt: id.Time(key), ActorKind: "user", Targets: []audit.Target{}, Data: []byte("{}")}
		err := d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) error {
			if err := (db.MaybeTable[audit.Event, id.Event]{}).Insert(tx, &forged); err != nil {
				return err
			}
			return audit.Record(tx, created("ada@example.com"))
		})
		if err != nil {
			t.Fatal(err)
		}
		numberAll(t, d)
		if list := readEvents(t, d, audit.EventQuery{Limit: 10}); len(list) != 1 || list[0].Source != audit.Own {
			t.Errorf("%+v", list)
		}
		if list := readEvents(t, d, audit.EventQuery{Limit: 10, Hide: org}); len(list) != 0 {
			t.Errorf("%+v", list)
		}
	})
}

// A transaction that began first and commits last has an older id than what was
// read already: a cursor that named a time would never see it.
func TestWhatCommitsLateIsReadLate(t *testing.T) {
	dbtest.RunNodes(t, func(t *testing.T, nodes []*db.DB) {
		if len(nodes) < 2 || nodes[0].Dialect == db.SQLite {
			return // one writer: nothing commits out of turn
		}
		d := nodes[0]
		begun, finish, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			ended <- nodes[1].Tx(t.Context(), who, func(tx *db.Tx) error {
				rows := []audit.Entry{created("late@example.com")}
				err := tx.In("org_late", func(tx *db.OrgTx) error { return audit.RecordAll(tx, rows) })
				close(begun)
				<-finish
				return err
			})
		}()
		<-begun
		for _, name := range []string{"one@example.com", "two@example.com"} {
			if err := d.Tx(t.Context(), who, func(tx *db.Tx) error { return audit.RecordDeployment(tx, created(name)) }); err != nil {
				t.Fatal(err)
			}
		}
		numberAll(t, d)
		first := readEvents(t, d, audit.EventQuery{Limit: 10})
		if len(first) != 2 {
			t.Fatalf("%d events", len(first))
		}
		close(finish)
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		numberAll(t, d)
		next := readEvents(t, d, audit.EventQuery{Limit: 10, After: first[1].ID})
		if len(next) != 1 || next[0].ID >= first[0].ID {
			t.Errorf("%+v after %s", next, first[1].ID)
		}
		if all := readEvents(t, d, audit.EventQuery{Limit: 10, Newest: true}); len(all) != 3 || all[0].ID != next[0].ID {
			t.Errorf("newest first: %+v", all)
		}
	})
}

// An application that writes entries by the thousand under an event's name must
// not keep everybody else's events out of reach of a request.
func TestEntriesThatAreNoEventsAreLeftBehind(t *testing.T) {
	defer audit.SetMaxLooked(600)()
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := id.New[id.Organization]()
		forged := make([]audit.Event, 1500)
		for i := range forged {
			key := id.New[id.Event]()
			forged[i] = audit.Event{ID: key, Type: "user.created", Source: audit.Application, OccurredAt: time.Now(), RecordedAt: id.Time(key), ActorKind: "user", Targets: []audit.Target{}, Data: []byte("{}")}
			forged[i].OrganizationID = &org
		}
		err := d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) error {
			if err := (db.MaybeTable[audit.Event, id.Event]{}).InsertAll(tx, forged); err != nil {
				return err
			}
			return audit.Record(tx, created("ada@example.com"))
		})
		if err != nil {
			t.Fatal(err)
		}
		numberAll(t, d)
		q, pages := audit.EventQuery{Limit: 10}, 0
		for found := 0; found == 0; pages++ {
			err := d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
				list, end, err := audit.Events(tx, q)
				found, q.After = len(list), end
				return err
			})
			if err != nil || q.After == "" {
				t.Fatalf("page %d ends nowhere: %v", pages, err)
			}
		}
		if pages < 2 {
			t.Errorf("%d pages", pages)
		}
		if err := d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
			list, end, err := audit.Events(tx, q)
			if len(list) != 0 || end != "" {
				t.Errorf("behind the end: %d events, %q", len(list), end)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}
