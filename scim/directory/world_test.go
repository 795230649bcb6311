package directory_test

import (
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/schema"
	"gatehouse/tenants"
)

var who = actor.System("test")

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func p[T any](v T) *T { return &v }

// organization makes one that holds domains.
func organization(t testing.TB, d *db.DB, domains ...string) id.Organization {
	t.Helper()
	var o *tenants.Organization
	must(t, d.InDeployment(t.Context(), who, func(tx *db.AllTx) (err error) {
		if err := tenants.SeedRoles(tx); err != nil {
			return err
		}
		n := tenants.New{Name: "Halden Marine"}
		for _, name := range domains {
			n.Domains = append(n.Domains, tenants.NewDomain{Domain: name, State: tenants.Verified})
		}
		o, err = tenants.Create(tx.Tx, n)
		return err
	}))
	return o.ID
}

func inOrg(t testing.TB, d *db.DB, org id.Organization, fn func(*db.OrgTx) error) {
	t.Helper()
	must(t, d.InOrg(t.Context(), org, who, fn))
}

// newDirectory is a directory of org with its first token.
func newDirectory(t testing.TB, d *db.DB, org id.Organization, n directory.New) (row *directory.Directory, issued *directory.Issued) {
	t.Helper()
	if n.Type == "" {
		n.Type = directory.Okta
	}
	inOrg(t, d, org, func(tx *db.OrgTx) (err error) {
		row, issued, err = directory.Create(tx, n)
		return err
	})
	return row, issued
}

// clock is time that a test moves.
func clock(d *db.DB) (forward func(time.Duration)) {
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	d.Now = func() time.Time { return now }
	return func(by time.Duration) { now = now.Add(by) }
}

// insert adds a person to a directory.
func insert(tx *db.OrgTx, d *directory.Directory, r schema.Resource) (*directory.User, error) {
	u, err := directory.NewUser(d, r)
	if err != nil {
		return nil, err
	}
	return u, directory.InsertUser(tx, u)
}
