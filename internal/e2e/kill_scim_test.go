package e2e

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
	"gatehouse/users"
)

const leavers = 120 // are deactivated when the server dies

// kill -9 at any moment: whoever was answered to be deactivated is, with the
// record and the proof of it; of nobody half of it is there.
func TestKillLosesNoDeactivationThatWasAnswered(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { killWhileLeaving(t, dbtest.SQLiteURL(t)) })
	dbtest.OnPostgres(t, func(t *testing.T, address string) { killWhileLeaving(t, address) })
}

func killWhileLeaving(t *testing.T, address string) {
	env := Env(t, address)
	server := Start(t, env)
	d := beside(t, address)
	p := newPushed(t, d, server.URL, "Halden Marine", "halden.example")
	p.in(func(tx *db.OrgTx) error {
		row, err := directory.Get(tx, p.id)
		if err != nil {
			return err
		}
		return provision.SetSafeguard(tx, row, provision.SafeguardChange{MaxDeactivations: ptr[*int64](nil), MaxPercent: ptr[*int64](nil)})
	})
	p.owner("owner@elsewhere.example")
	people := make([]string, leavers)
	for i := range people {
		people[i] = p.user(fmt.Sprintf("leaver%d@halden.example", i))
	}
	d.Close()
	answered := p.leaveAll(server, people)
	again := Start(t, env)
	p.URL = again.URL
	for one := range answered {
		if a := p.want(http.StatusOK, "GET", "/Users/"+one, nil); a.Body["active"] != false {
			t.Errorf("%s was answered and is active: %s", one, a.Raw)
		}
	}
	again.Kill()
	if p.DB = beside(t, address); p.DB != nil {
		defer p.DB.Close()
	}
	p.checkLeavers(people, answered)
}

// leaveAll deactivates everybody from many sides until the server is gone.
func (p *pushed) leaveAll(server *Process, people []string) map[string]bool {
	p.T.Helper()
	return p.untilKilled(server, len(people), func(i int) (string, error) {
		a, err := p.try("PATCH", p.at("/Users/"+people[i]), patch("Replace", "active", "False"))
		if err == nil && a.Status != http.StatusOK {
			err = fmt.Errorf("%d %s", a.Status, a.Raw)
			p.T.Error(err)
		}
		return people[i], err
	})
}

// untilKilled does so many things from many sides, and kills the server when a
// third of them was answered. It returns whom the answers were about.
func (p *pushed) untilKilled(server *Process, count int, do func(i int) (string, error)) map[string]bool {
	p.T.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	var next atomic.Int64
	answered := map[string]bool{}
	for range 8 {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(count); i = next.Add(1) - 1 {
				one, err := do(int(i))
				if err != nil {
					return // the server is gone
				}
				mu.Lock()
				answered[one] = true
				mu.Unlock()
			}
		})
	}
	enough := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(answered) > count/3
	}
	for deadline := time.Now().Add(30 * time.Second); !enough() && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	server.Kill()
	wg.Wait()
	p.T.Logf("killed after %d of %d", len(answered), count)
	if len(answered) == 0 || len(answered) == count {
		p.T.Fatal("the server did not die in the middle, so nothing was tested")
	}
	return answered
}

// checkLeavers: everybody is whole. Who is inactive has one record of it, one
// proof, one entry, and no membership that lives; who is active has none.
func (p *pushed) checkLeavers(people []string, answered map[string]bool) {
	p.T.Helper()
	ctx := context.WithoutCancel(p.T.Context())
	entriesOf := map[string]int{}
	err := p.DB.ReadDeployment(ctx, func(tx *db.AllTx) (err error) {
		entriesOf, err = entries(tx, "dsync.user.updated")
		return err
	})
	if err != nil {
		p.T.Fatal(err)
	}
	err = p.DB.InOrg(ctx, p.org, actor.System("test"), func(tx *db.OrgTx) error {
		for _, one := range people {
			if err := p.checkLeaver(tx, one, answered[one], entriesOf[one]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		p.T.Fatal(err)
	}
}

func (p *pushed) checkLeaver(tx *db.OrgTx, one string, answered bool, entered int) error {
	u, err := directory.GetUser(tx, p.id, id.DirectoryUser(one))
	if err != nil {
		return err
	}
	records, _, err := directory.Requests(tx, p.id, directory.RequestQuery{Person: u.ID, Operation: "user.deactivated", Outcomes: []string{directory.Applied}})
	if err != nil {
		return err
	}
	left, _, err := directory.Departures(tx, p.id, directory.DepartureQuery{User: u.ID})
	if err != nil {
		return err
	}
	m, err := users.MembershipOf(tx, *u.UserID)
	if err != nil {
		return err
	}
	want := 0
	if !u.Active {
		want = 1
	}
	if len(records) != want || len(left) != want || entered != want || (m.Status == users.Inactive) != !u.Active || answered && u.Active {
		p.T.Errorf("%s: active %v, answered %v, %d records, %d departures, %d entries, membership %s", one, u.Active, answered, len(records), len(left), entered, m.Status)
	}
	return nil
}
