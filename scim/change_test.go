package scim

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/labstack/echo/v4"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
	"gatehouse/scim/directory"
)

// calling is a request of a directory's provider.
func calling(t *testing.T, d *db.DB) *call {
	t.Helper()
	token, value := openedBy(t, d)
	h := &Handler{DB: d, Base: "https://auth.example", Recorder: NewRecorder(d, slog.New(slog.DiscardHandler)), Limits: &limit.Limiter{DB: d}, Log: slog.New(slog.DiscardHandler)}
	ec := echo.New().NewContext(httptest.NewRequest("PATCH", Prefix+string(token.DirectoryID)+"/Users/x", nil), httptest.NewRecorder())
	ec.Request().Header.Set("Authorization", "bearer "+value)
	ec.SetParamNames("directory")
	ec.SetParamValues(string(token.DirectoryID))
	c := &call{Context: ec, h: h, token: token, who: actor.Actor{Kind: actor.KindDirectory, ID: string(token.DirectoryID), RequestID: "req_1"}}
	c.asked = c.ask("PATCH", "/Users/x", "user.updated", "User")
	return c
}

var errDeadlock = fmt.Errorf("writing: %w", &pgconn.PgError{Code: "40P01", Message: "deadlock detected"})

// Two requests in one another's way are nobody's mistake: the one that Postgres
// broke is done again, once, and recorded once.
func TestWhatAnotherTransactionBrokeIsDoneAgain(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := calling(t, d)
		tries := 0
		result, err := c.change(c.asked, func(tx *db.OrgTx, _ *directory.Directory) (*answer, error) {
			tries++
			if tries < maxTries {
				c.asked.applied("user.deactivated", "Deactivated somebody.")
				return nil, errDeadlock
			}
			if c.asked.does != "user.updated" || c.asked.outcome != directory.Read {
				t.Errorf("the try before left %s, %s", c.asked.does, c.asked.outcome)
			}
			c.asked.applied("user.deactivated", "Deactivated somebody.")
			return &answer{status: 200}, nil
		})
		if err != nil || result.status != 200 || tries != maxTries {
			t.Fatalf("%d tries: %v", tries, err)
		}
		c.asked.conclude(200, nil)
		if err := c.h.Recorder.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := countOf(t, d, c.token); n != 1 {
			t.Errorf("%d records", n)
		}
	})
}

// A provider that hears 503 comes back; one that hears 500 gives the object up.
func TestWhatStaysBrokenIsOverload(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := calling(t, d)
		tries := 0
		_, err := c.change(c.asked, func(*db.OrgTx, *directory.Directory) (*answer, error) {
			tries++
			c.asked.applied("user.deactivated", "Deactivated somebody.")
			return nil, errDeadlock
		})
		if !errors.Is(err, problem.ErrUnavailable) || tries != maxTries {
			t.Errorf("after %d tries: %v", tries, err)
		}
		other := errors.New("no such table")
		tries = 0
		if _, err = c.change(c.asked, func(*db.OrgTx, *directory.Directory) (*answer, error) { tries++; return nil, other }); !errors.Is(err, other) || tries != 1 {
			t.Errorf("another failure was tried %d times: %v", tries, err)
		}
		c.asked.conclude(0, err)
		if c.asked.outcome != directory.Refused || c.asked.written {
			t.Errorf("it is recorded as %s", c.asked.outcome)
		}
	})
}

// A directory that is deleted, or switched off, while its provider's request
// waits takes nothing more in, and the provider hears why.
func TestADirectoryThatGoesMeanwhileRefuses(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		orphan := &pgconn.PgError{Code: "23503"}
		for want, goes := range map[error]func(tx *db.OrgTx, row *directory.Directory) error{
			errToken: func(tx *db.OrgTx, row *directory.Directory) error { return directory.Delete(tx, row) },
			errSwitched: func(tx *db.OrgTx, row *directory.Directory) error {
				off := false
				_, err := directory.Change(tx, row.ID, directory.Edit{On: &off})
				return err
			},
		} {
			c := calling(t, d)
			tries := 0
			_, err := c.change(c.asked, func(*db.OrgTx, *directory.Directory) (*answer, error) { tries++; return nil, orphan })
			if !errors.Is(err, problem.ErrUnavailable) || tries != maxTries {
				t.Errorf("while it is there: %d tries, %v", tries, err)
			}
			row, err := directory.Of(c.token)
			if err == nil {
				err = d.InOrg(t.Context(), c.token.OrganizationID, c.who, func(tx *db.OrgTx) error { return goes(tx, row) })
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.change(c.asked, func(*db.OrgTx, *directory.Directory) (*answer, error) { return nil, orphan }); !errors.Is(err, want) {
				t.Errorf("%v, want %v", err, want)
			}
		}
	})
}

// A provider that has gone wild is told to wait; its floods cost no writes, and
// no records.
func TestADirectoryHasARate(t *testing.T) {
	before := rate
	t.Cleanup(func() { rate = before })
	rate = limit.Rate{Limit: 3, Per: time.Hour}
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := calling(t, d)
		for range 3 {
			if err := c.admit(); err != nil {
				t.Fatal(err)
			}
		}
		err := c.admit()
		if p := problem.As(err); p == nil || p.Status() != 429 || p.RetryAfter <= 0 {
			t.Fatalf("%v", err)
		}
		c.asked.conclude(0, err)
		if err := c.h.Recorder.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := countOf(t, d, c.token); n != 0 {
			t.Errorf("%d records of what was refused for its number", n)
		}
	})
}
