package sso

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// seen is an assertion or a logout token that was used. Its id is made of the
// connection and the assertion's id.
type seen struct {
	db.Owned
	ID           id.Seen
	ConnectionID id.Connection
	ExpiresAt    time.Time
	CreatedAt    time.Time
}

// TableName is the table that this package owns.
func (seen) TableName() string { return "assertions_seen" }

var seens = db.OwnedTable[seen, id.Seen]{}

// maxRemembered caps how long a provider can make us remember: an assertion
// that is good for longer is refused long before it ends, by its age.
const maxRemembered = 24 * time.Hour

// See remembers that an assertion, or a logout token, was used, until it has
// run out. It reports whether this was the first time, on whichever node: the
// row's key is the memory.
func See(tx *db.OrgTx, c id.Connection, assertion string, until time.Time) (first bool, err error) {
	sum := sha256.Sum256([]byte(string(c) + "\x00" + assertion))
	key := id.Seen(id.Seen("").Prefix() + base64.RawURLEncoding.EncodeToString(sum[:]))
	if latest := tx.Now().Add(maxRemembered); until.After(latest) {
		until = latest
	}
	err = seens.Insert(tx, &seen{ID: key, ConnectionID: c, ExpiresAt: until})
	if errors.Is(err, db.ErrDuplicate) {
		return false, nil
	}
	return err == nil, err
}
