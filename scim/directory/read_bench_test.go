package directory_test

import (
	"context"
	"fmt"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/scim/directory"
)

// BenchmarkReads is what an application's look-ups cost by the management API,
// at two sizes: a page, a page of a group that everybody is in, somebody by the
// provider's id, and by address.
func BenchmarkReads(b *testing.B) {
	each(b, func(b *testing.B, d *db.DB) {
		org := organization(b, d)
		dir, _ := newDirectory(b, d, org, directory.New{})
		g := newGroup(b, d, dir, "Everybody")
		has := 0
		for _, size := range []int{1_000, 100_000} {
			list := seed(b, d, dir, has, size)
			change(b, d, dir, g, func(tx *db.OrgTx, g *directory.Group) error {
				_, _, err := directory.AddMembers(tx, g, list)
				return err
			})
			analyze(b, d)
			has = size
			middle := db.Page{After: seeded(size / 2)}
			for name, q := range map[string]directory.PeopleQuery{
				"page": {Page: middle}, "group": {Group: g, Page: middle}, "idp_id": {IDPID: fmt.Sprint("x", size/3)}, "user_name": {IDPID: "nobody@halden.example"},
				"email": {Email: fmt.Sprintf("P%07d@halden.example", size/3)}, "email in group": {Email: fmt.Sprintf("P%07d@halden.example", size/3), Group: g},
			} {
				q.Directory = dir.ID
				b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
					for b.Loop() {
						must(b, d.ReadOrg(b.Context(), org, func(tx *db.OrgTx) error { _, _, err := directory.People(tx, q); return err }))
					}
				})
			}
		}
	})
}

// analyze gathers what Postgres does by itself within a minute or so. The
// tables' owner may, who the application's connections are not.
func analyze(b *testing.B, d *db.DB) {
	b.Helper()
	if d.Dialect != db.Postgres {
		return
	}
	_, conn := d.Pools()
	tx, err := conn.BeginTx(context.Background(), nil)
	must(b, err)
	defer tx.Rollback()
	for _, statement := range []string{"SET LOCAL ROLE NONE", "ANALYZE directory_users, directory_group_members, directory_user_emails"} {
		_, err := tx.Exec(statement)
		must(b, err)
	}
	must(b, tx.Commit())
}
