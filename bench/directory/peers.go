package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"gatehouse/bench/server"
)

// peers measures a Gatehouse beside npm's scimmy, in memory and on the same
// Postgres, in rounds that run all in turn.
type peers struct {
	dir    string
	rounds int
	only   string // the lanes whose name begins so; empty: all
}

// lane is an operation, and by how much the best peer is to be beaten.
type lane struct {
	operation
	least float64
}

// inLane is how many ask at a time, and inDirectory how many people there are:
// what ../shared/bench/scenarios has.
const (
	inLane      = 4
	inDirectory = 1000
)

// The lanes. "PATCH the same" is what the shared scenario asks, which says
// nothing new of anybody after the first time; "PATCH active" changes the person
// each time, and "create with an account" makes a member: what ours then do, to
// memberships, sessions, events and the proof of it, no peer does at all.
var lanes = []lane{
	{asked("get"), 5}, {asked("userName eq"), 5},
	{operation{"PATCH the same", http.MethodPatch, ok, person, func(*filled, int, int) string { return activate(false) }, anything}, 4},
	{asked("PATCH active"), 4},
	{operation{"create", http.MethodPost, []int{http.StatusCreated}, users, func(*filled, int, int) string { return newPerson(made.Add(1), "elsewhere.example") }, named}, 3},
	{operation{"create with an account", http.MethodPost, []int{http.StatusCreated}, users, func(*filled, int, int) string { return newPerson(made.Add(1), "example.com") }, named}, 3},
}

func users(*filled, int, int) string { return "/Users" }

// asked is one of the operations.
func asked(name string) operation {
	return operations[slices.IndexFunc(operations, func(o operation) bool { return o.name == name })]
}

// contestant is a running server.
type contestant struct {
	name string
	*client
	pid  int
	stop func()
}

func (p peers) compare(ctx context.Context, o options) error {
	all, err := p.start(ctx, o)
	defer func() {
		for _, c := range all {
			c.stop()
		}
	}()
	if err != nil {
		return err
	}
	for _, l := range lanes {
		if !strings.HasPrefix(l.operation.name, p.only) {
			continue
		}
		for _, c := range all { // everybody once, unmeasured
			left := new(atomic.Int64)
			left.Store(inDirectory)
			c.ask(l.operation, o.each*20, left)
		}
		rates, costs := make([][]float64, len(all)), make([][]float64, len(all))
		for range p.rounds {
			for i, c := range all {
				rate, cost, err := c.round(l.operation, o.each)
				if err != nil {
					return fmt.Errorf("%s, %s: %w", c.name, l.name, err)
				}
				rates[i], costs[i] = append(rates[i], rate), append(costs[i], cost)
			}
		}
		p.report(l, all, rates, costs)
	}
	return nil
}

// round is the rate of one round, and how many a second of the server's own
// computing answers: others on the machine disturb that less.
func (c contestant) round(op operation, life time.Duration) (rate, perCPU float64, err error) {
	before, err1 := server.CPU(c.pid)
	t := c.ask(op, life, nil)
	after, err2 := server.CPU(c.pid)
	return t.rate, float64(t.count) / (after - before).Seconds(), errors.Join(c.firstError(), err1, err2)
}

// report compares round by round with the peer that was best in that round.
func (p peers) report(l lane, all []contestant, rates, costs [][]float64) {
	ratio, verdict := p.lead(rates), "ok"
	if ratio < l.least {
		verdict = "MISSED"
	}
	fmt.Printf("scim %s:", l.name)
	for i, c := range all {
		fmt.Printf(" %s %.0f/s (%.0f a CPU second),", c.name, middle(rates[i]), middle(costs[i]))
	}
	fmt.Printf(" %.1f times the best peer by rate (%s, at least %.0f), %.1f by CPU\n", ratio, verdict, l.least, p.lead(costs))
}

// lead is how far the first is before the best of the others.
func (p peers) lead(of [][]float64) float64 {
	var ratios []float64
	for round := range p.rounds {
		best := 0.0
		for i := 1; i < len(of); i++ {
			best = max(best, of[i][round])
		}
		ratios = append(ratios, of[0][round]/best)
	}
	return middle(ratios)
}

func middle(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	return s[len(s)/2]
}

func (p peers) start(ctx context.Context, o options) (all []contestant, err error) {
	s := &server.Server{Binary: o.binary, CPUs: o.cpus, Dir: o.dir + "/directory-peers"}
	store, err := prepare(ctx, o, s, inDirectory)
	if err != nil {
		return nil, err
	}
	f, err := fill(ctx, store, inDirectory)
	store.Close()
	if err != nil {
		return nil, err
	}
	if _, err := s.Start(); err != nil {
		return nil, err
	}
	all = append(all, contestant{"gatehouse", newClient(s.Base+"/scim/v2/"+string(f.directory), token, inLane, f), s.PID(), s.Stop})
	for _, kind := range []string{"memory", "pg"} {
		c, err := p.scimmy(o, kind)
		if err != nil {
			return all, err
		}
		all = append(all, c)
	}
	return all, nil
}

// scimmy starts the npm peer on a free port and seeds it.
func (p peers) scimmy(o options, kind string) (contestant, error) {
	port, err := server.FreePort()
	if err != nil {
		return contestant{}, err
	}
	dsn, err := url.Parse(o.postgres)
	if err != nil {
		return contestant{}, err
	}
	args := []string{"node", "scimmy.mjs"}
	if o.cpus != "" {
		args = append([]string{"taskset", "-c", o.cpus}, args...)
	}
	command := exec.Command(args[0], args[1:]...)
	command.Dir = p.dir
	command.Env = append(os.Environ(), "BENCH_DSN="+dsn.String(), "PORT="+port, "STORE="+kind, "NODE_ENV=production")
	if err := command.Start(); err != nil {
		return contestant{}, err
	}
	stop := func() { _ = command.Process.Signal(syscall.SIGTERM); _ = command.Wait() }
	base := "http://127.0.0.1:" + port
	if err := seedPeer(base); err != nil {
		stop()
		return contestant{}, fmt.Errorf("scimmy (%s): %w", kind, err)
	}
	f := &filled{people: make([]string, inDirectory), active: make([]bool, inDirectory)}
	for i := range f.people {
		f.people[i], f.active[i] = fmt.Sprint("u", i), true
	}
	return contestant{"scimmy-" + kind, newClient(base+"/scim/v2", "scim-token", inLane, f), command.Process.Pid, stop}, nil
}

func seedPeer(base string) (err error) {
	for range 100 {
		var answer *http.Response
		if answer, err = http.Post(fmt.Sprintf("%s/__seed?users=%d", base, inDirectory), "", nil); err == nil {
			_ = answer.Body.Close()
			if answer.StatusCode != http.StatusNoContent {
				return fmt.Errorf("seeding: %d", answer.StatusCode)
			}
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}
