package puzzle

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
)

const (
	// Bits is how hard a puzzle is: 2^17 hashes on average, about a second of
	// a telephone's script.
	Bits = 17
	// Patience is how long a browser without script waits instead.
	Patience = time.Minute
	// Lifetime is how long a puzzle can be answered.
	Lifetime = 10 * time.Minute

	maxText   = 200
	maxAnswer = 20 // digits of a 64-bit number
)

// What callers are told of an answer that does not count.
var (
	ErrWrong   = problem.New(problem.Invalid, "challenge_failed", "That answer does not solve the puzzle. Try again.")
	ErrExpired = problem.New(problem.Invalid, "challenge_expired", "This puzzle has run out or was used before. Here is a fresh one.")
)

// Text is a puzzle as the browser gets it: version, when it was made (Unix
// seconds), bits, salt and signature, with dots between.
type Text string

// New makes a puzzle for a subject: whoever else brings its answer gets
// nothing for it. key is derived for puzzles alone.
func New(key []byte, subject string, now time.Time) Text {
	body := fmt.Sprintf("1.%d.%d.%s", now.Unix(), Bits, seal.Token(16))
	return Text(body + "." + sign(key, subject, body))
}

func sign(key []byte, subject, body string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(strconv.Itoa(len(subject)) + ":" + subject + ":" + body))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// Check reports whether answer solves the puzzle; an empty answer does once
// Patience has passed. That it counts only once is Spend's to see to.
func (p Text) Check(key []byte, subject, answer string, now time.Time) error {
	made, hardness, err := p.read(key, subject)
	if err != nil {
		return err
	}
	switch age := now.Sub(made); {
	case age < -time.Minute || age >= Lifetime:
		return ErrExpired
	case answer == "" && age >= Patience:
		return nil
	case !p.solvedBy(answer, hardness):
		return ErrWrong
	}
	return nil
}

// read is what the puzzle says, if its signature is ours.
func (p Text) read(key []byte, subject string) (made time.Time, hardness int, err error) {
	cut := strings.LastIndexByte(string(p), '.')
	if len(p) > maxText || cut < 0 || !hmac.Equal([]byte(p[cut+1:]), []byte(sign(key, subject, string(p[:cut])))) {
		return made, 0, ErrExpired
	}
	parts := strings.Split(string(p), ".") // ours, so well-formed
	unix, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return made, 0, ErrExpired
	}
	hardness, err = strconv.Atoi(parts[2])
	if err != nil {
		return made, 0, ErrExpired
	}
	return time.Unix(unix, 0), hardness, nil
}

func (p Text) solvedBy(answer string, hardness int) bool {
	if answer == "" || len(answer) > maxAnswer {
		return false
	}
	if _, err := strconv.ParseUint(answer, 10, 64); err != nil {
		return false
	}
	return leadingZeros(sha256.Sum256([]byte(string(p)+"."+answer))) >= hardness
}

func leadingZeros(sum [sha256.Size]byte) int {
	zeros := 0
	for _, b := range sum {
		zeros += bits.LeadingZeros8(b)
		if b != 0 {
			break
		}
	}
	return zeros
}
