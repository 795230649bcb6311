package login

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/audit"
	"gatehouse/internal/problem"
	"gatehouse/login/pace"
)

// timed is a router on which it is counted how long people wait for the answer
// to what they sign in with. They post that to pages of this package alone: an
// application that signs somebody in by its own forms asks the API.
type timed struct {
	*echo.Echo
	pace *pace.Counter
}

// POST adds a route. Which of its answers are counted the audit log says: those
// that let somebody in or refused them, and not those that ask again because a
// field was empty. An answer that failed is neither.
func (t timed) POST(path string, do echo.HandlerFunc) {
	t.Echo.POST(path, func(c echo.Context) error {
		begun := time.Now()
		var came atomic.Bool
		r := c.Request()
		c.SetRequest(r.WithContext(audit.Watch(r.Context(), func(kind string) {
			if pace.Outcome(kind) {
				came.Store(true)
			}
		})))
		err := do(c)
		if came.Load() && answered(err) {
			t.pace.Add(time.Since(begun))
		}
		return err
	})
}

func answered(err error) bool {
	p := problem.As(err)
	return err == nil || p != nil && p.Status() < http.StatusInternalServerError
}
