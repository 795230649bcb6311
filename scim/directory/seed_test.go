package directory_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/scim/directory"
)

// seeded is the id of the person number n of seed.
func seeded(n int) string { return fmt.Sprintf("directory_user_01%024d", n) }

// seed stores the people from and to numbers by one statement, for tests of a
// size at which a person after the other would take minutes.
func seed(t testing.TB, d *db.DB, dir *directory.Directory, from, to int) (list []string) {
	t.Helper()
	if d.Dialect == db.Postgres {
		raw(t, d, dir, `INSERT INTO directory_users (id, organization_id, directory_id, user_name, user_name_key, external_id, email, email_key, active, resource, version, kept, created_at, updated_at)
			SELECT 'directory_user_01' || lpad(i::text, 24, '0'), $1, $2, name, name, 'x' || i, name, name, true,
			jsonb_build_object('userName', name, 'active', true, 'emails', jsonb_build_array(jsonb_build_object('value', name, 'type', 'work', 'primary', true))), 1, false, now(), now()
			FROM (SELECT i, 'p' || lpad(i::text, 7, '0') || '@halden.example' AS name FROM generate_series($3::int, $4::int) AS i) AS all_of_them`, dir.OrganizationID, dir.ID, from, to-1)
		raw(t, d, dir, "ANALYZE directory_users")
	} else {
		raw(t, d, dir, `WITH RECURSIVE n(i) AS (SELECT ?3 UNION ALL SELECT i + 1 FROM n WHERE i < ?4), p(i, name) AS (SELECT i, printf('p%07d@halden.example', i) FROM n)
			INSERT INTO directory_users (id, organization_id, directory_id, user_name, user_name_key, external_id, email, email_key, active, resource, version, kept, created_at, updated_at)
			SELECT printf('directory_user_01%024d', i), ?1, ?2, name, name, 'x' || i, name, name, true,
			json_object('userName', name, 'active', json('true'), 'emails', json_array(json_object('value', name, 'type', 'work', 'primary', json('true')))), 1, false, ?5, ?5 FROM p`,
			dir.OrganizationID, dir.ID, from, to-1, time.Now().UTC())
	}
	for i := from; i < to; i++ {
		list = append(list, seeded(i))
	}
	return list
}

// raw runs a statement beside the handles, in the directory's organization.
func raw(t testing.TB, d *db.DB, dir *directory.Directory, statement string, args ...any) {
	t.Helper()
	_, conn := d.Pools()
	tx, err := conn.BeginTx(context.Background(), nil)
	must(t, err)
	defer tx.Rollback()
	if d.Dialect == db.Postgres {
		_, err = tx.Exec("SELECT set_config('app.organization_id', $1, true)", string(dir.OrganizationID))
		must(t, err)
	}
	_, err = tx.Exec(statement, args...)
	must(t, err)
	must(t, tx.Commit())
}

// each runs fn on SQLite, and on Postgres where there is one: dbtest.Run for benchmarks.
func each(b *testing.B, fn func(b *testing.B, d *db.DB)) {
	b.Run("sqlite", func(b *testing.B) { fn(b, dbtest.SQLite(b)) })
	if postgres() {
		b.Run("postgres", func(b *testing.B) { fn(b, dbtest.Postgres(b)) })
	}
}
