package sso

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso/trail"
)

// Kept is how long attempts are kept.
const Kept = 30 * 24 * time.Hour

// Kind is how an attempt began.
type Kind string

// The kinds.
const (
	KindSignIn       Kind = "sign_in"
	KindTest         Kind = "test"
	KindIDPInitiated Kind = "idp_initiated"
	KindLogout       Kind = "logout"
)

// Outcome is what became of an attempt.
type Outcome string

// The outcomes. One that stays started was never answered.
const (
	Started   Outcome = "started"
	Succeeded Outcome = "succeeded"
	Failed    Outcome = "failed"
)

// Attempt is one try to sign in by a connection, with each step and what was
// refused: the page that says what to change at the provider reads it.
type Attempt struct {
	db.Owned
	ID           id.SSOAttempt
	ConnectionID id.Connection
	Reference    string
	Kind         Kind
	Outcome      Outcome
	Code         *string
	Expected     *string
	Received     *string
	Steps        []trail.Step        `gorm:"serializer:json"`
	Document     *string             // what came, redacted
	Attributes   map[string][]string `gorm:"serializer:json"` // what was said of the person
	Shadow       *Shadow             `gorm:"serializer:json"`
	Subject      *string
	Email        *string
	UserID       *id.User
	Actor        *string // who tested
	IPAddress    *string
	UserAgent    *string
	FinishedAt   *time.Time
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// TableName is the table that this package owns.
func (Attempt) TableName() string { return "sso_attempts" }

var attempts = db.OwnedTable[Attempt, id.SSOAttempt]{}

// Shadow is what the candidate configuration made of the same answer.
type Shadow struct {
	Accepted bool    `json:"accepted"`
	Code     *string `json:"code,omitempty"`
	Expected *string `json:"expected,omitempty"`
	Received *string `json:"received,omitempty"`
}

// GetAttempt is one attempt.
func GetAttempt(tx db.OwnedScope, attempt id.SSOAttempt) (*Attempt, error) {
	return attempts.Get(tx, attempt)
}

// Attempts lists the attempts of a connection, the newest first.
func Attempts(tx db.OwnedScope, c id.Connection, p db.Page, conds ...db.Cond) ([]Attempt, db.Paging, error) {
	list := func(q db.Query) ([]Attempt, error) { return attempts.List(tx, q) }
	conds = append([]db.Cond{db.Eq("connection_id", c)}, conds...)
	return db.ListPage(list, p, "id", func(a Attempt) string { return string(a.ID) }, conds...)
}

// LocateReference is the newest attempt that its page called GH-XXXX-XXXX.
func LocateReference(tx *db.AllTx, reference string) (*Attempt, error) {
	found, err := attempts.List(tx, db.Query{Where: []db.Cond{db.Eq("reference", reference)}, Order: []string{"-id"}, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, db.ErrNotFound
	}
	return &found[0], nil
}

// AttemptOf is LocateReference within one organization.
func AttemptOf(tx *db.OrgTx, reference string) (*Attempt, error) {
	found, err := attempts.List(tx, db.Query{Where: []db.Cond{db.Eq("reference", reference)}, Order: []string{"-id"}, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, db.ErrNotFound
	}
	return &found[0], nil
}
