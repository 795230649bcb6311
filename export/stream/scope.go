package stream

import (
	"gatehouse/audit"
	"gatehouse/internal/db"
)

// base is the transaction itself.
func base(tx db.OwnedScope) *db.Tx {
	if own, ok := tx.(*db.OrgTx); ok {
		return own.Tx
	}
	return tx.(*db.AllTx).Tx // there is no third one
}

// organization is the transaction's, or "".
func organization(tx db.OwnedScope) string {
	if own, ok := tx.(*db.OrgTx); ok {
		return string(own.Organization())
	}
	return ""
}

// insert adds a stream to the transaction's organization or the deployment's.
func insert(tx db.OwnedScope, s *Stream) error {
	own, inOrg := tx.(*db.OrgTx)
	conds := []db.Cond{db.NotNull("id")}
	if !inOrg {
		conds = []db.Cond{db.Null("organization_id")}
	}
	if n, err := streams.Count(tx, conds...); err != nil {
		return err
	} else if n >= maxStreams {
		return ErrMany
	}
	if inOrg {
		return streams.Insert(own, s)
	}
	return streams.InsertDeployment(tx, s)
}

// record writes an entry of the transaction's organization or the deployment's.
func record(tx db.OwnedScope, e audit.Entry) error {
	if own, ok := tx.(*db.OrgTx); ok {
		return audit.Record(own, e)
	}
	return audit.RecordDeployment(base(tx), e)
}

// gone is what an update that met no row failed by.
func gone(err error) error {
	if err == nil {
		return db.ErrNotFound
	}
	return err
}
