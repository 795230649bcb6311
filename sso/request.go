package sso

import (
	"encoding/json"
	"errors"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
)

// Lifetime is how long a person may take at the provider.
const Lifetime = 30 * time.Minute

// Purpose is what a browser was sent to a provider for.
type Purpose string

// The purposes.
const (
	SignIn Purpose = "sign_in"
	Test   Purpose = "test"   // by an admin, who sees what came and is not signed in
	Logout Purpose = "logout" // its answer ends a single logout
)

// Request is one sending of a browser to an identity provider. Its id is the
// SAML request's ID too: the answer names it in InResponseTo.
type Request struct {
	db.Owned
	ID            id.SSORequest
	ConnectionID  id.Connection
	Purpose       Purpose
	StateHash     []byte
	BoundHash     []byte
	AttemptID     *id.Attempt
	PortalSession *id.PortalSession
	RecordedID    *id.SSOAttempt
	ReturnPath    *string
	Sealed        []byte
	AnsweredAt    *time.Time
	UsedAt        *time.Time
	ExpiresAt     time.Time
	CreatedAt     time.Time
	UpdatedAt     time.Time

	carried carried // of an open request, once it was found
}

// TableName is the table that this package owns.
func (Request) TableName() string { return "sso_requests" }

var requests = db.OwnedTable[Request, id.SSORequest]{}

// carried is what a request keeps sealed.
type carried struct {
	Nonce    string   `json:"nonce,omitempty"`
	Verifier string   `json:"verifier,omitempty"`
	Returns  int      `json:"returns,omitempty"`
	Profile  *Profile `json:"profile,omitempty"` // who came
}

// Returns is how often the browser had come back from there a moment before
// it was sent this time.
func (r *Request) Returns() int { return r.carried.Returns }

func newRequest(tx *db.OrgTx, request id.SSORequest, c id.Connection, record id.SSOAttempt, f For, state string, keep carried) error {
	r := &Request{ID: request, ConnectionID: c, Purpose: f.Purpose, StateHash: seal.Hash(state), BoundHash: seal.Hash(f.Bound),
		AttemptID: f.Attempt, PortalSession: f.PortalSession, RecordedID: &record, ReturnPath: some(f.ReturnPath), ExpiresAt: tx.Now().Add(Lifetime)}
	if err := r.pack(tx, keep); err != nil {
		return err
	}
	return requests.Insert(tx, r)
}

// byState is the request of a connection that was sent away with a state.
func byState(tx *db.OrgTx, c id.Connection, state string) (*Request, error) {
	if state == "" || len(state) > maxState {
		return nil, ErrRequest
	}
	return opened(tx, c, db.Eq("state_hash", seal.Hash(state)))
}

// byID is the request of a connection that an answer names.
func byID(tx *db.OrgTx, c id.Connection, named string) (*Request, error) {
	request, err := id.Parse[id.SSORequest](named)
	if err != nil {
		return nil, ErrRequest
	}
	return opened(tx, c, db.Eq("id", request))
}

// maxState is more than what we send: 43 characters.
const maxState = 256

// opened reads one request with what it keeps. An answer at another
// connection's address is none of it (SECURITY.md S13, O6).
func opened(tx *db.OrgTx, c id.Connection, cond db.Cond) (*Request, error) {
	r, err := requests.First(tx, cond, db.Eq("connection_id", c))
	if errors.Is(err, db.ErrNotFound) {
		return nil, ErrRequest
	}
	if err != nil {
		return nil, err
	}
	plain, err := tx.Open(r.cell(), r.Sealed)
	if err == nil {
		err = json.Unmarshal(plain, &r.carried)
	}
	return r, err
}

// live reports whether an answer may still come.
func (r *Request) live(now time.Time) bool { return r.AnsweredAt == nil && now.Before(r.ExpiresAt) }

// bound reports whether the browser with that cookie is the one that was sent
// away: an answer that somebody else fetched signs nobody in (SECURITY.md S13, O7).
func (r *Request) bound(secret string) bool {
	return secret != "" && seal.Equal(r.BoundHash, seal.Hash(secret))
}

// answer uses the request up: of twenty answers at once one goes on.
func (r *Request) answer(tx *db.OrgTx) (bool, error) {
	n, err := requests.Update(tx, r.ID, db.Set{"answered_at": tx.Now()}, db.Null("answered_at"), db.Gt("expires_at", tx.Now()))
	return n == 1, err
}

// waiting is how long who came waits for their browser, which was told at once
// to ask: what the connection trusts may change.
const waiting = 2 * time.Minute

// keep stores who came, until the browser asks by itself.
func (r *Request) keep(tx *db.OrgTx, p *Profile) error {
	r.carried = carried{Returns: r.carried.Returns, Profile: p}
	if err := r.pack(tx, r.carried); err != nil {
		return err
	}
	if end := tx.Now().Add(waiting); end.Before(r.ExpiresAt) {
		r.ExpiresAt = end
	}
	_, err := requests.Update(tx, r.ID, db.Set{"sealed": r.Sealed, "expires_at": r.ExpiresAt})
	return err
}

// LocateRequest is the organization of a request.
func LocateRequest(tx *db.AllTx, request id.SSORequest) (id.Organization, error) {
	r, err := requests.Get(tx, request)
	if errors.Is(err, db.ErrNotFound) {
		return "", ErrRequest
	}
	if err != nil {
		return "", err
	}
	return r.OrganizationID, nil
}

// WhoCame is who came by a request of that sign-in, and was not taken yet.
func WhoCame(tx *db.OrgTx, request id.SSORequest, attempt id.Attempt) (*Received, error) {
	r, err := requests.Get(tx, request)
	if err == nil {
		r, err = opened(tx, r.ConnectionID, db.Eq("id", request))
	}
	if errors.Is(err, db.ErrNotFound) {
		return nil, ErrRequest
	}
	if err != nil {
		return nil, err
	}
	if r.AttemptID == nil || *r.AttemptID != attempt || r.carried.Profile == nil || r.RecordedID == nil || r.UsedAt != nil {
		return nil, ErrRequest
	}
	c, err := connections.Get(tx, r.ConnectionID)
	if err != nil {
		return nil, err
	}
	record, err := attempts.Get(tx, *r.RecordedID)
	if err != nil {
		return nil, err
	}
	return &Received{Request: r, Connection: c, Profile: r.carried.Profile, Record: record.ID, Reference: record.Reference}, nil
}

// Take takes who came: once, and while the connection signs people in.
func Take(tx *db.OrgTx, came *Received) error {
	n, err := requests.Update(tx, came.Request.ID, db.Set{"used_at": tx.Now()}, db.Null("used_at"), db.Gt("expires_at", tx.Now()))
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrRequest
	}
	c, err := connections.Get(tx, came.Connection.ID)
	if err != nil {
		return err
	}
	if c.State != Active { // turned off in this moment
		return ErrInactive
	}
	came.Connection = c
	return nil
}

func (r *Request) pack(tx *db.OrgTx, c carried) error {
	plain, err := json.Marshal(c)
	if err != nil {
		return err
	}
	r.Sealed, err = tx.Seal(r.cell(), plain)
	return err
}

func (r *Request) cell() db.Cell {
	return db.Cell{Table: "sso_requests", Column: "sealed", Row: string(r.ID)}
}

func some(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
