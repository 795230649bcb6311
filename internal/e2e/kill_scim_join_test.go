package e2e

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/users"
)

const joiners = 400 // are added when the server dies

// Killed with -9 while people are added who are committed together, a server has
// lost nobody who was answered, and of nobody is half there.
func TestKillLosesNobodyWhoWasAdded(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { killWhileJoining(t, dbtest.SQLiteURL(t)) })
	dbtest.OnPostgres(t, func(t *testing.T, address string) { killWhileJoining(t, address) })
}

func killWhileJoining(t *testing.T, address string) {
	env := Env(t, address)
	server := Start(t, env)
	d := beside(t, address)
	p := newPushed(t, d, server.URL, "Halden Marine", "halden.example")
	d.Close()
	answered := p.untilKilled(server, joiners, func(i int) (string, error) {
		a, err := p.try("POST", p.at("/Users"), person(fmt.Sprintf("joiner%d@halden.example", i)))
		if err == nil && a.Status != http.StatusCreated {
			err = fmt.Errorf("%d %s", a.Status, a.Raw)
			t.Error(err)
		}
		return a.Text("id"), err
	})
	if p.DB = beside(t, address); p.DB != nil {
		defer p.DB.Close()
	}
	p.checkJoiners(answered)
}

// checkJoiners: whoever is there has one record, one entry, an account and a
// membership; whoever was answered is there.
func (p *pushed) checkJoiners(answered map[string]bool) {
	p.T.Helper()
	ctx := context.WithoutCancel(p.T.Context())
	var entriesOf map[string]int
	err := p.DB.ReadDeployment(ctx, func(tx *db.AllTx) (err error) {
		entriesOf, err = entries(tx, "dsync.user.created")
		return err
	})
	if err != nil {
		p.T.Fatal(err)
	}
	for one := range entriesOf {
		if _, err := id.Parse[id.DirectoryUser](one); err != nil {
			delete(entriesOf, one) // the directory and the account are named, too
		}
		delete(answered, one)
	}
	if len(answered) > 0 {
		p.T.Errorf("answered, and gone: %v", answered)
	}
	err = p.DB.InOrg(ctx, p.org, actor.System("test"), func(tx *db.OrgTx) error {
		for one, entered := range entriesOf {
			u, err := directory.GetUser(tx, p.id, id.DirectoryUser(one))
			if err != nil {
				return fmt.Errorf("%s has an entry alone: %w", one, err)
			}
			records, _, err := directory.Requests(tx, p.id, directory.RequestQuery{Person: u.ID, Operation: "user.created", Outcomes: []string{directory.Applied}})
			if err != nil {
				return err
			}
			if entered != 1 || len(records) != 1 || u.UserID == nil {
				p.T.Errorf("%s: %d entries, %d records, account %v", u.UserName, entered, len(records), u.UserID)
				continue
			}
			if _, err := users.MembershipOf(tx, *u.UserID); err != nil {
				return fmt.Errorf("%s is no member: %w", u.UserName, err)
			}
		}
		counted, err := db.CountDirectory(tx, p.id)
		if err == nil && counted.UsersActive != int64(len(entriesOf)) {
			p.T.Errorf("%d people are counted, %d are there", counted.UsersActive, len(entriesOf))
		}
		return err
	})
	if err != nil {
		p.T.Fatal(err)
	}
}
