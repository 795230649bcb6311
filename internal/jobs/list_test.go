package jobs_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/jobs"
)

// brokenArgs are of a job that fails whenever it is tried.
type brokenArgs struct {
	Order int `json:"order"`
}

func (brokenArgs) Kind() string { return "broken" }

func enqueue(t *testing.T, d *db.DB, all ...jobs.Args) {
	t.Helper()
	err := d.Tx(t.Context(), actor.System("test"), func(tx *db.Tx) error {
		for _, args := range all {
			if err := jobs.Enqueue(tx, args); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func list(t *testing.T, d *db.DB, q jobs.Query) ([]*jobs.Job, db.Paging) {
	t.Helper()
	var rows []*jobs.Job
	var paging db.Paging
	err := d.ReadDeployment(t.Context(), func(tx *db.AllTx) (err error) {
		rows, paging, err = jobs.List(tx.Tx, q)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows, paging
}

func change(d *db.DB, n jobs.ID, how func(*db.Tx, jobs.ID) (*jobs.Job, error)) (j *jobs.Job, err error) {
	err = d.Tx(context.Background(), actor.System("test"), func(tx *db.Tx) (err error) {
		j, err = how(tx, n)
		return err
	})
	return j, err
}

// work starts a runner of both kinds, which ends with the test.
func work(t *testing.T, d *db.DB, note func(context.Context, noteArgs) error) {
	t.Helper()
	r := jobs.NewRegistry()
	jobs.Handle(r, note)
	jobs.Handle(r, func(context.Context, brokenArgs) error { return errors.New("the relay is away") })
	runner, err := jobs.Start(context.WithoutCancel(t.Context()), d, r, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := runner.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
}

// until waits for a job to be in a state.
func until(t *testing.T, d *db.DB, q jobs.Query) *jobs.Job {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if rows, _ := list(t, d, q); len(rows) > 0 {
			return rows[0]
		}
	}
	t.Fatalf("no job came to be %s", q.State)
	return nil
}

// An operator walks the queue page by page, in either direction: a job that a
// page leaves out is one that nobody sees.
func TestJobsAreListedPageByPage(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		for i := range 7 {
			enqueue(t, d, brokenArgs{Order: i}, noteArgs{Note: "x"})
		}
		var forward []string
		page := db.Page{Limit: 3}
		var last db.Paging
		for {
			rows, paging := list(t, d, jobs.Query{Kind: "broken", State: jobs.Waiting, Page: page})
			for _, j := range rows {
				forward = append(forward, j.ID.String())
			}
			if paging.After == "" {
				last = paging
				break
			}
			page.After = paging.After
		}
		if len(forward) != 7 || !slices.IsSortedFunc(forward, func(a, b string) int { return number(b) - number(a) }) {
			t.Fatalf("the newest first: %v", forward)
		}
		rows, _ := list(t, d, jobs.Query{Kind: "broken", Page: db.Page{Limit: 3, Before: last.Before}})
		if len(rows) != 3 || rows[0].ID.String() != forward[3] || rows[2].ID.String() != forward[5] {
			t.Errorf("the page before the last one: %v", rows)
		}
		for _, cursor := range []string{"job_999999", "job_01", "999", "job_", "org_1"} {
			err := d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
				_, _, err := jobs.List(tx.Tx, jobs.Query{Page: db.Page{After: cursor}})
				return err
			})
			if err == nil {
				t.Errorf("the cursor %q was taken", cursor)
			}
		}
	})
}

func number(text string) int {
	n, _ := jobs.ParseID(text)
	return int(n)
}

// What failed is seen with its reason, and tried again when somebody says so:
// else a mail that the relay refused would wait for hours after it was mended.
func TestAFailedJobSaysWhyAndIsTriedAgain(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		work(t, d, func(context.Context, noteArgs) error { return nil })
		enqueue(t, d, brokenArgs{Order: 1}, noteArgs{Note: "fine"})
		j := until(t, d, jobs.Query{State: jobs.Retrying})
		if j.Kind != "broken" || len(j.Errors) == 0 || j.Errors[0].Error != "the relay is away" || string(j.Args) != `{"order": 1}` && string(j.Args) != `{"order":1}` {
			t.Fatalf("%+v, arguments %s", j, j.Args)
		}
		tried := j.Attempt
		if _, err := change(d, j.ID, jobs.Retry); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(20 * time.Second); j.Attempt == tried && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			rows, _ := list(t, d, jobs.Query{Kind: "broken"})
			j = rows[0]
		}
		if j.Attempt == tried {
			t.Error("it was not tried again")
		}
		done := until(t, d, jobs.Query{State: jobs.Completed})
		if _, err := change(d, done.ID, jobs.Retry); !errors.Is(err, jobs.ErrCompleted) {
			t.Errorf("a completed job was run again: %v", err)
		}
		if _, err := change(d, done.ID, jobs.Cancel); !errors.Is(err, jobs.ErrOver) {
			t.Errorf("a completed job was cancelled: %v", err)
		}
		if _, err := change(d, 999_999, jobs.Retry); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("a job that is not there: %v", err)
		}
	})
}

// A job that was cancelled before its time never runs, and can be brought back.
func TestACancelledJobDoesNotRun(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		enqueue(t, d, noteArgs{Note: "no"}, noteArgs{Note: "yes"})
		rows, _ := list(t, d, jobs.Query{Page: db.Page{Order: db.Ascending}})
		if j, err := change(d, rows[0].ID, jobs.Cancel); err != nil || j.State != jobs.Cancelled {
			t.Fatalf("%+v, %v", j, err)
		}
		ran := make(chan string, 4)
		work(t, d, func(_ context.Context, a noteArgs) error { ran <- a.Note; return nil })
		until(t, d, jobs.Query{State: jobs.Completed})
		if first := <-ran; first != "yes" || len(ran) != 0 {
			t.Errorf("%q ran", first)
		}
		if j, err := change(d, rows[0].ID, jobs.Retry); err != nil || j.State != jobs.Waiting {
			t.Fatalf("%+v, %v", j, err)
		}
		select {
		case note := <-ran:
			if note != "no" {
				t.Errorf("%q ran", note)
			}
		case <-time.After(20 * time.Second):
			t.Error("a job that was brought back did not run")
		}
	})
}

// Cancelling what runs ends it soon on either database, so that an operator
// can stop what goes wrong.
func TestARunningJobHearsThatItIsCancelled(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		work(t, d, func(ctx context.Context, _ noteArgs) error {
			<-ctx.Done()
			return ctx.Err()
		})
		enqueue(t, d, noteArgs{})
		j := until(t, d, jobs.Query{State: jobs.Running})
		if _, err := change(d, j.ID, jobs.Retry); !errors.Is(err, jobs.ErrRunning) {
			t.Errorf("a running job was begun a second time: %v", err)
		}
		j, err := change(d, j.ID, jobs.Cancel)
		if err != nil || !j.Cancelling && j.State != jobs.Cancelled {
			t.Fatalf("%+v, %v", j, err)
		}
		until(t, d, jobs.Query{State: jobs.Cancelled})
	})
}

// The numbers above the list agree with the list.
func TestJobsAreCountedByState(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		enqueue(t, d, noteArgs{}, noteArgs{}, brokenArgs{})
		rows, _ := list(t, d, jobs.Query{})
		if _, err := change(d, rows[0].ID, jobs.Cancel); err != nil {
			t.Fatal(err)
		}
		err := d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
			counts, err := jobs.Counts(tx.Tx)
			if err != nil || counts[jobs.Waiting] != 2 || counts[jobs.Cancelled] != 1 || counts[jobs.Failed] != 0 {
				t.Errorf("%v, %v", counts, err)
			}
			kinds, err := jobs.Kinds(tx.Tx)
			if err != nil || !slices.Equal(kinds, []string{"broken", "note"}) {
				t.Errorf("%v, %v", kinds, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
