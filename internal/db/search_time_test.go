package db

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"gatehouse/internal/id"
)

// A search that the bounds on rows did not hold must end all the same, or a few
// of them keep every connection.
func TestASearchIsGivenUp(t *testing.T) {
	was := searchTime
	searchTime = 200 * time.Millisecond
	t.Cleanup(func() { searchTime = was })
	addresses := []string{"sqlite:" + t.TempDir() + "/x.db"}
	if os.Getenv("GATEHOUSE_TEST_POSTGRES") != "" {
		addresses = append(addresses, rowSecurityURL(t))
	}
	for _, address := range addresses {
		d, err := Open(t.Context(), Options{URL: address, MaxConns: 2})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		for range 3 { // whatever becomes of its connection
			started := time.Now()
			err = d.ReadOrg(t.Context(), id.New[id.Organization](), func(tx *OrgTx) error {
				return bounded(tx, func(ctx context.Context) error {
					var n int64
					const long = "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 100000000) SELECT count(*) FROM c"
					return tx.session().WithContext(ctx).Raw(long).Scan(&n).Error
				})
			})
			if took := time.Since(started); !errors.Is(err, ErrSlow) || took > 5*time.Second {
				t.Errorf("%s: %v after %v", d.Dialect, err, took)
			}
		}
		if err := d.Ping(t.Context()); err != nil {
			t.Errorf("%s afterwards: %v", d.Dialect, err)
		}
	}
}
