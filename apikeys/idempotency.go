package apikeys

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/seal"
)

// keptFor is how long a repeat gets the first answer.
const keptFor = 24 * time.Hour

// maxKeyLength bounds an Idempotency-Key.
const maxKeyLength = 255

// What callers are told of repeats.
var (
	ErrOtherRequest = problem.New(problem.Invalid, "idempotency_key_reused",
		"That Idempotency-Key came before with another request. Use a new key for a new request.")
	ErrUnderWay = problem.New(problem.Conflict, "idempotency_key_in_use",
		"A request with that Idempotency-Key is under way. Wait for its answer.")
	ErrKeyLength = problem.New(problem.Invalid, "invalid_idempotency_key", "An Idempotency-Key has at most 255 characters.")
)

// storedAnswer is the answer to a request that had an effect.
type storedAnswer struct {
	db.Global
	ID          idempotencyID
	RequestHash []byte
	Status      int
	Sealed      []byte
	ExpiresAt   time.Time
	CreatedAt   time.Time
}

func (storedAnswer) TableName() string { return "idempotency_keys" }

type idempotencyID string

var answers = db.GlobalTable[storedAnswer, idempotencyID]{}

// Request is a POST that came with an Idempotency-Key.
type Request struct {
	APIKey id.APIKey
	Path   string
	Key    string // the header
	Body   []byte
}

// Answer is what was said to it.
type Answer struct {
	Status int
	Body   json.RawMessage
}

// Idempotency keeps answers for repeats, sealed, because the answer that makes
// an API key holds it. Key is the deployment's (db.DeploymentKey).
type Idempotency struct{ Key *seal.Key }

// Begin is the answer that r was given before, or nil where it is new.
func (i Idempotency) Begin(tx db.AnyScope, r Request) (*Answer, error) {
	if len(r.Key) > maxKeyLength {
		return nil, ErrKeyLength
	}
	row, err := answers.Get(tx, r.id())
	if errors.Is(err, db.ErrNotFound) || err == nil && !tx.Now().Before(row.ExpiresAt) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !seal.Equal(row.RequestHash, r.hash()) {
		return nil, ErrOtherRequest
	}
	body, err := i.Key.Open(place(row.ID), row.Sealed)
	if err != nil {
		return nil, fmt.Errorf("opening a stored answer: %w", err)
	}
	return &Answer{Status: row.Status, Body: body}, nil
}

// Finish keeps the answer in the transaction of the request's effect, so that
// there is either both or none. A second request that ran at the same time
// gets ErrUnderWay, and its effect is taken back with it.
func (i Idempotency) Finish(tx *db.Tx, r Request, a Answer) error {
	if _, err := answers.Delete(tx, r.id(), db.Lte("expires_at", tx.Now())); err != nil {
		return err
	}
	row := &storedAnswer{
		ID: r.id(), RequestHash: r.hash(), Status: a.Status, ExpiresAt: tx.Now().Add(keptFor),
		Sealed: i.Key.Seal(place(r.id()), a.Body),
	}
	err := answers.Insert(tx, row)
	if errors.Is(err, db.ErrDuplicate) {
		return ErrUnderWay
	}
	return err
}

// Sweep deletes answers that nobody may ask for any more. A worker runs it now
// and then; running it twice is harmless.
func Sweep(tx *db.Tx) (int64, error) { return answers.DeleteWhere(tx, db.Lte("expires_at", tx.Now())) }

func place(row idempotencyID) seal.Place {
	return seal.Place{Table: "idempotency_keys", Column: "sealed", Row: string(row)}
}

// id is a hash, so that what callers choose as a key needs no bound of its own.
func (r Request) id() idempotencyID {
	return idempotencyID(hex.EncodeToString(sum([]byte(r.APIKey), []byte(r.Path), []byte(r.Key))))
}

func (r Request) hash() []byte { return sum(r.Body) }

// sum hashes parts with their lengths, so that no two lists of parts agree.
func sum(parts ...[]byte) []byte {
	h := sha256.New()
	for _, p := range parts {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(p))))
		h.Write(p)
	}
	return h.Sum(nil)
}
