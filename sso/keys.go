package sso

import (
	"context"
	"crypto/x509"
	"errors"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso/saml"
)

// OurKey is a key of ours without its private half, as admins see it.
type OurKey struct {
	ID          id.ConnectionKey
	Standing    KeyStanding
	Certificate *x509.Certificate
	CreatedAt   time.Time
}

// NewKey makes a key for a connection. It takes a tenth of a second: never in
// a transaction.
func NewKey(now time.Time) (*saml.Key, error) { return saml.NewKey("Gatehouse", now) }

// Keys are a connection's keys: the active one first, then the next, then the
// previous.
func Keys(tx db.OwnedScope, c id.Connection) ([]OurKey, error) {
	rows, err := keys.List(tx, db.Query{Where: []db.Cond{db.Eq("connection_id", c)}, Order: []string{"standing"}}) // a, n, p
	if err != nil {
		return nil, err
	}
	out := make([]OurKey, 0, len(rows))
	for _, row := range rows {
		certificate, err := x509.ParseCertificate(row.Certificate)
		if err != nil {
			return nil, err
		}
		out = append(out, OurKey{ID: row.ID, Standing: row.Standing, Certificate: certificate, CreatedAt: row.CreatedAt})
	}
	return out, nil
}

func storeKey(tx *db.OrgTx, c id.Connection, k *saml.Key, as KeyStanding) (*key, error) {
	row := &key{ID: id.New[id.ConnectionKey](), ConnectionID: c, Standing: as, Certificate: k.Certificate.Raw, NotAfter: k.Certificate.NotAfter}
	document, err := k.MarshalPEM()
	if err != nil {
		return nil, err
	}
	if row.Sealed, err = tx.Seal(row.cell(), document); err != nil {
		return nil, err
	}
	return row, keys.Insert(tx, row)
}

// EnsureKey gives a connection its first key where it has none: connections
// get one when they first need it, so that ten thousand that nobody uses cost
// nothing. Whoever of several comes first has made it.
func EnsureKey(ctx context.Context, d *db.DB, who actor.Actor, org id.Organization, c id.Connection) error {
	has, err := hasKey(ctx, d, org, c)
	if err != nil || has {
		return err
	}
	k, err := NewKey(d.Now())
	if err != nil {
		return err
	}
	return d.InOrg(ctx, org, who, func(tx *db.OrgTx) error {
		row, err := Get(tx, c)
		if err != nil {
			return err
		}
		stored, err := storeKey(tx, c, k, ActiveKey)
		if errors.Is(err, db.ErrDuplicate) {
			return nil
		}
		if err != nil {
			return err
		}
		return row.recordKey(tx, stored, keyMade)
	})
}

func hasKey(ctx context.Context, d *db.DB, org id.Organization, c id.Connection) (has bool, err error) {
	err = d.ReadOrg(ctx, org, func(tx *db.OrgTx) error {
		n, err := keys.Count(tx, db.Eq("connection_id", c), db.Eq("standing", ActiveKey))
		has = n > 0
		return err
	})
	return has, err
}

// AddKey publishes a next key beside the one that signs: the first step of a
// roll-over. The provider reads our metadata again, or its admin adds the
// certificate; then PromoteKey.
func AddKey(tx *db.OrgTx, c id.Connection, k *saml.Key) (*OurKey, error) {
	row, err := Lock(tx, c)
	if err != nil {
		return nil, err
	}
	n, err := keys.Count(tx, db.Eq("connection_id", c), db.Eq("standing", ActiveKey))
	if err != nil {
		return nil, err
	}
	as := NextKey
	if n == 0 {
		as = ActiveKey
	}
	stored, err := storeKey(tx, c, k, as)
	if errors.Is(err, db.ErrDuplicate) {
		err = ErrKeyExists
	}
	if err != nil {
		return nil, err
	}
	return &OurKey{ID: stored.ID, Standing: as, Certificate: k.Certificate, CreatedAt: stored.CreatedAt}, row.recordKey(tx, stored, keyMade)
}

// PromoteKey makes the next key the one that signs. The one before still opens
// what the provider encrypts for it, until it is deleted or another follows.
func PromoteKey(tx *db.OrgTx, c id.Connection) error {
	row, err := Lock(tx, c)
	if err != nil {
		return err
	}
	next, err := keys.First(tx, db.Eq("connection_id", c), db.Eq("standing", NextKey))
	if errors.Is(err, db.ErrNotFound) {
		return ErrNoNextKey
	}
	if err != nil {
		return err
	}
	if _, err := keys.DeleteWhere(tx, db.Eq("connection_id", c), db.Eq("standing", PreviousKey)); err != nil {
		return err
	}
	if _, err := keys.UpdateWhere(tx, db.Set{"standing": PreviousKey}, db.Eq("connection_id", c), db.Eq("standing", ActiveKey)); err != nil {
		return err
	}
	if _, err := keys.Update(tx, next.ID, db.Set{"standing": ActiveKey}); err != nil {
		return err
	}
	next.Standing = ActiveKey
	return row.recordKey(tx, next, keyPromoted)
}

// DeleteKey retires a next or a previous key.
func DeleteKey(tx *db.OrgTx, c id.Connection, k id.ConnectionKey) error {
	row, err := Lock(tx, c)
	if err != nil {
		return err
	}
	stored, err := keys.First(tx, db.Eq("id", k), db.Eq("connection_id", c))
	if err != nil {
		return err
	}
	if stored.Standing == ActiveKey {
		return ErrKeyInUse
	}
	if _, err := keys.Delete(tx, k); err != nil {
		return err
	}
	return row.recordKey(tx, stored, keyDeleted)
}
