package app

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/labstack/echo/v4"
)

// Of two transactions that wait for one another Postgres refuses one. Whoever
// sent it did nothing wrong and may simply try again: a 500 would be an incident.
func TestWhoMadeWayForAnotherTransactionIsAskedToTryAgain(t *testing.T) {
	a := &App{Log: slog.New(slog.DiscardHandler)}
	for code, want := range map[string]int{"40P01": http.StatusServiceUnavailable, "40001": http.StatusServiceUnavailable, "22001": http.StatusInternalServerError} {
		for _, path := range []string{"/organizations", "/scim/v2/directory_1/Users", "/oauth2/token"} {
			recorder := httptest.NewRecorder()
			c := echo.New().NewContext(httptest.NewRequest(http.MethodPost, path, nil), recorder)
			a.answer(fmt.Errorf("writing: %w", &pgconn.PgError{Code: code, Message: "a word of the database"}), c)
			if recorder.Code != want || want == http.StatusServiceUnavailable && recorder.Header().Get("Retry-After") == "" {
				t.Errorf("%s of %s: %d, %v", code, path, recorder.Code, recorder.Header())
			}
			if strings.Contains(recorder.Body.String(), "database") {
				t.Errorf("%s of %s tells what the database said: %s", code, path, recorder.Body)
			}
		}
	}
}
