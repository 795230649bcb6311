package provision_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/scim/directory"
	"gatehouse/sessions"
	"gatehouse/users"
)

// stored is the person as the directory has them now; nil: no more.
func (s *scene) stored(u *directory.User) (row *directory.User) {
	s.Helper()
	s.must(s.d.ReadOrg(s.Context(), s.org, func(tx *db.OrgTx) (err error) {
		row, err = directory.GetUser(tx, u.DirectoryID, u.ID)
		if errors.Is(err, db.ErrNotFound) {
			return nil
		}
		return err
	}))
	return row
}

// membership is an account's in Halden; nil: none.
func (s *scene) membership(account id.User) (m *users.Membership) {
	s.Helper()
	s.must(s.d.ReadOrg(s.Context(), s.org, func(tx *db.OrgTx) (err error) {
		m, err = users.MembershipOf(tx, account)
		if errors.Is(err, db.ErrNotFound) {
			m, err = nil, nil
		}
		return err
	}))
	return m
}

// role is the person's in Halden; "" where they are no active member.
func (s *scene) role(u *directory.User) string {
	s.Helper()
	row := s.stored(u)
	if row == nil {
		row = u
	}
	if row.UserID == nil {
		return ""
	}
	m := s.membership(*row.UserID)
	if m == nil || m.Status != users.Active {
		return ""
	}
	return m.RoleSlug
}

func (s *scene) account(u id.User) (found *users.User) {
	s.Helper()
	s.must(s.d.Read(s.Context(), func(tx *db.Tx) (err error) {
		found, err = users.Get(tx, u)
		return err
	}))
	return found
}

// byEmail is whose account has an address; nil: nobody's.
func (s *scene) byEmail(email string) (found *users.User) {
	s.Helper()
	s.must(s.d.Read(s.Context(), func(tx *db.Tx) (err error) {
		found, err = users.GetByEmail(tx, email)
		if errors.Is(err, db.ErrNotFound) {
			err = nil
		}
		return err
	}))
	return found
}

// session starts one of an account in an organization.
func (s *scene) session(account id.User, org id.Organization) (row *sessions.Session) {
	s.Helper()
	s.must(s.d.Tx(s.Context(), tester, func(tx *db.Tx) (err error) {
		row, err = sessions.Start(tx, sessions.New{User: account, Client: s.client(tx), Organization: &org, Method: sessions.Password})
		return err
	}))
	return row
}

// clients belong to a higher floor, so that the tests make their rows here.
type client struct {
	db.Global
	ID                   id.Client
	Name, Type           string
	BuiltIn, FirstParty  bool
	TokenAlgorithm       string
	AccessTokenSeconds   int64
	CreatedAt, UpdatedAt time.Time
}

func (client) TableName() string { return "clients" }

var clients = db.GlobalTable[client, id.Client]{}

const accessSeconds = 300

func (s *scene) client(tx *db.Tx) id.Client {
	const key id.Client = "client_test"
	if _, err := clients.Get(tx, key); errors.Is(err, db.ErrNotFound) {
		s.must(clients.Insert(tx, &client{ID: key, Name: "App", Type: "web", TokenAlgorithm: "RS256", AccessTokenSeconds: accessSeconds}))
	}
	return key
}

func (s *scene) live(row *sessions.Session) (live bool) {
	s.Helper()
	s.must(s.d.Read(s.Context(), func(tx *db.Tx) error {
		now, err := sessions.Get(tx, row.ID)
		live = err == nil && now.LiveAt(tx.Now())
		return err
	}))
	return live
}

// events are the entries of some kinds, the oldest first; without kinds all.
func (s *scene) events(kinds ...string) (found []audit.Event) {
	s.Helper()
	s.must(s.d.ReadDeployment(s.Context(), func(tx *db.AllTx) (err error) {
		found, err = audit.List(tx, audit.Filter{Types: kinds, Oldest: true})
		return err
	}))
	return found
}

func (s *scene) count(kind string) int {
	s.Helper()
	return len(s.events(kind))
}

// last is what the newest entry of a kind says.
func (s *scene) last(kind string) map[string]any {
	s.Helper()
	all := s.events(kind)
	if len(all) == 0 {
		s.Fatalf("no %s", kind)
	}
	var data map[string]any
	s.must(json.Unmarshal(all[len(all)-1].Data, &data))
	return data
}

// silent wants nothing to have been recorded by fn.
func (s *scene) silent(what string, fn func()) {
	s.Helper()
	before := len(s.events())
	fn()
	if after := s.events(); len(after) != before {
		var kinds []string
		for _, e := range after[before:] {
			kinds = append(kinds, e.Type)
		}
		s.Errorf("%s: recorded %v", what, kinds)
	}
}

func (s *scene) departures() (rows []directory.Departure) {
	s.Helper()
	s.must(s.d.ReadOrg(s.Context(), s.org, func(tx *db.OrgTx) (err error) {
		rows, _, err = directory.Departures(tx, s.dir.ID, directory.DepartureQuery{Page: db.Page{Limit: 100}})
		return err
	}))
	return rows
}

// work works off what requests have asked jobs for.
func (s *scene) work() {
	s.Helper()
	r := jobs.NewRegistry()
	s.service.Register(r)
	runner, err := jobs.Start(context.WithoutCancel(s.Context()), s.d, r, slog.New(slog.DiscardHandler))
	s.must(err)
	defer func() { s.must(runner.Stop(context.WithoutCancel(s.Context()))) }()
	_, queue := s.d.Pools()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		var left int
		s.must(queue.QueryRow("SELECT count(*) FROM river_job WHERE kind LIKE 'directory_%' AND state NOT IN ('completed', 'cancelled', 'discarded')").Scan(&left))
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			s.Fatalf("%d jobs wait", left)
		}
	}
}
