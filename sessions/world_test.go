package sessions_test

import (
	"errors"
	"testing"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sessions"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, d *db.DB, fn func(*db.Tx) error) {
	t.Helper()
	must(t, d.Tx(t.Context(), who, fn))
}

func newUser(t *testing.T, d *db.DB) id.User {
	t.Helper()
	u := id.New[id.User]()
	write(t, d, func(tx *db.Tx) error {
		return people.Insert(tx, &person{ID: u, Email: string(u), EmailKey: string(u), Metadata: "{}"})
	})
	return u
}

func newOrganization(t *testing.T, d *db.DB) id.Organization {
	t.Helper()
	o := id.New[id.Organization]()
	write(t, d, func(tx *db.Tx) error {
		return organizations.Insert(tx, &organization{ID: o, Name: "x", Metadata: "{}"})
	})
	return o
}

func startBrowser(t *testing.T, d *db.DB, u id.User) (b *sessions.Browser, secret string) {
	t.Helper()
	write(t, d, func(tx *db.Tx) (err error) {
		b, secret, err = sessions.StartBrowser(tx, u, sessions.Password, sessions.Lifetimes{})
		return err
	})
	return
}

func start(t *testing.T, d *db.DB, u id.User, b *sessions.Browser, org *id.Organization) (s *sessions.Session) {
	t.Helper()
	n := sessions.New{User: u, Client: "client_x", Organization: org, Method: sessions.Password, IP: "198.51.100.4", UserAgent: "app"}
	if b != nil {
		n.BrowserSession = &b.ID
	}
	write(t, d, func(tx *db.Tx) (err error) { s, err = sessions.Start(tx, n); return err })
	return
}

func live(t *testing.T, d *db.DB, s *sessions.Session) bool {
	t.Helper()
	var err error
	_ = d.Read(t.Context(), func(tx *db.Tx) error { _, err = sessions.Live(tx, s.ID); return nil })
	if err != nil && !errors.Is(err, sessions.ErrEnded) {
		t.Fatal(err)
	}
	return err == nil
}

func find(d *db.DB, t *testing.T, secret string) (b *sessions.Browser, err error) {
	_ = d.Read(t.Context(), func(tx *db.Tx) error { b, err = sessions.FindBrowser(tx, secret); return nil })
	return
}

// recorded are the entries of one type, of every organization and none
func recorded(t *testing.T, d *db.DB, kind string) (found []audit.Event) {
	t.Helper()
	must(t, d.ReadDeployment(t.Context(), func(tx *db.AllTx) (err error) {
		found, err = audit.List(tx, audit.Filter{Types: []string{kind}, Oldest: true})
		return err
	}))
	return
}
