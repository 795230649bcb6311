package db_test

import (
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

type logStream struct {
	db.MaybeOwned
	ID            id.Stream
	Name          string
	Type          string
	Configuration string
	Filter        string
	State         string
	StartPosition int64
	Position      int64
	Delivered     int64
	Failures      int64
	NextAt        *time.Time
	LeasedUntil   *time.Time
	Lease         *string
	LastError     *string
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

func (logStream) TableName() string { return "log_streams" }

var logStreams = db.MaybeTable[logStream, id.Stream]{}

// A process that was cut off for a minute must not move a cursor that another
// one has moved on: entries would be left out or counted twice.
func TestOnlyWhoeverHoldsAStreamMovesIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org, _, _, _ := fixture(t, d)
		key := id.New[id.Stream]()
		err := d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) error {
			return logStreams.Insert(tx, &logStream{ID: key, Name: "SIEM", Type: "http", Configuration: "{}", Filter: "{}", State: "active", Position: 7})
		})
		if err != nil {
			t.Fatal(err)
		}
		now := d.Now()
		d.Now = func() time.Time { return now }
		do := func(what string, want bool, fn func(*db.AllTx) (bool, error)) {
			t.Helper()
			var did bool
			err := d.InDeployment(t.Context(), who, func(tx *db.AllTx) (err error) {
				did, err = fn(tx)
				return err
			})
			if err != nil || did != want {
				t.Errorf("%s: %v, %v", what, did, err)
			}
		}
		lease := func(name string) func(*db.AllTx) (bool, error) {
			return func(tx *db.AllTx) (bool, error) { return db.LeaseStream(tx, key, name, tx.Now().Add(time.Minute)) }
		}
		advance := func(name string, from int64) func(*db.AllTx) (bool, error) {
			return func(tx *db.AllTx) (bool, error) {
				return db.AdvanceStream(tx, db.StreamAdvance{Stream: key, Lease: name, From: from, To: from + 5, Entries: 5})
			}
		}
		renew := func(name string) func(*db.AllTx) (bool, error) {
			return func(tx *db.AllTx) (bool, error) {
				kept, err := db.RenewStreams(tx, name, tx.Now().Add(time.Minute))
				return len(kept) == 1 && kept[0].ID == key, err
			}
		}
		fail := func(name string) func(*db.AllTx) (bool, error) {
			return func(tx *db.AllTx) (bool, error) {
				return db.FailStream(tx, db.StreamFailure{Stream: key, Lease: name, Error: "no", Next: tx.Now(), Broken: true})
			}
		}
		free := func(tx *db.AllTx) (bool, error) {
			found, err := db.FreeStreams(tx, 10)
			return len(found) == 1, err
		}
		do("it is free", true, free)
		do("one takes it", true, lease("one"))
		do("another takes it too", false, lease("two"))
		do("it is free still", false, free)
		do("one moves it", true, advance("one", 7))
		do("one moves it from where it stood before", false, advance("one", 7))
		do("another moves it", false, advance("two", 12))
		do("another fails it", false, fail("two"))
		do("another renews it", false, renew("two"))
		do("one renews it", true, renew("one"))
		now = now.Add(2 * time.Minute)
		do("another takes it once the lease ended", true, lease("two"))
		do("one moves it afterwards", false, advance("one", 12))
		do("one fails it afterwards", false, fail("one"))
		do("one gives it back afterwards", false, func(tx *db.AllTx) (bool, error) {
			if err := db.ReleaseStream(tx, key, "one"); err != nil {
				return false, err
			}
			return free(tx)
		})
		do("another fails it", true, fail("two"))
		do("another moves it", true, advance("two", 12))
		err = d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
			s, err := logStreams.Get(tx, key)
			if err == nil && (s.Position != 17 || s.Delivered != 10 || s.State != "active" || s.Failures != 0 || s.LastError != nil || s.OrganizationID == nil) {
				t.Errorf("%+v", s)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		do("all are given back", true, func(tx *db.AllTx) (bool, error) {
			if err := db.ReleaseStreams(tx); err != nil {
				return false, err
			}
			return free(tx)
		})
	})
}
