package password

import (
	"bytes"
	"context"
	"crypto/sha1"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// rangeAPI answers as the public one does, for one leaked password.
func rangeAPI(t *testing.T, leaked string, asked *atomic.Int64) *Leaks {
	t.Helper()
	digits := fmt.Sprintf("%X", sha1.Sum([]byte(leaked)))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if len(r.URL.Path) != len("/range/")+5 || r.Header.Get("Add-Padding") != "true" || r.URL.RawQuery != "" {
			t.Errorf("asked %s with %v", r.URL, r.Header)
		}
		fmt.Fprintf(w, "%s:0\r\n", strings.Repeat("0", 35)) // padding
		if strings.HasSuffix(r.URL.Path, "/"+digits[:5]) {
			fmt.Fprintf(w, "%s:42\r\n", digits[5:])
		}
	}))
	t.Cleanup(srv.Close)
	return &Leaks{URL: srv.URL + "/range/", HTTP: srv.Client()}
}

func TestLeaksFindsALeakedPassword(t *testing.T) {
	var asked atomic.Int64
	l := rangeAPI(t, "hunter2hunter2", &asked)
	ctx := context.Background()
	if got := l.Check(ctx, "hunter2hunter2"); got != (Leak{Checked: true, Count: 42}) {
		t.Errorf("leaked: %+v", got)
	}
	if got := l.Check(ctx, "correct horse battery staple"); got != (Leak{Checked: true}) {
		t.Errorf("not leaked: %+v", got)
	}
	l.Check(ctx, "hunter2hunter2")
	if asked.Load() != 2 {
		t.Errorf("asked %d times, want the third from memory", asked.Load())
	}
	for i := range 40 {
		l.Check(ctx, fmt.Sprint("another password ", i))
	}
	if len(l.known) > maxKnown {
		t.Errorf("remembers %d answers", len(l.known))
	}
}

// Sign-up must go on when somebody else's server does not, without a wait for
// each, and without the password's digits in the log.
func TestLeaksSkipsAnAPIThatFails(t *testing.T) {
	digits := fmt.Sprintf("%X", sha1.Sum([]byte("hunter2hunter2")))
	for name, answer := range map[string]http.HandlerFunc{
		"500":      func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"HTML":     func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>sign in to the network</html>") },
		"negative": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, digits[5:]+":-1") },
		"endless": func(w http.ResponseWriter, _ *http.Request) {
			for range 1 << 12 {
				_, _ = w.Write(bytes.Repeat([]byte("A"), 1<<10))
			}
		},
		"hangs up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int64
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked.Add(1); answer(w, r) }))
			defer srv.Close()
			var log bytes.Buffer
			l := &Leaks{URL: srv.URL + "/", HTTP: srv.Client(), Log: slog.New(slog.NewTextHandler(&log, nil))}
			for range 3 {
				if got := l.Check(context.Background(), "hunter2hunter2"); got.Checked {
					t.Errorf("got %+v", got)
				}
			}
			if n := strings.Count(log.String(), "breach check skipped"); n != 1 || strings.Contains(log.String(), digits[:5]) {
				t.Errorf("%d entries: %s", n, log.String())
			}
			if asked.Load() > 2 { // net/http asks once more on a connection that was cut
				t.Errorf("asked %d times", asked.Load())
			}
		})
	}
}

func TestLeaksWaitsTwoSecondsAtMost(t *testing.T) {
	stop := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-stop }))
	defer srv.Close()
	defer close(stop)
	l := &Leaks{URL: srv.URL + "/", HTTP: srv.Client()}
	started := time.Now()
	if got := l.Check(context.Background(), "hunter2hunter2"); got.Checked || time.Since(started) > 4*time.Second {
		t.Errorf("got %+v after %v", got, time.Since(started))
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	l = &Leaks{URL: srv.URL + "/", HTTP: srv.Client()}
	if l.Check(ctx, "x"); !l.pause.IsZero() {
		t.Error("a caller that went away counts against the API")
	}
}

func TestLeaksCanBeSwitchedOff(t *testing.T) {
	var none *Leaks
	for _, l := range []*Leaks{none, {}, {URL: "https://range.example/"}} {
		if got := l.Check(context.Background(), "hunter2hunter2"); got != (Leak{}) {
			t.Errorf("got %+v", got)
		}
	}
}
