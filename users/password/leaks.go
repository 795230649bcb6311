package password

import (
	"bufio"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Leak is what the breach check found.
type Leak struct {
	Checked bool // false: switched off or unreachable, and nothing is known
	Count   int  // how often the password appears in breaches
}

// Leaks asks the range API of Have I Been Pwned, or one like it, whether a
// password is in a breach. It sends five hexadecimal digits of the password's
// SHA-1 and gets some hundred candidates back, padded, so neither the API nor
// who watches learns the password (k-anonymity).
//
// Check takes up to two seconds: never call it inside a transaction.
type Leaks struct {
	URL  string       // ends in a slash; empty: switched off
	HTTP *http.Client // nil: switched off
	Log  *slog.Logger // may be nil

	mu    sync.Mutex
	known map[string]answer
	pause time.Time // until then the API counts as unreachable
}

type answer struct {
	suffixes map[string]int // of the 35 further digits, how often
	until    time.Time
}

const (
	leakTimeout  = 2 * time.Second
	leakPause    = 30 * time.Second // how long a failing API is left alone
	leakFresh    = 10 * time.Minute
	maxKnown     = 16      // answers kept, of some 100 KB
	maxLeakBody  = 1 << 20 // the real ones are under 100 KB
	maxLeakLines = 4096
)

// Check looks a password up. It never fails: an API that does not answer is
// logged and the check skipped, because the list of common passwords still
// holds and sign-up must not hang on somebody else's server.
func (l *Leaks) Check(ctx context.Context, password string) Leak {
	if l == nil || l.URL == "" || l.HTTP == nil {
		return Leak{}
	}
	sum := sha1.Sum([]byte(Normalize(password)))
	digits := strings.ToUpper(hex.EncodeToString(sum[:]))
	prefix, suffix := digits[:5], digits[5:]
	suffixes, err := l.candidates(ctx, prefix)
	if err != nil {
		if l.Log != nil && !errors.Is(err, errPaused) {
			l.Log.WarnContext(ctx, "breach check skipped", "error", err)
		}
		return Leak{}
	}
	return Leak{Checked: true, Count: suffixes[suffix]}
}

var errPaused = errors.New("the range API failed a moment ago")

func (l *Leaks) candidates(ctx context.Context, prefix string) (map[string]int, error) {
	now := time.Now()
	l.mu.Lock()
	a, known := l.known[prefix]
	paused := now.Before(l.pause)
	l.mu.Unlock()
	if known && now.Before(a.until) {
		return a.suffixes, nil
	}
	if paused {
		return nil, errPaused
	}
	suffixes, err := l.ask(ctx, prefix)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		if ctx.Err() == nil { // not because the caller went away
			l.pause = now.Add(leakPause)
		}
		return nil, err
	}
	l.remember(prefix, answer{suffixes: suffixes, until: now.Add(leakFresh)})
	return suffixes, nil
}

// remember keeps an answer, in place of the oldest when there are enough. The
// caller holds mu.
func (l *Leaks) remember(prefix string, a answer) {
	if l.known == nil {
		l.known = map[string]answer{}
	}
	if len(l.known) >= maxKnown {
		oldest := ""
		for p, b := range l.known {
			if oldest == "" || b.until.Before(l.known[oldest].until) {
				oldest = p
			}
		}
		delete(l.known, oldest)
	}
	l.known[prefix] = a
}

func (l *Leaks) ask(ctx context.Context, prefix string) (map[string]int, error) {
	ctx, cancel := context.WithTimeout(ctx, leakTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.URL+prefix, nil)
	if err != nil {
		return nil, errors.New("the address of the range API is not valid")
	}
	req.Header.Set("Add-Padding", "true")
	req.Header.Set("User-Agent", "Gatehouse")
	res, err := l.HTTP.Do(req)
	if err != nil {
		return nil, errors.New("the range API cannot be reached") // err holds the prefix
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the range API answered %d", res.StatusCode)
	}
	return readSuffixes(io.LimitReader(res.Body, maxLeakBody))
}

// readSuffixes reads lines "SUFFIX:COUNT". A count of zero is padding.
func readSuffixes(body io.Reader) (map[string]int, error) {
	suffixes := map[string]int{}
	lines := bufio.NewScanner(body)
	for lines.Scan() && len(suffixes) < maxLeakLines {
		suffix, count, ok := strings.Cut(strings.TrimSpace(lines.Text()), ":")
		if !ok || len(suffix) != 2*sha1.Size-5 {
			return nil, errors.New("the range API answered something else than a range")
		}
		n, err := strconv.Atoi(count)
		if err != nil || n < 0 {
			return nil, errors.New("the range API answered something else than a range")
		}
		if n > 0 {
			suffixes[strings.ToUpper(suffix)] = n
		}
	}
	if lines.Err() != nil {
		return nil, errors.New("the answer of the range API broke off")
	}
	return suffixes, nil
}
