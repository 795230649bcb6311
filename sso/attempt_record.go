package sso

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/sso/trail"
)

const (
	maxSubject  = 255
	maxDocument = 64 << 10 // of a redacted document; real ones have 5 to 20 KB
)

// newAttempt is the record of a try that begins now.
func newAttempt(tx *db.OrgTx, c id.Connection, kind Kind) *Attempt {
	who := tx.Actor()
	reference := who.Reference
	if reference == "" {
		reference = seal.Reference()
	}
	return &Attempt{ID: id.New[id.SSOAttempt](), ConnectionID: c, Reference: reference, Kind: kind, Outcome: Started, Steps: []trail.Step{},
		Attributes: map[string][]string{}, IPAddress: field.Clip(who.IP, 64), UserAgent: field.Clip(who.UserAgent, 512)}
}

// judged is what an answer came to.
type judged struct {
	trail      trail.Trail
	refused    *trail.Refusal
	document   string // redacted
	attributes map[string][]string
	profile    *Profile

	unsolicited bool
	assertion   string // its id
	again       func(context.Context) (*Shadow, error)
}

// into writes the judgement into the row of its attempt.
func (j *judged) into(a *Attempt, now time.Time) {
	if j.refused != nil {
		if j.trail.Failure() == nil {
			j.trail.Refuse(j.refused)
		}
		a.refuse(j.refused, now)
	}
	if len(j.trail.Steps) > 0 {
		a.Steps = j.trail.Steps
	}
	a.Document = some(strings.ToValidUTF8(j.document[:min(len(j.document), maxDocument)], ""))
	if j.attributes != nil {
		a.Attributes = j.attributes
	}
	if j.profile != nil {
		a.Subject, a.Email = field.Clip(j.profile.Subject, maxSubject), field.Clip(j.profile.Email, maxSubject)
	}
}

func (a *Attempt) refuse(r *trail.Refusal, now time.Time) {
	a.Outcome, a.FinishedAt = Failed, &now
	a.Code, a.Expected, a.Received = some(r.Code()), some(r.Expected), some(r.Received)
}

// store writes what changed. An attempt that ended meanwhile stays as it is.
func (a *Attempt) store(tx *db.OrgTx) (bool, error) {
	n, err := attempts.Update(tx, a.ID, db.Set{"outcome": a.Outcome, "code": a.Code, "expected": a.Expected, "received": a.Received, "steps": db.JSON(a.Steps),
		"document": a.Document, "attributes": db.JSON(a.Attributes), "subject": a.Subject, "email": a.Email, "user_id": a.UserID, "finished_at": a.FinishedAt},
		db.Eq("outcome", Started))
	return n == 1, err
}

// Conclude ends the record of a sign-in by what its account came to: user was
// admitted, or refused says why nobody was.
func Conclude(tx *db.OrgTx, record id.SSOAttempt, user *id.User, refused *trail.Refusal) error {
	a, err := attempts.Get(tx, record)
	if err != nil {
		return err
	}
	now := tx.Now()
	t := trail.Trail{Steps: a.Steps}
	if refused == nil || refused.Check == trail.Account {
		t.Pass(trail.Domain, "")
	}
	if refused != nil {
		t.Refuse(refused)
		a.refuse(refused, now)
	} else {
		t.Pass(trail.Account, "")
		a.Outcome, a.FinishedAt, a.UserID = Succeeded, &now, user
	}
	a.Steps = t.Steps
	if ended, err := a.store(tx); err != nil || !ended {
		return err
	}
	return a.conclude(tx, refused)
}

// ConcludeTest ends the record of an admin's test. refused is what would keep
// the person out. What only their account is missing is nothing that the
// connection is wrong about.
func ConcludeTest(tx *db.OrgTx, record id.SSOAttempt, refused *trail.Refusal) error {
	if refused == nil || refused.Check != trail.Account {
		return Conclude(tx, record, nil, refused)
	}
	a, err := attempts.Get(tx, record)
	if err != nil {
		return err
	}
	now := tx.Now()
	t := trail.Trail{Steps: a.Steps}
	t.Pass(trail.Domain, "")
	t.Warn(trail.Account, refused.Problem.Message)
	a.Outcome, a.FinishedAt, a.Steps = Succeeded, &now, t.Steps
	if ended, err := a.store(tx); err != nil || !ended {
		return err
	}
	return a.conclude(tx, nil)
}

// conclude tells the log how an attempt ended. A test is no sign-in, and
// applications do not hear of it.
func (a *Attempt) conclude(tx *db.OrgTx, refused *trail.Refusal) error {
	who := tx.Actor()
	tx.As(who.Referring(a.Reference))
	defer tx.As(who)
	switch a.Kind {
	case KindLogout:
		return nil // what ended is told by the sessions
	case KindTest:
		if a.Outcome == Succeeded {
			if _, err := connections.Update(tx, a.ConnectionID, db.Set{"tested_at": tx.Now(), "tested_by": a.Actor}.Quiet()); err != nil {
				return err
			}
		}
		return audit.Record(tx, audit.ConnectionTested{ConnectionID: a.ConnectionID, AttemptID: a.ID, Outcome: string(a.Outcome), Code: a.Code, TestedBy: a.Actor})
	}
	return audit.Record(tx, a.event(refused))
}

// event is what the log says of an attempt that ended, or that began.
func (a *Attempt) event(refused *trail.Refusal) audit.AuthenticationSSO {
	org, connection := a.OrganizationID, a.ConnectionID
	e := audit.AuthenticationSSO{Authentication: audit.Authentication{Type: "sso", Status: string(a.Outcome), UserID: a.UserID, Email: a.Email,
		IPAddress: a.IPAddress, UserAgent: a.UserAgent}, SSO: audit.SSO{OrganizationID: &org, ConnectionID: &connection}}
	if refused != nil {
		e.Error = &audit.AuthenticationError{Code: refused.Code(), Message: refused.Problem.Message}
	}
	return e
}

const redacted = "[redacted]"

// secretive is what a name sounds like whose values are nobody's business.
var secretive = regexp.MustCompile(`(?i)pass(word|wd|phrase)|secret|token|api.?key|private.?key|credential|(^|[^a-z])(pwd|pin|ssn|otp|totp)([^a-z]|$)|social.?security|birth|recovery`)

const (
	maxShownNames  = 100
	maxShownValues = 20
)

// shown is what was said of a person, as examples for the mapping.
func shown(raw map[string][]string) map[string][]string {
	out := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		if len(out) == maxShownNames {
			break
		}
		values := raw[name]
		var kept []string
		for _, v := range values[:min(len(values), maxShownValues)] {
			if secretive.MatchString(name) {
				v = redacted
			}
			kept = append(kept, trail.Clean(v))
		}
		out[trail.Clean(name)] = kept
	}
	return out
}
