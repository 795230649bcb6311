package lifecycle

import (
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
	"gatehouse/login"
	"gatehouse/users"
	"gatehouse/users/password"
)

const typed = "kestrel-tundra-4471"

var who = actor.System("test")

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, d *db.DB, fn func(*db.Tx) error) {
	t.Helper()
	must(t, d.Tx(t.Context(), who, fn))
}

// passwords hash at almost no cost.
func passwords(d *db.DB) *users.Passwords {
	hasher := password.New(password.Options{KiB: 64, Passes: 1, Queue: 512})
	return &users.Passwords{DB: d, Hasher: hasher, Limits: &limit.Limiter{DB: d}, Log: slog.New(slog.DiscardHandler)}
}

// start is a start of the server with this environment.
func start(t *testing.T, d *db.DB, environ ...string) Made {
	t.Helper()
	cfg, err := config.Load(append([]string{"GATEHOUSE_DATA_DIR=" + t.TempDir()}, environ...))
	must(t, err)
	made, err := Bootstrap(t.Context(), d, passwords(d), cfg)
	must(t, err)
	return made
}

// everything is all rows of all tables, whoever's they are.
func everything(t *testing.T, d *db.DB) map[string][]string {
	t.Helper()
	_, conn := d.Pools()
	tx, err := conn.BeginTx(t.Context(), nil)
	must(t, err)
	defer tx.Rollback()
	list := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	if d.Dialect == db.Postgres {
		_, err := tx.ExecContext(t.Context(), `SELECT set_config('app.scope', 'deployment', true)`)
		must(t, err)
		list = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`
	}
	tables := map[string][]string{}
	for _, name := range rowsOf(t, tx, list) {
		tables[name] = rowsOf(t, tx, "SELECT * FROM "+name)
	}
	if len(tables["organizations"]) == 0 || len(tables["roles"]) == 0 {
		t.Fatalf("the system organization or its roles are not seen: %v", tables)
	}
	return tables
}

func rowsOf(t *testing.T, tx *sql.Tx, query string) (all []string) {
	t.Helper()
	rows, err := tx.QueryContext(t.Context(), query)
	must(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	must(t, err)
	for rows.Next() {
		values, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		must(t, rows.Scan(targets...))
		all = append(all, strings.TrimSuffix(fmt.Sprintln(values...), "\n"))
	}
	must(t, rows.Err())
	slices.Sort(all)
	return all
}

// changed are the tables in which two looks at everything differ.
func changed(before, after map[string][]string) (tables []string) {
	for name := range after {
		if !slices.Equal(before[name], after[name]) {
			tables = append(tables, name)
		}
	}
	slices.Sort(tables)
	return tables
}

// recorded counts the entries of a type.
func recorded(t *testing.T, d *db.DB, kind string) int {
	t.Helper()
	var found []audit.Event
	must(t, d.ReadDeployment(t.Context(), func(tx *db.AllTx) (err error) {
		found, err = audit.List(tx, audit.Filter{Types: []string{kind}})
		return err
	}))
	return len(found)
}

// site serves the set-up page alone.
func site(d *db.DB) http.Handler {
	p := passwords(d)
	e := echo.New()
	e.Logger.SetOutput(io.Discard)
	e.HTTPErrorHandler = func(err error, c echo.Context) { _ = c.NoContent(problem.As(err).Status()) }
	(&Handler{DB: d, Passwords: p, Login: &login.Handler{DB: d, Passwords: p, Name: "Gatehouse", Log: p.Log}}).Mount(e)
	return e
}

func get(h http.Handler, token string) int {
	response := httptest.NewRecorder()
	h.ServeHTTP(response, httptest.NewRequest(http.MethodGet, SetupPrefix+token, nil))
	return response.Code
}

// post fills in the form of a set-up link.
func post(h http.Handler, token, email string) int {
	form := url.Values{"email": {email}, "first_name": {"Mara"}, "last_name": {"Lindqvist"}, "password": {typed}}
	request := httptest.NewRequest(http.MethodPost, SetupPrefix+token, strings.NewReader(form.Encode()))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response := httptest.NewRecorder()
	h.ServeHTTP(response, request)
	return response.Code
}
