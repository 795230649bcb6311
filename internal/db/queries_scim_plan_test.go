package db

import (
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// A look-up that walked a table would take longer with each customer, and each
// request of a provider begins with one. Each hash must find its token, person
// and groups by indexes, one alone and many at once, before anything is known of
// the tables, as on the first day, and after.
func TestDirectoryLookUpsUseIndexes(t *testing.T) {
	if os.Getenv("GATEHOUSE_TEST_POSTGRES") == "" && os.Getenv("CI") == "" {
		return // SQLite has statements of its own: TestSQLiteTakesTheNarrowIndex
	}
	address := rowSecurityURL(t)
	owner, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(t.Context())
	look := func(byName string) {
		d, err := Open(t.Context(), Options{URL: address, MaxConns: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		index := map[string]string{" directory_tokens t": "directory_tokens_hash", " directory_users u": "directory_users_owned", " directory_group_members m": "directory_group_members_user", " directory_groups g": "directory_groups_owned"}
		for kind, s := range scimStatements {
			for _, text := range []string{s.one, s.many} {
				if index[" directory_users u"] = "directory_users_owned"; kind.by == ByUserName {
					index[" directory_users u"] = byName
				}
				scimPlanned(t, d, text, index)
			}
		}
	}
	look("directory_users_") // of two that begin with the directory it takes either
	for _, seed := range []string{
		`INSERT INTO organizations (id, name, metadata, created_at, updated_at) VALUES ('o', 'x', '{}', now(), now())`,
		`INSERT INTO directories (id, organization_id, type, name, state, staged, attribute_map, trust_roles, jit, window_seconds, created_at, updated_at) SELECT 'd' || i, 'o', 'x', 'x', 'active', false, '{}', false, false, 1, now(), now() FROM generate_series(1, 500) i`,
		`INSERT INTO directory_tokens (id, organization_id, directory_id, token_hash, last_four, made_by, created_at, updated_at) SELECT 't' || i, 'o', 'd' || i, convert_to(i::text, 'UTF8'), 'x', 'x', now(), now() FROM generate_series(1, 500) i`,
		`INSERT INTO directory_users (id, organization_id, directory_id, user_name, user_name_key, active, resource, version, kept, created_at, updated_at) SELECT 'u' || i, 'o', 'd1', i, i, true, '{}', 1, false, now(), now() FROM generate_series(1, 5000) i`,
		`INSERT INTO directory_groups (id, organization_id, directory_id, display_name, display_name_key, resource, version, created_at, updated_at) SELECT 'g' || i, 'o', 'd1', i, i, '{}', 1, now(), now() FROM generate_series(1, 500) i`,
		`INSERT INTO directory_group_members (organization_id, directory_id, group_id, directory_user_id, created_at) SELECT 'o', 'd1', 'g' || 1 + i % 500, 'u' || i, now() FROM generate_series(1, 5000) i`,
		`ANALYZE`,
	} {
		if _, err := owner.Exec(t.Context(), seed); err != nil {
			t.Fatal(err)
		}
	}
	look("directory_users_name")
}

// scimPlanned holds the plan of a statement, made as lookUpSCIM makes it, against
// the index of each table.
func scimPlanned(t *testing.T, d *DB, text string, index map[string]string) {
	t.Helper()
	c, err := d.pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Release()
	nulls := strings.Repeat(", NULL", 1+strings.Count(text, "$3::"))
	results, err := c.Conn().PgConn().Exec(t.Context(), scimScope+"; PREPARE look AS "+text+"; EXPLAIN EXECUTE look(NULL"+nulls+"); DEALLOCATE look").ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var plan strings.Builder
	for _, line := range results[2].Rows {
		plan.WriteString("\n" + string(line[0]))
	}
	for table, want := range index {
		if strings.Contains(text, table) && (!strings.Contains(plan.String(), want) || strings.Contains(plan.String(), "Seq Scan on"+table)) {
			t.Errorf("reads%s without %s:%s", table, want, plan.String())
		}
	}
	for _, line := range strings.Split(plan.String(), "\n") {
		if strings.Contains(line, "Index Cond: (organization_id = ") && !strings.Contains(line, " AND ") && !strings.Contains(text, "organization_domains") {
			t.Errorf("reads all of an organization's rows:%s", plan.String())
		}
	}
}
