package social

import (
	"encoding/json"
	"errors"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/sso/oidc"
)

// Lifetime is how long a person may take at the provider.
const Lifetime = 30 * time.Minute

// Request is one sending of a browser to a provider.
type Request struct {
	db.Global
	ID         id.SocialRequest
	StateHash  []byte
	Slug       string
	AttemptID  *id.Attempt // the sign-in that it is for
	UserID     *id.User    // or the signed-in person who adds it
	BoundHash  []byte      // of the cookie that the browser proves itself by
	Sealed     []byte      // carried
	ReturnPath *string
	UsedAt     *time.Time
	ExpiresAt  time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// TableName is the table that this package owns.
func (Request) TableName() string { return "social_requests" }

var requests = db.GlobalTable[Request, id.SocialRequest]{}

// carried is what a request keeps sealed.
type carried struct {
	Nonce    string   `json:"nonce"`
	Verifier string   `json:"verifier"`
	Answer   *Answer  `json:"answer,omitempty"`  // that came by a form, until the browser is here by itself
	Arrival  *Arrival `json:"arrival,omitempty"` // who came, until their mailbox is proven
}

// For says what a browser is sent away for.
type For struct {
	Attempt    *id.Attempt
	User       *id.User
	Bound      string // the secret of the cookie that the browser has to bring back
	ReturnPath string // with User: where they go afterwards
}

func newRequest(tx *db.Tx, slug string, f For, r oidc.Request) (*Request, error) {
	row := &Request{ID: id.New[id.SocialRequest](), StateHash: seal.Hash(r.State), Slug: slug, AttemptID: f.Attempt, UserID: f.User,
		BoundHash: seal.Hash(f.Bound), ExpiresAt: tx.Now().Add(Lifetime)}
	if f.ReturnPath != "" {
		row.ReturnPath = &f.ReturnPath
	}
	err := row.pack(tx, carried{Nonce: r.Nonce, Verifier: r.Verifier})
	return row, err
}

// Find is the request that a provider's answer names by its state: live, of
// that provider, and not finished. An answer at another provider's address is
// none of it (SECURITY.md O6).
func Find(tx db.AnyScope, now time.Time, slug, state string) (*Request, error) {
	r, err := requests.First(tx, db.Eq("state_hash", seal.Hash(state)))
	if errors.Is(err, db.ErrNotFound) {
		return nil, ErrState
	}
	if err != nil {
		return nil, err
	}
	if r.Slug != slug || r.UsedAt != nil || !now.Before(r.ExpiresAt) {
		return nil, ErrState
	}
	return r, nil
}

// Bound reports whether the browser with that cookie is the one that was sent
// away: an answer that somebody else fetched signs nobody in (O7).
func (r *Request) Bound(secret string) bool {
	return secret != "" && seal.Equal(r.BoundHash, seal.Hash(secret))
}

// Keep stores an answer that came by a cross-site form, which brings none of
// the cookies that prove the browser, until the browser asks by itself.
func (r *Request) Keep(tx *db.Tx, a Answer) error {
	c, err := r.unpack(tx)
	if err != nil {
		return err
	}
	c.Answer = &a
	if err := r.pack(tx, c); err != nil {
		return err
	}
	n, err := requests.Update(tx, r.ID, db.Set{"sealed": r.Sealed}, db.Null("used_at"))
	if err == nil && n == 0 {
		return ErrState
	}
	return err
}

// Consume uses the request up: of twenty answers at once one goes on.
func (r *Request) Consume(tx *db.Tx) error {
	n, err := requests.Update(tx, r.ID, db.Set{"used_at": tx.Now()}, db.Null("used_at"), db.Gt("expires_at", tx.Now()))
	if err == nil && n == 0 {
		return ErrState
	}
	return err
}

// KeepArrival stores who came, until their mailbox is proven.
func (r *Request) KeepArrival(tx *db.Tx, a Arrival) error {
	if err := r.pack(tx, carried{Arrival: &a}); err != nil {
		return err
	}
	_, err := requests.Update(tx, r.ID, db.Set{"sealed": r.Sealed})
	return err
}

// ArrivalOf is who came by a request and had to prove their mailbox.
func ArrivalOf(tx *db.Tx, request id.SocialRequest) (Arrival, error) {
	r, err := requests.Get(tx, request)
	if errors.Is(err, db.ErrNotFound) {
		return Arrival{}, ErrState
	}
	if err != nil {
		return Arrival{}, err
	}
	c, err := r.unpack(tx)
	if err == nil && c.Arrival == nil {
		err = ErrState
	}
	if err != nil {
		return Arrival{}, err
	}
	return *c.Arrival, nil
}

// Sweep removes requests that ran out a day ago.
func Sweep(tx *db.Tx) (int64, error) {
	return requests.DeleteWhere(tx, db.Lt("expires_at", tx.Now().Add(-24*time.Hour)))
}

func (r *Request) pack(tx *db.Tx, c carried) error {
	plain, err := json.Marshal(c)
	if err != nil {
		return err
	}
	r.Sealed, err = tx.SealGlobal(r.cell(), plain)
	return err
}

func (r *Request) unpack(tx *db.Tx) (c carried, err error) {
	plain, err := tx.OpenGlobal(r.cell(), r.Sealed)
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(plain, &c)
}

func (r *Request) cell() db.Cell {
	return db.Cell{Table: "social_requests", Column: "sealed", Row: string(r.ID)}
}
