package db

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/internal/id"
)

// A row that another one hangs on is written before it, and each row once,
// whatever goes together: else a commit fails that would not have alone, or
// somebody is there twice.
func TestWhatIsMergedKeepsTheOrderOfEach(t *testing.T) {
	tables := make([]*model, 4)
	for i := range tables {
		tables[i] = &model{table: fmt.Sprint("t", i), last: i == 3}
	}
	org := scope{reach: reachOrg, org: id.Organization("org_a")}
	rapid.Check(t, func(t *rapid.T) {
		total := 0
		all := make([][]later, rapid.IntRange(1, 9).Draw(t, "transactions"))
		for n := range all {
			for i := range rapid.IntRange(0, 6).Draw(t, "writes") {
				m := tables[rapid.IntRange(0, 3).Draw(t, "table")]
				rows := rapid.SampledFrom([]int{1, 1, 1, 2, 20}).Draw(t, "rows")
				l := later{scope: org, sql: m.table, model: m, rows: rows, last: m.last}
				if m.last && rapid.Bool().Draw(t, "nobody's") {
					l.scope = scope{}
				}
				if m == tables[2] { // an update
					l.model, l.rows = nil, 0
				}
				for row := range rows {
					l.args = append(l.args, [3]int{n, i, row})
					total++
				}
				all[n] = append(all[n], l)
			}
		}
		got := merged(all)
		at, seen := map[[3]int]int{}, 0
		for place, l := range got {
			seen += len(l.args)
			for _, arg := range l.args {
				at[arg.([3]int)] = place
			}
			if l.model != nil && l.rows != len(l.args) || len(l.args) > joinRows && len(l.args) != 20 {
				t.Errorf("%d rows of %d", l.rows, len(l.args))
			}
		}
		if seen != total || len(at) != total {
			t.Errorf("%d of %d, %d of them once", seen, total, len(at))
		}
		for n, writes := range all {
			before := -1
			for i, l := range writes {
				if len(l.args) == 0 || l.last {
					continue
				}
				if place := at[[3]int{n, i, 0}]; place <= before {
					t.Errorf("%d of transaction %d comes at %d, behind %d", i, n, place, before)
				} else {
					before = place
				}
			}
			for i, l := range writes {
				if l.last && at[[3]int{n, i, 0}] < before {
					t.Errorf("what is last of transaction %d is not", n)
				}
			}
		}
	})
}
