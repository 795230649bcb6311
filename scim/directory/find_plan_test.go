package directory_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/scim/directory"
	"gatehouse/scim/filter"
	"gatehouse/scim/schema"
)

// fill puts many people into a directory at once, as a first sync would.
func fill(t *testing.T, d *db.DB, dir *directory.Directory, prefix string, n int) {
	t.Helper()
	series, padded, now := "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < %d)", "printf('%022d', i)", "'2026-03-01 09:00:00+00:00'"
	object := "json_object('userName', %[1]s, 'title', 'Engineer', 'emails', json_array(json_object('value', %[1]s, 'type', 'work')))"
	if d.Dialect == db.Postgres {
		series, padded, now = "WITH s(i) AS (SELECT generate_series(1, %d))", "lpad(i::text, 22, '0')", "timestamptz '2026-03-01 09:00:00+00' + i * interval '1 s'"
		object = "jsonb_build_object('userName', %[1]s, 'title', 'Engineer', 'emails', jsonb_build_array(jsonb_build_object('value', %[1]s, 'type', 'work')))"
	} else {
		now = "strftime('%Y-%m-%d %H:%M:%S+00:00', '2026-03-01 09:00:00', i || ' seconds')"
	}
	name := "'" + prefix + "' || i || '@halden.example'"
	key := "'directory_user_" + prefix + "' || " + padded
	whose := fmt.Sprintf("'%s', '%s'", dir.OrganizationID, dir.ID)
	raw(t, d, dir, "INSERT INTO directory_users (id, organization_id, directory_id, user_name, user_name_key, external_id, active, resource, version, kept, created_at, updated_at) "+
		fmt.Sprintf(series, n)+" SELECT "+key+", "+whose+", "+name+", "+name+", 'ext' || i, TRUE, "+fmt.Sprintf(object, name)+", 1, FALSE, "+now+", "+now+" FROM s")
	raw(t, d, dir, "INSERT INTO directory_user_emails (id, organization_id, directory_id, directory_user_id, value_key, type_key, is_primary) "+
		fmt.Sprintf(series, n)+" SELECT 'directory_email_"+prefix+"' || "+padded+", "+whose+", "+key+", "+name+", 'work', FALSE FROM s")
	raw(t, d, dir, "INSERT INTO directory_groups (id, organization_id, directory_id, display_name, display_name_key, external_id, resource, version, created_at, updated_at) "+
		fmt.Sprintf(series, n)+" SELECT 'directory_group_"+prefix+"' || "+padded+", "+whose+", "+name+", "+name+", 'ext' || i, '{}', 1, "+now+", "+now+" FROM s")
	raw(t, d, dir, fmt.Sprintf("INSERT INTO directory_counts (id, organization_id, directory_id, users_active, users_inactive, groups_total) VALUES ('%s_filled', %s, %[3]d, 0, %[3]d)", dir.ID, whose, n))
}

// What providers look people and groups up by must not get slower as a
// directory grows, also in the minute after it was filled, when Postgres knows
// nothing of it yet.
func TestLookUpsUseTheirIndexes(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := &crowd{d: d, org: organization(t, d)}
		c.dir, _ = newDirectory(t, d, c.org, directory.New{})
		other, _ := newDirectory(t, d, c.org, directory.New{})
		fill(t, d, c.dir, "01AA", 4000)
		fill(t, d, other, "02AA", 4000)
		for text, indexes := range map[string]string{
			`userName eq "x"`:                                             "directory_users_name",
			`USERNAME eq "x" and active eq true`:                          "directory_users_name",
			`userName sw "01aa77"`:                                        "directory_users_name",
			`externalId eq "ext7"`:                                        "directory_users_external",
			`externalId eq "ext7" and title co "x"`:                       "directory_users_external",
			`emails.value eq "x"`:                                         "directory_user_emails_value",
			`emails eq "x"`:                                               "directory_user_emails_value",
			`emails[type eq "work"].value eq "x"`:                         "directory_user_emails_value",
			`emails[type eq "work" and primary eq true and value eq "x"]`: "directory_user_emails_value",
			`meta.lastModified ge "2030-01-01T00:00:00Z"`:                 "directory_users_changed",
			`groups.value eq "directory_group_01AA"`:                      "directory_group_members",
			`userName eq "x" or externalId eq "y"`:                        "directory_users_name directory_users_external",
			`userName eq "x" or emails.value eq "y" or externalId eq "z"`: "directory_users_name directory_user_emails_value directory_users_external",
			``: "directory_users_page",
		} {
			c.planned(t, directory.PlanUsers, text, "directory_users", indexes)
		}
		for text, indexes := range map[string]string{
			`displayName eq "x"`:                       "directory_groups_name",
			`externalId eq "x"`:                        "directory_groups_external",
			`members eq "x"`:                           "directory_group_members directory_group_groups",
			`members[value eq "x" and type eq "User"]`: "directory_group_members directory_group_groups",
			``: "directory_groups_page",
		} {
			c.planned(t, directory.PlanGroups, text, "directory_groups", indexes)
		}
	})
}

func (c *crowd) planned(t *testing.T, plan func(*db.OrgTx, *directory.Directory, directory.Search) (string, error), text, table, indexes string) {
	t.Helper()
	q := directory.Search{StartIndex: 1, Count: 100}
	if text != "" {
		var err error
		q.Filter, err = filter.Parse(text)
		must(t, err)
	}
	must(t, c.d.ReadOrg(t.Context(), c.org, func(tx *db.OrgTx) error {
		got, err := plan(tx, c.dir, q)
		must(t, err)
		missing := slices.ContainsFunc(strings.Fields(indexes), func(name string) bool { return !strings.Contains(got, name) })
		whole := strings.Contains(got, "Seq Scan on "+table) || strings.Contains(got, "SCAN "+table) || strings.Contains(got, "INDEX directory_users_owned")
		if missing || whole {
			t.Errorf("%s must use %s and look at few rows:\n%s", text, indexes, got)
		}
		return nil
	}))
}

// A filter that no index answers costs what the directory is large, and whoever
// has a token sends as many as they like. It must be refused where that is much,
// with what to do instead, and answered where it is little.
func TestSearchesStayWithinTheirBounds(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCrowd(t, d, 21, 30, 4)
		everybody := make([]string, len(c.users))
		for i, u := range c.users {
			everybody[i] = u["id"].(string)
		}
		inOrg(t, d, c.org, func(tx *db.OrgTx) error {
			res, err := schema.Group.Normalize(map[string]any{"displayName": "Everybody"})
			must(t, err)
			g, err := directory.InsertGroup(tx, c.dir, res)
			must(t, err)
			_, _, err = directory.AddMembers(tx, g, everybody)
			c.group = append(c.group, document(g.Resource, string(g.ID), g.CreatedAt, g.UpdatedAt, 1, "Group"))
			return err
		})
		group := c.group[len(c.group)-1]["id"].(string)
		defer directory.Bound(20, 60, 25)()
		one := `userName eq ` + filter.Quoted(c.users[3]["userName"].(string))
		for text, allowed := range map[string]bool{
			one:                                      true,
			one + ` and title co "a"`:                true,
			`title co "a"`:                           false,
			`not (` + one + `)`:                      false,
			`active eq true`:                         false,
			`userName pr`:                            false,
			`userName co "a"`:                        false,
			`emails co "a"`:                          false,
			`meta.created pr`:                        false,
			`urn:example:params:2.0:User:tag eq "a"`: false,
			one + ` or title co "a"`:                 false,
			one + ` or id eq "x"`:                    true,
			`userName sw ""`:                         false, // all of an index
			`meta.lastModified ge "2020-01-01T00:00:00Z"`:                       false,
			`meta.lastModified ge "2040-01-01T00:00:00Z"`:                       true,
			`groups.value eq "` + group + `"`:                                   false,
			`groups.value eq "` + group + `" and title co "a"`:                  false,
			`groups.value eq "` + group + `" or ` + one:                         false,
			`groups.value eq "` + group + `" and ` + one:                        true,
			`groups.value eq "nobody"`:                                          true,
			`externalId eq "anna" and title co "a"`:                             true,
			`emails.value eq "anna" and (title co "a" or not (displayName pr))`: true,
		} {
			n, err := filter.Parse(text)
			must(t, err)
			for _, count := range []int{0, 5} {
				_, _, err = c.find(schema.User, directory.Search{Filter: n, Count: count})
				if allowed && err != nil || !allowed && !errors.Is(err, schema.ErrTooMany) {
					t.Errorf("%s, %d: %v", text, count, err)
				}
			}
		}
		long := `externalId sw "a" and title co "a"` + strings.Repeat(` and title co "b"`, 50)
		n, err := filter.Parse(long)
		must(t, err)
		if _, _, err := c.find(schema.User, directory.Search{Filter: n, Count: 5}); !errors.Is(err, schema.ErrTooMany) {
			t.Errorf("fifty comparisons with several rows: %v", err)
		}
		title, _ := schema.ParsePath("title")
		if _, _, err := c.find(schema.User, directory.Search{SortBy: title, Count: 5}); !errors.Is(err, schema.ErrTooMany) {
			t.Errorf("sorted without an index: %v", err)
		}
		name, _ := schema.ParsePath("userName")
		if _, _, err := c.find(schema.User, directory.Search{SortBy: name, Count: 5, StartIndex: 14}); err != nil {
			t.Errorf("sorted by an index: %v", err)
		}
		defer directory.Bound(20, 60, 5)()
		if _, _, err := c.find(schema.User, directory.Search{SortBy: name, Count: 5, StartIndex: 14}); !errors.Is(err, schema.ErrTooMany) {
			t.Errorf("far into an index: %v", err)
		}
	})
}
