package jobs_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/jobs"
	"gatehouse/internal/seal"
)

// workerOf makes this program a worker of the database that it names: a
// process that a test can kill.
const workerOf = "GATEHOUSE_TEST_WORKER_OF"

func TestMain(m *testing.M) {
	if address := os.Getenv(workerOf); address != "" {
		workForever(address)
	}
	os.Exit(m.Run())
}

func openAt(ctx context.Context, address string) (*db.DB, error) {
	keys, err := seal.NewKeyring([][]byte{make([]byte, seal.KeySize)})
	if err != nil {
		return nil, err
	}
	return db.Open(ctx, db.Options{URL: address, MaxConns: 8, Keys: keys})
}

// workForever says which job it has begun, and never ends one.
func workForever(address string) {
	ctx := context.Background()
	d, err := openAt(ctx, address)
	if err != nil {
		panic(err)
	}
	r := hurried()
	jobs.Handle(r, func(_ context.Context, a noteArgs) error {
		fmt.Println("begun", a.Note)
		select {}
	})
	if _, err := jobs.Start(ctx, d, r, slog.New(slog.DiscardHandler)); err != nil {
		panic(err)
	}
	select {}
}

func hurried() *jobs.Registry {
	r := jobs.NewRegistry()
	r.Hurry(2*time.Second, 3*time.Second)
	return r
}

// A job whose worker was killed in the middle of it runs again: else the mail,
// the offboarding or the export that it is about would never happen.
func TestAJobWhoseWorkerWasKilledRunsAgain(t *testing.T) {
	rescued := func(t *testing.T, address string) {
		d, err := openAt(t.Context(), address)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		enqueue(t, d, noteArgs{Note: "a mail"})
		killInTheMiddle(t, address)
		j := until(t, d, jobs.Query{State: jobs.Running})

		ran := make(chan string, 1)
		r := hurried()
		jobs.Handle(r, func(_ context.Context, a noteArgs) error { ran <- a.Note; return nil })
		runner, err := jobs.Start(context.WithoutCancel(t.Context()), d, r, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer runner.Stop(context.WithoutCancel(t.Context()))
		select {
		case note := <-ran:
			if note != "a mail" {
				t.Errorf("%q ran", note)
			}
		case <-time.After(90 * time.Second): // a killed leader is missed after some 15 s, a killed worker within 30 s more
			t.Fatal("the job was lost")
		}
		done := until(t, d, jobs.Query{State: jobs.Completed})
		if done.ID != j.ID || done.Attempt != 2 || len(done.Errors) != 1 || !strings.Contains(done.Errors[0].Error, "rescued") {
			t.Errorf("%+v", done)
		}
	}
	t.Run("sqlite", func(t *testing.T) { rescued(t, dbtest.SQLiteURL(t)) })
	dbtest.OnPostgres(t, rescued)
}

// killInTheMiddle has another process begin the job, and kills it.
func killInTheMiddle(t *testing.T, address string) {
	t.Helper()
	worker := exec.Command(os.Args[0])
	worker.Env = append(os.Environ(), workerOf+"="+address)
	said, err := worker.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := worker.Start(); err != nil {
		t.Fatal(err)
	}
	begun := make(chan bool, 1)
	go func() {
		lines := bufio.NewScanner(said)
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "begun") {
				begun <- true
				return
			}
		}
		begun <- false
	}()
	select {
	case there := <-begun:
		if !there {
			t.Error("the worker ended by itself")
		}
	case <-time.After(60 * time.Second):
		t.Error("the worker did not begin")
	}
	_ = worker.Process.Kill() // SIGKILL
	_ = worker.Wait()
	if t.Failed() {
		t.FailNow()
	}
}
