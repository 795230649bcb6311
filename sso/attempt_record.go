package sso

import (
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
	maxDocument = 128 << 10 // of a redacted document; real ones have 5 to 20 KB
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
	if a.Document = some(j.document); len(j.document) > maxDocument {
		a.Document = some(j.document[:maxDocument])
	}
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
