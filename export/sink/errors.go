package sink

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gatehouse/internal/netguard"
	"gatehouse/internal/problem"
)

// Failure is why a destination did not take a batch. Its sentence is shown to
// whoever set the stream up, so it says nothing of what an address answered
// beyond a status and a word of the protocol.
type Failure struct {
	Message string
	// Refused: it will be refused again as it is. The stream is shown as
	// failing and asks only now and then.
	Refused bool
	// TooLarge: the same entries in smaller batches may go.
	TooLarge bool
	// After is when the destination wants to be asked again; zero: soon.
	After time.Duration
}

func (f *Failure) Error() string { return f.Message }

// Retry is a failure that may pass by itself.
func Retry(format string, args ...any) error { return &Failure{Message: fmt.Sprintf(format, args...)} }

// Never is a failure that lasts until somebody changes something.
func Never(format string, args ...any) error {
	return &Failure{Message: fmt.Sprintf(format, args...), Refused: true}
}

// FailureOf is what an error of a sink says; what is not a Failure may pass,
// and tells nothing of inner addresses.
func FailureOf(err error) *Failure {
	var f *Failure
	if errors.As(err, &f) {
		return f
	}
	if p := problem.As(err); p != nil {
		return &Failure{Message: p.Message, Refused: errors.Is(err, netguard.ErrAddress) || errors.Is(err, netguard.ErrURL) || errors.Is(err, ErrSettings)}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &Failure{Message: "It did not answer in time."}
	}
	return &Failure{Message: problem.As(netguard.Explain(err)).Message}
}

// Status is what an HTTP status says of a batch; nil: it was taken.
func Status(res *http.Response) error { return status(res) }

func status(res *http.Response) error {
	code := res.StatusCode
	f := &Failure{Message: fmt.Sprintf("It answered %d %s.", code, http.StatusText(code))}
	switch {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusRequestEntityTooLarge:
		f.TooLarge, f.Refused = true, true
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code == http.StatusTooManyRequests, code >= 500:
		f.After = retryAfter(res.Header.Get("Retry-After"))
	default:
		f.Refused = true
	}
	return f
}

// maxAfter bounds what a destination may ask for.
const maxAfter = time.Hour

// retryAfter reads RFC 9110 §10.2.3 in its form of seconds.
func retryAfter(text string) time.Duration {
	seconds, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32)
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, maxAfter)
}
