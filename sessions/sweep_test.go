package sessions_test

import (
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/sessions"
)

// What is over for long goes; what is alive, or was until lately, stays.
func TestSweepTakesWhatIsLongOver(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := time.Now()
		d.Now = func() time.Time { return now }
		u := newUser(t, d)
		old, _ := startBrowser(t, d, u)
		start(t, d, u, old, nil)
		ended := start(t, d, u, nil, nil)
		write(t, d, func(tx *db.Tx) error { return sessions.End(tx, ended.ID, sessions.Revoked) })
		now = now.Add(95 * 24 * time.Hour) // the ended one is 95 days over, the others 65
		fresh := start(t, d, u, nil, nil)
		for _, want := range []int64{1, 0} {
			write(t, d, func(tx *db.Tx) error {
				n, err := sessions.Sweep(tx)
				if n != want {
					t.Errorf("%d went, want %d", n, want)
				}
				return err
			})
		}
		now = now.Add(29 * 24 * time.Hour) // 94 days after the others expired
		write(t, d, func(tx *db.Tx) error {
			n, err := sessions.Sweep(tx)
			if n != 2 {
				t.Errorf("%d went, want the browser session and the one below", n)
			}
			return err
		})
		if !live(t, d, fresh) && now.Before(fresh.ExpiresAt.Add(-24*time.Hour)) {
			t.Error("a live one went")
		}
		must(t, d.Read(t.Context(), func(tx *db.Tx) error { _, err := sessions.Get(tx, fresh.ID); return err }))
	})
}

// Every page of the hosted login asks for the browser session.
func BenchmarkFindBrowser(b *testing.B) {
	d := dbtest.SQLite(b)
	var secret string
	err := d.Tx(b.Context(), who, func(tx *db.Tx) (err error) {
		u := person{ID: "user_bench", Email: "x", EmailKey: "x", Metadata: "{}"}
		if err := people.Insert(tx, &u); err != nil {
			return err
		}
		_, secret, err = sessions.StartBrowser(tx, u.ID, sessions.Password, sessions.Lifetimes{})
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Read(b.Context(), func(tx *db.Tx) error { _, err := sessions.FindBrowser(tx, secret); return err }); err != nil {
			b.Fatal(err)
		}
	}
}
