package directory_test

import (
	"fmt"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/schema"
)

// sizes are how many people a directory has: what a request costs must not
// follow from it.
var sizes = []int{1_000, 20_000}

func atEachSize(b *testing.B, fn func(b *testing.B, d *db.DB, dir *directory.Directory, size int)) {
	each(b, func(b *testing.B, d *db.DB) {
		dir, _ := newDirectory(b, d, organization(b, d), directory.New{})
		seeded := 0
		for _, size := range sizes {
			seed(b, d, dir, seeded, size)
			seeded = size
			b.Run(fmt.Sprint(size), func(b *testing.B) { fn(b, d, dir, size) })
		}
	})
}

func BenchmarkInsertUser(b *testing.B) {
	n := 0
	atEachSize(b, func(b *testing.B, d *db.DB, dir *directory.Directory, _ int) {
		for b.Loop() {
			n++
			newUser(b, d, dir, person(fmt.Sprintf("new%d@halden.example", n)))
		}
	})
}

func BenchmarkGetUser(b *testing.B) {
	atEachSize(b, func(b *testing.B, d *db.DB, dir *directory.Directory, size int) {
		n := 0
		for b.Loop() {
			n += 7919
			readUser(b, d, dir, id.DirectoryUser(seeded(n%size)))
		}
	})
}

func BenchmarkUpdateUser(b *testing.B) {
	atEachSize(b, func(b *testing.B, d *db.DB, dir *directory.Directory, size int) {
		n := 0
		for b.Loop() {
			n += 7919
			update(b, d, dir, id.DirectoryUser(seeded(n%size)), func(u *directory.User) schema.Resource { return with(u.Resource, "active", !u.Active) })
		}
	})
}

// BenchmarkAddOneMember adds one to a group that has 50,000, and takes one out.
func BenchmarkAddOneMember(b *testing.B) {
	for _, size := range []int{10, 50_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			each(b, func(b *testing.B, d *db.DB) {
				dir, _ := newDirectory(b, d, organization(b, d), directory.New{})
				p, g := seed(b, d, dir, 0, size+1), newGroup(b, d, dir, "Everybody")
				change(b, d, dir, g, func(tx *db.OrgTx, g *directory.Group) error {
					_, _, err := directory.AddMembers(tx, g, p[:size])
					return err
				})
				for b.Loop() {
					for _, do := range []memberChange{add(p[size]), remove(p[size])} {
						change(b, d, dir, g, func(tx *db.OrgTx, g *directory.Group) error { _, _, _, err := do(tx, g); return err })
					}
				}
			})
		})
	}
}
