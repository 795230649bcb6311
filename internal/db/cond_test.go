package db

import (
	"regexp"
	"strings"
	"testing"

	"gorm.io/gorm"

	"gatehouse/internal/actor"
)

var parameter = regexp.MustCompile(`\$\d+`)

// An OR that is not kept in parentheses would look past the organization.
func TestOrStaysInsideTheOrganization(t *testing.T) {
	d, err := Open(t.Context(), Options{URL: "sqlite:" + t.TempDir() + "/x.db"})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	tx := d.newTx(t.Context(), d.read, scope{reach: reachOrg, org: "org_x"}, actor.Actor{})
	for want, conds := range map[string][]Cond{
		`"a" = ? AND ("x" = ? OR "y" = ?) AND "b" = ?`: {Eq("a", 1), Or(Eq("x", 1), Eq("y", 2)), Eq("b", 2)},
		`("x" = ? OR "y" = ?)`:                         {Or(Eq("x", 1), Eq("y", 2))},
		`"b" = ? AND "x" = ?`:                          {Eq("b", 2), Or(Eq("x", 1))},
		`1 = 0`:                                        {Or()},
		`"x" IN (NULL)`:                                {In("x", []string{})},
	} {
		var rows []dataKey
		s := table[dataKey]{}.where(tx, owned, conds).Session(&gorm.Session{DryRun: true}).Find(&rows).Statement.SQL.String()
		if _, got, _ := strings.Cut(s, " WHERE "); got != want+` AND "organization_id" = ?` {
			t.Errorf("got %s, want %s", got, want)
		}
		ours := &statement{}
		ours.where(tx, owned, conds)
		if got := parameter.ReplaceAllString(string(ours.text), "?"); ours.err != nil || got != " WHERE "+want+` AND "organization_id" = ?` {
			t.Errorf("on Postgres got %s, want %s: %v", got, want, ours.err)
		}
	}
}
