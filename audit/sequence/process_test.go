package sequence_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

// process makes this test binary a sequencer of its own, which can be killed.
const process = "GATEHOUSE_TEST_SEQUENCER"

func TestMain(m *testing.M) {
	if address := os.Getenv(process); address != "" {
		d, err := db.Open(context.Background(), db.Options{URL: address, MaxConns: 2})
		if err == nil {
			err = sequencer(d).Run(context.Background())
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// A sequencer that is killed in the middle of a batch must leave nothing half
// done: a number without its link, or an entry that waits for ever.
func TestASequencerMayBeKilledAtAnyMoment(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { killed(t, dbtest.SQLiteURL(t)) })
	dbtest.OnPostgres(t, func(t *testing.T, address string) { killed(t, address) })
}

func killed(t *testing.T, address string) {
	d, err := db.Open(t.Context(), db.Options{URL: address, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	a, b := id.New[id.Organization](), id.New[id.Organization]()
	total := 0
	for round := range 12 {
		for _, org := range []*id.Organization{&a, nil, &b} {
			record(t, d, org, 40)
			total += 40
		}
		sequencer := exec.Command(os.Args[0])
		sequencer.Env = append(os.Environ(), process+"="+address)
		if err := sequencer.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(20+13*round) * time.Millisecond)
		_ = sequencer.Process.Kill()
		_ = sequencer.Wait()
	}
	numberAll(t, d)
	whole(t, d, total)
}
