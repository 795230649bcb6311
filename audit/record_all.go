package audit

import (
	"fmt"

	"gatehouse/internal/db"
)

// sizes are how many entries one statement writes: as few statements as can be,
// of five texts, because each text is prepared once for each connection.
var sizes = []int{256, 64, 16, 4, 1}

// travelling is how many entries wait for the commit; more are written where
// they are made, so that they are held by the database and not in memory.
const travelling = 256

// RecordAll writes entries of the transaction's organization, in their order,
// some hundreds with each statement: a group of 50,000 is put together in one
// request.
func RecordAll(tx *db.OrgTx, entries []Entry) error {
	for _, size := range sizes {
		for len(entries) >= size {
			if err := recordSome(tx, entries[:size], len(entries) > travelling); err != nil {
				return err
			}
			entries = entries[size:]
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
