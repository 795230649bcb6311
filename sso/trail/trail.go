package trail

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Outcome is how a check ended.
type Outcome string

// The outcomes.
const (
	Passed  Outcome = "passed"
	Failed  Outcome = "failed"
	Warned  Outcome = "warned"  // it counts, and somebody should look at it
	Skipped Outcome = "skipped" // not reached, or not asked for
)

// The checks, by the names that are stored and shown.
const (
	Address    = "address"    // was it sent to us, here
	Structure  = "structure"  // can it be read, in one way only
	Discovery  = "discovery"  // can the provider be asked about itself
	Exchange   = "exchange"   // does it take its own code back from us
	Status     = "status"     // does the provider say that it worked
	Decryption = "decryption" // was it encrypted for us
	Signature  = "signature"  // who says so
	Issuer     = "issuer"     // is it the provider of this connection
	Audience   = "audience"   // is it meant for us
	Time       = "time"       // is it valid now
	Request    = "request"    // did we ask
	Subject    = "subject"    // who is it about
	Replay     = "replay"     // was it used before
	Attributes = "attributes" // what is said about them
	Domain     = "domain"     // may this organization speak for that address
	Account    = "account"    // whose account is it here
)

// Step is one check.
type Step struct {
	Check    string  `json:"check"`
	Outcome  Outcome `json:"outcome"`
	Detail   string  `json:"detail,omitempty"`
	Expected string  `json:"expected,omitempty"`
	Received string  `json:"received,omitempty"`
}

// Trail is the steps of one answer, in order.
type Trail struct {
	Steps []Step `json:"steps"`
}

// Pass notes a check that holds.
func (t *Trail) Pass(check, detail string) {
	t.add(Step{Check: check, Outcome: Passed, Detail: detail})
}

// Warn notes a check that holds, and why somebody should look at it.
func (t *Trail) Warn(check, detail string) {
	t.add(Step{Check: check, Outcome: Warned, Detail: detail})
}

// Skip notes a check that was not made.
func (t *Trail) Skip(check, detail string) {
	t.add(Step{Check: check, Outcome: Skipped, Detail: detail})
}

// Fail notes the check that refused.
func (t *Trail) Fail(check, detail, expected, received string) {
	t.add(Step{Check: check, Outcome: Failed, Detail: detail, Expected: expected, Received: received})
}

// Refuse notes the check of a refusal as the one that failed.
func (t *Trail) Refuse(r *Refusal) {
	t.Fail(r.Check, r.Problem.Message, r.Expected, r.Received)
}

// Failure is the first step that failed, or nil.
func (t *Trail) Failure() *Step {
	for i := range t.Steps {
		if t.Steps[i].Outcome == Failed {
			return &t.Steps[i]
		}
	}
	return nil
}

func (t *Trail) add(s Step) {
	s.Detail, s.Expected, s.Received = Clean(s.Detail), Clean(s.Expected), Clean(s.Received)
	t.Steps = append(t.Steps, s)
}

// maxRunes bounds each text: an entity ID may have 1,024 characters (SAML Core
// §8.3.6), and nobody reads more of one than this.
const maxRunes = 400

// Clean makes a text from outside fit to be stored and shown: valid UTF-8, on
// one line, without control characters and without those that change the
// direction of what stands after them, and not longer than somebody reads.
func Clean(s string) string {
	if len(s) > 8*maxRunes {
		s = s[:8*maxRunes]
	}
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "�"), unprintable), " ")
	if utf8.RuneCountInString(s) <= maxRunes {
		return s
	}
	return string([]rune(s)[:maxRunes-1]) + "…"
}

func unprintable(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}
