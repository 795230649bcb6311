package sequence_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// BenchmarkNumbering says how many entries a second a sequencer numbers, beside
// how many can be written: in hundreds by one writer, which is the fastest way
// in. Numbering is to be no slower than that.
func BenchmarkNumbering(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { numbering(b, dbtest.SQLite(b), 5_000) })
	if os.Getenv("GATEHOUSE_TEST_POSTGRES") != "" {
		b.Run("postgres", func(b *testing.B) { numbering(b, dbtest.Postgres(b), 20_000) })
	}
}

func numbering(b *testing.B, d *db.DB, entries int) {
	orgs := make([]id.Organization, 20)
	for i := range orgs {
		orgs[i] = id.New[id.Organization]()
	}
	var writing, numbering, reading time.Duration
	for range b.N {
		begun := time.Now()
		for done := 0; done < entries; done += 500 {
			err := d.InOrg(b.Context(), orgs[done/500%len(orgs)], who, func(tx *db.OrgTx) error {
				list := make([]audit.Entry, 500)
				for i := range list {
					list[i] = audit.UserCreated{User: wire.User{ID: id.New[id.User](), Email: fmt.Sprintf("person.%d@halden.example", done+i), FirstName: ptr("Ines"), LastName: ptr("Halden")}}
				}
				return audit.RecordAll(tx, list)
			})
			if err != nil {
				b.Fatal(err)
			}
		}
		writing += time.Since(begun)
		begun = time.Now()
		numberAll(b, d)
		numbering += time.Since(begun)
		begun = time.Now()
		if all := feed(b, d); len(all) < entries {
			b.Fatal(len(all))
		}
		reading += time.Since(begun)
	}
	all := float64(entries * b.N)
	b.ReportMetric(all/writing.Seconds(), "written/s")
	b.ReportMetric(all/numbering.Seconds(), "numbered/s")
	b.ReportMetric(all/reading.Seconds(), "read/s")
}

func ptr[T any](v T) *T { return &v }
