package e2e

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"gatehouse/internal/dbtest"
)

// Who runs workers apart from servers wants no job in a server: it would take
// the time of requests.
func TestTheWorkerAloneWorksTheJobs(t *testing.T) {
	t.Parallel()
	dbtest.OnPostgres(t, theWorkerAloneWorksTheJobs)
}

func theWorkerAloneWorksTheJobs(t *testing.T, address string) {
	q, env := newQueue(t, address), Env(t, address)
	s := Start(t, append(env, "GATEHOUSE_WORKER=off"))
	q.enqueue(1)
	time.Sleep(2 * time.Second)
	if n := q.count("count(*)", "state = 'available' AND attempt = 0"); n != 1 {
		t.Error("a server without a worker touched the job")
	}
	if n := q.count("count(*)", "true"); n != 1 {
		t.Errorf("a server without a worker added jobs: there are %d", n)
	}
	w := launch(t, worker, env)
	q.await(2, "state = 'completed'") // that one, and the worker's own at its start
	for _, p := range []*Process{w, s} {
		p.Signal(syscall.SIGTERM)
		if err := p.Wait(20 * time.Second); err != nil {
			t.Errorf("ended with %v\n%s", err, p.Log)
		}
	}
}

// A deployment replaces processes all the time: a job that runs is finished by
// the process that began it, in a worker and in a server alike.
func TestSIGTERMLetsARunningJobFinish(t *testing.T) {
	t.Parallel()
	for _, name := range []string{worker, server} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.OnPostgres(t, func(t *testing.T, address string) { finishesItsJob(t, name, address) })
		})
	}
}

func finishesItsJob(t *testing.T, name, address string) {
	q := newQueue(t, address)
	release := q.hold()
	p := launch(t, name, Env(t, address))
	q.await(1, "state = 'running'")
	p.Signal(syscall.SIGTERM)
	if err := p.Wait(time.Second); err == nil || !strings.Contains(err.Error(), "still running") {
		t.Fatalf("did not wait for its job: %v\n%s", err, p.Log)
	}
	release()
	if err := p.Wait(20 * time.Second); err != nil {
		t.Errorf("ended with %v\n%s", err, p.Log)
	}
	if q.count("count(*)", "state = 'completed' AND attempt = 1 AND errors IS NULL") != 1 {
		t.Error("the job was not finished")
	}
}

// A job whose worker died is worked again by another: otherwise a machine that
// goes away takes its mails with it.
func TestAKilledWorkersJobIsWorkedAgain(t *testing.T) {
	t.Parallel()
	dbtest.OnPostgres(t, aKilledWorkersJobIsWorkedAgain)
}

func aKilledWorkersJobIsWorkedAgain(t *testing.T, address string) {
	q, env := newQueue(t, address), Env(t, address)
	release := q.hold()
	launched := launch(t, worker, env)
	q.await(1, "state = 'running'")
	launched.Kill()
	release()
	// The time that must pass is in the rows: we take it off there.
	q.exec("UPDATE river_job SET attempted_at = attempted_at - interval '6 minutes'")
	q.exec("UPDATE river_leader SET expires_at = now()")
	launch(t, worker, env)
	q.await(1, "state = 'completed' AND attempt = 2 AND attempted_by[1] <> attempted_by[2]")
}

// Periodic work is done once, however many workers there are, and they share
// the rest.
func TestTwoWorkersShareTheWorkAndDoPeriodicWorkOnce(t *testing.T) {
	t.Parallel()
	dbtest.OnPostgres(t, twoWorkersShareTheWorkAndDoPeriodicWorkOnce)
}

func twoWorkersShareTheWorkAndDoPeriodicWorkOnce(t *testing.T, address string) {
	const ours = 12 // more than one worker takes at a time
	q, env := newQueue(t, address), Env(t, address)
	q.enqueue(ours)
	release := q.hold()
	launch(t, worker, env)
	launch(t, worker, env)
	q.await(ours+1, "state = 'running'")
	if n := q.count("count(DISTINCT attempted_by[1])", "true"); n != 2 {
		t.Errorf("%d workers took jobs", n)
	}
	release()
	q.await(ours+1, "state = 'completed'")
	time.Sleep(7 * time.Second) // the leader is chosen every five
	if n := q.count("count(*)", "true"); n != ours+1 {
		t.Errorf("the periodic job was added %d times", n-ours)
	}
	if n := q.count("count(*)", "attempt <> 1"); n != 0 {
		t.Errorf("%d jobs were worked more than once", n)
	}
}

// SQLite has one writer. A second process beside it must be told so, not fail
// some time later.
func TestAWorkerIsRefusedOnSQLite(t *testing.T) {
	t.Parallel()
	for name, more := range map[string]string{worker: "GATEHOUSE_LOG_LEVEL=warn", server: "GATEHOUSE_WORKER=off"} {
		out, err := command(t, name, append(Env(t, ""), more)).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "SQLite") || !strings.Contains(string(out), "postgres://") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		if lines := strings.Count(strings.TrimSpace(string(out)), "\n"); lines != 0 {
			t.Errorf("%s: more than a sentence:\n%s", name, out)
		}
	}
}
