package audit

import (
	"fmt"
	"slices"

	"gatehouse/internal/db"
)

// travelling is how many entries wait for the commit; more are written where
// they are made, so that they are held by the database and not in memory.
const travelling = 256

// apart is how many wait for their numbers each in a row of its own: fewer cost
// less than to be put together.
const apart = 8

// RecordAll writes entries of the transaction's organization, in their order,
// some hundreds with each statement: a group of 50,000 is put together in one
// request.
func RecordAll(tx *db.OrgTx, entries []Entry) error {
	if len(entries) > apart {
		if err := db.ManyEntries(tx); err != nil {
			return err
		}
	}
	if len(entries) > travelling {
		if err := tx.Flush(); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(entries, travelling) {
		if err := recordSome(tx, some, len(entries) > travelling); err != nil {
			return err
		}
	}
	return nil
}

func recordSome(tx *db.OrgTx, entries []Entry, now bool) error {
	rows := make([]Event, 0, len(entries))
	for _, e := range entries {
		row, err := newEvent(tx.Tx, e)
		if err != nil {
			return err
		}
		rows = append(rows, *row)
	}
	insert := events.InsertAllLater
	if now {
		insert = events.InsertAll
	}
	if err := insert(tx, rows); err != nil {
		return fmt.Errorf("recording %d entries: %w", len(rows), err)
	}
	return nil
}
