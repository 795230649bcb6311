package puzzle

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
)

var (
	key = []byte("a key for puzzles, thirty-two b.")
	now = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
)

func solve(p Text) string {
	for n := uint64(0); ; n++ {
		if answer := strconv.FormatUint(n, 10); p.solvedBy(answer, Bits) {
			return answer
		}
	}
}

func TestAnAnswerCounts(t *testing.T) {
	p := New(key, "attempt_1", now)
	answer := solve(p)
	for name, c := range map[string]struct {
		p       Text
		subject string
		answer  string
		at      time.Time
		want    error
	}{
		"solved":           {p, "attempt_1", answer, now.Add(time.Second), nil},
		"somebody else's":  {p, "attempt_2", answer, now, ErrExpired},
		"too late":         {p, "attempt_1", answer, now.Add(Lifetime), ErrExpired},
		"wrong":            {p, "attempt_1", answer + "0", now, ErrWrong},
		"no number":        {p, "attempt_1", "-1", now, ErrWrong},
		"long":             {p, "attempt_1", strings.Repeat("1", 21), now, ErrWrong},
		"nothing at once":  {p, "attempt_1", "", now, ErrWrong},
		"nothing, waited":  {p, "attempt_1", "", now.Add(Patience), nil},
		"made easier":      {Text(strings.Replace(string(p), ".17.", ".1.", 1)), "attempt_1", "1", now, ErrExpired},
		"made older":       {Text(strings.Replace(string(p), "1768", "1767", 1)), "attempt_1", "", now, ErrExpired},
		"not a puzzle":     {"", "attempt_1", "1", now, ErrExpired},
		"dots":             {"....", "attempt_1", "1", now, ErrExpired},
		"with another key": {New([]byte("other"), "attempt_1", now), "attempt_1", "", now.Add(Patience), ErrExpired},
	} {
		if err := c.p.Check(key, c.subject, c.answer, c.at); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestEachPuzzleCountsOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		p := New(key, "attempt_1", now)
		var through, refused atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				err := d.Tx(t.Context(), actor.System("test"), p.Spend)
				switch {
				case err == nil:
					through.Add(1)
				case errors.Is(err, ErrExpired):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if through.Load() != 1 || refused.Load() != 7 {
			t.Errorf("%d went through and %d were refused", through.Load(), refused.Load())
		}
	})
}

func TestModelsMatchTheSchema(t *testing.T) { dbtest.CheckModels(t, &solved{}) }

func FuzzCheck(f *testing.F) {
	f.Add("1.1768478400.17.c2FsdA.bWFj", "12")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, text, answer string) {
		if Text(text).Check(key, "attempt_1", answer, now) == nil {
			t.Errorf("%q was taken with %q", text, answer)
		}
	})
}
