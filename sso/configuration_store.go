package sso

import (
	"errors"

	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

func (c *configured) cell() db.Cell {
	return db.Cell{Table: "connection_configurations", Column: "sealed", Row: string(c.ID)}
}

// settings is the row with its secret opened.
func (c *configured) settings(tx *db.OrgTx) (settings, error) {
	s := settings{Configuration: c.Configuration}
	if len(c.Sealed) == 0 {
		return s, nil
	}
	plain, err := tx.Open(c.cell(), c.Sealed)
	s.secret = config.NewSecret(string(plain))
	return s, err
}

// standing is a connection's row of that standing, or db.ErrNotFound.
func standing(tx *db.OrgTx, c id.Connection, s Standing) (*configured, error) {
	return configurations.First(tx, db.Eq("connection_id", c), db.Eq("standing", s))
}

// live is what counts for a connection.
func live(tx *db.OrgTx, c id.Connection) (*configured, settings, error) {
	row, err := standing(tx, c, Live)
	if err != nil {
		return nil, settings{}, err
	}
	s, err := row.settings(tx)
	return row, s, err
}

// store makes a row of a configuration.
func (s settings) store(tx *db.OrgTx, c id.Connection, as Standing) error {
	row := &configured{ID: id.New[id.Configuration](), ConnectionID: c, Standing: as, Configuration: s.Configuration}
	if err := s.seal(tx, row); err != nil {
		return err
	}
	return configurations.Insert(tx, row)
}

func (s settings) seal(tx *db.OrgTx, row *configured) (err error) {
	row.Sealed = nil
	if !s.secret.Empty() {
		row.Sealed, err = tx.Seal(row.cell(), []byte(s.secret.Reveal()))
	}
	return err
}

// drop removes a connection's row of that standing, if there is one.
func drop(tx *db.OrgTx, c id.Connection, s Standing) (int64, error) {
	return configurations.DeleteWhere(tx, db.Eq("connection_id", c), db.Eq("standing", s))
}

// stand moves a connection's row from one standing to another, which is free.
func stand(tx *db.OrgTx, c id.Connection, from, to Standing) error {
	n, err := configurations.UpdateWhere(tx, db.Set{"standing": to}.Quiet(), db.Eq("connection_id", c), db.Eq("standing", from))
	if err == nil && n != 1 {
		err = errors.New("sso: a connection has no " + string(from) + " configuration")
	}
	return err
}

// replaceLive makes s what counts, and keeps what counted as the previous one.
func replaceLive(tx *db.OrgTx, c id.Connection, s settings) error {
	if _, err := drop(tx, c, Previous); err != nil {
		return err
	}
	if err := stand(tx, c, Live, Previous); err != nil {
		return err
	}
	return s.store(tx, c, Live)
}

// amendLive changes what counts in place: a certificate that comes or goes is
// no configuration to go back from.
func amendLive(tx *db.OrgTx, row *configured, next Configuration) error {
	_, err := configurations.Update(tx, row.ID, db.Set{"configuration": db.JSON(next)})
	return err
}
