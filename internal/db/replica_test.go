package db_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
)

// withReplica opens a database with another address to read at.
func withReplica(t *testing.T, address, replica string) *db.DB {
	t.Helper()
	keys, err := seal.NewKeyring([][]byte{make([]byte, seal.KeySize)})
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), db.Options{URL: address, ReadURL: replica, Keys: keys, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// named is an address whose connections say where they are.
func named(address, name string) string {
	sign := "?"
	if strings.Contains(address, "?") {
		sign = "&"
	}
	return address + sign + "application_name=" + name
}

// where is which server each kind of transaction is on.
func where(t *testing.T, d *db.DB, org id.Organization) (late, read, write, role string) {
	t.Helper()
	for _, err := range []error{
		d.ReadOrgLate(t.Context(), org, func(tx *db.OrgTx) error { late, role = tx.Server(), tx.Role(); return nil }),
		d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error { read = tx.Server(); return nil }),
		d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) error { write = tx.Server(); return nil }),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return late, read, write, role
}

// A search of a large log must not slow sign-ins down where a replica can bear
// it; what has to be new is never asked there, and nobody sees more there.
func TestOnlyWhatMayBeOldIsReadOnTheReplica(t *testing.T) {
	dbtest.OnPostgres(t, func(t *testing.T, address string) {
		d := withReplica(t, named(address, "primary"), named(address, "replica"))
		a, _, own, foreign := fixture(t, d)
		late, read, write, role := where(t, d, a)
		if late != "replica" || read != "primary" || write != "primary" || role != "gatehouse_app" {
			t.Errorf("late reads are on %s as %s, reads on %s, writes on %s", late, role, read, write)
		}
		if refused, set := d.Replica(t.Context()); refused != nil || !set {
			t.Error(refused, set)
		}
		err := d.ReadOrgLate(t.Context(), a, func(tx *db.OrgTx) error {
			if _, err := domains.Get(tx, own); err != nil {
				t.Errorf("its own row: %v", err)
			}
			if n, err := domains.Count(tx); err != nil || n != 1 {
				t.Errorf("%d rows are in sight: %v", n, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		err = d.ReadOrgLate(t.Context(), a, func(tx *db.OrgTx) error {
			_, err := domains.Update(tx, own, db.Set{"state": "verified"})
			return err
		})
		if err == nil {
			t.Error("a late read wrote")
		}
		// What the replica does not have, yet, the primary is asked for.
		var asked []string
		err = d.ReadOrgLate(t.Context(), a, func(tx *db.OrgTx) error {
			asked = append(asked, tx.Server())
			_, err := domains.Get(tx, foreign)
			return err
		})
		if err == nil || len(asked) != 2 || asked[1] != "primary" {
			t.Errorf("another organization's row: %v, asked %v", err, asked)
		}
		err = d.ReadDeploymentLate(t.Context(), func(tx *db.AllTx) error {
			if n, err := domains.Count(tx); err != nil || n != 2 || tx.Server() != "replica" {
				t.Errorf("the deployment sees %d on %s: %v", n, tx.Server(), err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// A replica that is down, or is none, costs nobody an answer.
func TestWithoutTheReplicaThePrimaryIsAsked(t *testing.T) {
	dbtest.OnPostgres(t, func(t *testing.T, address string) {
		gone, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		down := "postgres://nobody@" + gone.Addr().String() + "/none?sslmode=disable&connect_timeout=1"
		gone.Close()
		for what, replica := range map[string]string{"down": down, "without the schema": named(replaceDatabase(address), "replica")} {
			d := withReplica(t, named(address, "primary"), replica)
			a, _, _, _ := fixture(t, d)
			begun := time.Now()
			for range 3 {
				if late, _, _, _ := where(t, d, a); late != "primary" && what == "down" {
					t.Errorf("%s: late reads are on %s", what, late)
				}
			}
			err := d.ReadOrgLate(t.Context(), a, func(tx *db.OrgTx) error { _, err := domains.Count(tx); return err })
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
			if refused, set := d.Replica(t.Context()); what == "down" && (refused == nil || !set) {
				t.Error("one that is down serves")
			}
			if took := time.Since(begun); took > 10*time.Second {
				t.Errorf("%s: it took %s", what, took)
			}
		}
	})
}

// replaceDatabase is the server's own database, which has none of our tables.
func replaceDatabase(address string) string {
	head, query, _ := strings.Cut(address, "?")
	return head[:strings.LastIndex(head, "/")] + "/postgres?" + query
}

// A replica that replays no more must not serve last night's log.
func TestAReplicaThatIsBehindDoesNotServe(t *testing.T) {
	ago := []time.Duration{20 * time.Second, 4 * time.Second, time.Second, 0}
	places := []uint64{100, 200, 300, 400}
	for place, serves := range map[uint64]bool{400: true, 500: true, 399: true, 200: true, 199: false, 100: false, 0: false} {
		if err := db.Marked(place, ago, places); (err == nil) != serves {
			t.Errorf("at %d: %v", place, err)
		}
	}
}
