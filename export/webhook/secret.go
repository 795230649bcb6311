package webhook

import (
	"crypto/rand"
	"encoding/base64"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// Overlap is how long the secret before the present one signs too: until then
// receivers must know the new one.
const Overlap = 24 * time.Hour

// secretPrefix is that of Standard Webhooks, whose libraries take the base64
// behind it for the key; the wire's signature has the whole text for its key.
const secretPrefix = "whsec_"

func newSecret() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails: it ends the process instead
	return secretPrefix + base64.StdEncoding.EncodeToString(key)
}

func secretCell(e id.Endpoint, column string) db.Cell {
	return db.Cell{Table: "webhook_endpoints", Column: column, Row: string(e)}
}

// secrets are the endpoint's that sign at now: the present one, and the one
// before it for a while.
func (e *Endpoint) secrets(tx *db.Tx, now time.Time) ([]string, error) {
	present, err := tx.Open(secretCell(e.ID, "sealed_secret"), e.SealedSecret)
	if err != nil {
		return nil, err
	}
	out := []string{string(present)}
	if e.PreviousUntil != nil && now.Before(*e.PreviousUntil) {
		before, err := tx.Open(secretCell(e.ID, "sealed_previous"), e.SealedPrevious)
		if err != nil {
			return nil, err
		}
		out = append(out, string(before))
	}
	return out, nil
}

// RotateSecret gives an endpoint another secret, which is told this once. The
// one before signs too for a day.
func RotateSecret(tx db.OwnedScope, endpoint id.Endpoint) (e *Endpoint, secret string, err error) {
	e, err = Get(tx, endpoint)
	if err != nil {
		return nil, "", err
	}
	err = within(tx, e.OrganizationID, func(tx db.OwnedScope) error {
		t := sealer(tx)
		before, err := t.Open(secretCell(e.ID, "sealed_secret"), e.SealedSecret)
		if err != nil {
			return err
		}
		secret = newSecret()
		sealed, err := t.Seal(secretCell(e.ID, "sealed_secret"), []byte(secret))
		if err != nil {
			return err
		}
		previous, err := t.Seal(secretCell(e.ID, "sealed_previous"), before)
		if err != nil {
			return err
		}
		until := tx.Now().Add(Overlap)
		n, err := endpoints.Update(tx, e.ID, db.Set{"sealed_secret": sealed, "sealed_previous": previous, "previous_until": until, "updated_at": tx.Now()},
			db.Eq("sealed_secret", e.SealedSecret)) // two at once: one of them is told that it came too late
		if err != nil {
			return err
		}
		if n == 0 {
			return errRotated
		}
		e.SealedSecret, e.SealedPrevious, e.PreviousUntil, e.UpdatedAt = sealed, previous, &until, tx.Now()
		return e.record(tx, "secret_rotated")
	})
	return e, secret, err
}
