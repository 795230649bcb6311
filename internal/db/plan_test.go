package db_test

import (
	"strings"
	"testing"

	"gatehouse/internal/dbtest"
)

// SQLite has no statistics here: of two indexes that would do it takes one by
// rules of its own, and the wrong one walks a whole organization at each
// sign-in, or at each request of a provider. These are what is asked most, as
// the handles write it.
func TestSQLiteTakesTheNarrowIndex(t *testing.T) {
	_, conn := dbtest.SQLite(t).Pools()
	for query, want := range map[string]string{
		"directory_users WHERE id = ? AND directory_id = ? AND organization_id = ? LIMIT 1":                                                                                                                                "(id=?",
		"directory_users WHERE (email_key = ? OR user_id = ?) AND organization_id = ? ORDER BY id LIMIT 100":                                                                                                               "(email_key=? AND organization_id=?)",
		"directory_users WHERE user_id = ? AND organization_id = ? ORDER BY id LIMIT 100":                                                                                                                                  "(user_id=?",
		"directory_users WHERE directory_id IN (?,?) AND external_id IN (?,?) AND organization_id = ? ORDER BY id LIMIT 100":                                                                                               "(directory_id=? AND external_id=?)",
		"directory_users WHERE directory_id IN (?,?) AND user_name_key = ? AND organization_id = ? ORDER BY id LIMIT 100":                                                                                                  "(directory_id=? AND user_name_key=?)",
		"directory_users WHERE user_id IN (?,?) AND directory_id IN (?,?) AND active = ? AND organization_id = ? ORDER BY id":                                                                                              "(user_id=? AND directory_id=?)",
		"directory_users WHERE directory_id = ? AND organization_id = ? ORDER BY id LIMIT 100":                                                                                                                             "directory_users_page",
		"directory_groups WHERE id IN (?,?) AND organization_id = ? ORDER BY id":                                                                                                                                           "(id=?",
		"directory_group_members WHERE group_id = ? AND organization_id = ? ORDER BY directory_user_id DESC LIMIT 11":                                                                                                      "(group_id=?",
		"directory_group_members WHERE directory_user_id = ? AND organization_id = ? ORDER BY group_id DESC LIMIT 11":                                                                                                      "(directory_user_id=?",
		"directory_departures WHERE directory_id = ? AND created_at > ? AND kept = ? AND organization_id = ?":                                                                                                              "(directory_id=? AND created_at>?)",
		"sessions WHERE user_id = ? AND organization_id = ? AND ended_at IS NULL AND expires_at > ? ORDER BY id":                                                                                                           "(user_id=? AND organization_id=?)",
		"memberships WHERE user_id IN (?,?) AND status = ? AND organization_id = ? ORDER BY id":                                                                                                                            "(organization_id=? AND user_id=?)",
		"scim_requests WHERE directory_id = ? AND organization_id = ? ORDER BY id DESC LIMIT 11":                                                                                                                           "scim_requests_page",
		"scim_requests WHERE directory_id = ? AND outcome IN ('refused', 'held') AND organization_id = ? ORDER BY id DESC":                                                                                                 "scim_requests_not_applied",
		"scim_requests WHERE directory_id = ? AND id IN (SELECT id FROM scim_requests WHERE resource_id = ? UNION ALL SELECT id FROM scim_requests WHERE person_id = ?) AND organization_id = ? ORDER BY id DESC LIMIT 11": "(directory_id=? AND id=?)",
	} {
		rows, err := conn.Query("EXPLAIN QUERY PLAN SELECT * FROM "+query, make([]any, strings.Count(query, "?"))...)
		if err != nil {
			t.Fatal(err)
		}
		var plan []string
		for rows.Next() {
			var step, parent, unused int
			var detail string
			if err := rows.Scan(&step, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			plan = append(plan, detail)
		}
		rows.Close()
		if text := strings.Join(plan, "; "); !strings.Contains(text, want) || strings.Contains(text, "SCAN") || strings.Contains(text, "(organization_id=?)") {
			t.Errorf("%s: %s", query, text)
		}
	}
}
