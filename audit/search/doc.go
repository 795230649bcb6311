// Package search finds and counts entries of the audit log.
//
//	rows, paging, err := search.Find(tx, search.Query{Actors: []string{"user_01…"}, Text: "ada"}, page)
//
// An entry is found by its terms (audit.Terms), which the sequencer keeps with
// its numbers. Entries that are not numbered yet are found too: there are few,
// and they are looked at one by one.
package search
