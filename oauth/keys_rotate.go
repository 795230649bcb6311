package oauth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
)

// Rotate makes a new key of each algorithm. It is published from now on and
// signs after keyLead; the old ones sign until then and stay published until
// their last token has ended. So at no moment does a client meet a token whose
// key it could not have fetched.
func (k *Keys) Rotate(ctx context.Context, who actor.Actor) error {
	return k.RotateWith(ctx, who, nil)
}

// RotateWith is Rotate with what is to commit with it, which may be nil.
func (k *Keys) RotateWith(ctx context.Context, who actor.Actor, also func(*db.Tx) error) error {
	if err := k.Ensure(ctx); err != nil {
		return err
	}
	var fresh []*madeKey
	for _, a := range algorithms {
		key, err := makeKey(a)
		if err != nil {
			return err
		}
		fresh = append(fresh, key)
	}
	err := k.DB.Tx(ctx, who, func(tx *db.Tx) error {
		for _, key := range fresh {
			if err := succeed(tx, key); err != nil {
				return err
			}
		}
		if also == nil {
			return nil
		}
		return also(tx)
	})
	if errors.Is(err, db.ErrDuplicate) {
		return nil // another node rotates at this moment: one new key is what was wanted
	}
	if err != nil {
		return fmt.Errorf("rotating signing keys: %w", err)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	_, err = k.load(ctx)
	return err
}

// succeed stores a key as its algorithm's next and says when the others end.
func succeed(tx *db.Tx, key *madeKey) error {
	others, err := signingKeys.List(tx, db.Query{Where: []db.Cond{db.Eq("algorithm", key.algorithm)}, Order: []string{"-generation"}, Limit: 1})
	if err != nil {
		return err
	}
	next := int64(1)
	if len(others) > 0 {
		next = others[0].Generation + 1
	}
	from := tx.Now().Add(keyLead)
	row, err := key.store(tx, next, from)
	if err != nil {
		return err
	}
	_, err = signingKeys.UpdateWhere(tx, db.Set{"retires_at": from, "gone_at": from.Add(keyLinger)},
		db.Eq("algorithm", key.algorithm), db.Null("retires_at"), db.Not("id", row.ID))
	if err != nil {
		return err
	}
	return recordRotated(tx, row)
}

// maxAccessToken is the longest lifetime that a client's access tokens may have.
const maxAccessToken = 24 * time.Hour
