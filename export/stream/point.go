package stream

import (
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
)

// Point is a place in the log, by one of its members: the first entry that is
// sent from there.
type Point struct {
	Sequence int64     // the organization's number; of a stream of every organization, a position
	Position int64     // over the whole deployment
	Time     time.Time // what was recorded from then on
}

// ErrPoint is of a replay from nowhere.
var ErrPoint = problem.New(problem.Invalid, "invalid_replay", "Say from where: from_sequence, from_position or from_time.")

// before is the position behind which a stream starts so that the point's
// entry is its first: the end of the log where p is nil.
func (p *Point) before(tx db.OwnedScope) (int64, error) {
	head, err := audit.Head(tx)
	if err != nil || p == nil {
		return head, err
	}
	org := organization(tx)
	if org == "" && p.Sequence > 0 {
		p = &Point{Position: p.Sequence}
	}
	var first []audit.Numbered
	switch {
	case p.Sequence > 0:
		own := id.Organization(org)
		first, err = audit.Stretch(tx, &own, p.Sequence-1, 0, 1)
	case p.Position > 0:
		first, err = audit.Feed(tx, audit.FeedQuery{After: p.Position - 1, Limit: 1})
	case !p.Time.IsZero():
		first, err = audit.Feed(tx, audit.FeedQuery{Since: p.Time, Limit: 1})
	default:
		return 0, ErrPoint
	}
	if err != nil || len(first) == 0 {
		return head, err
	}
	return first[0].Position - 1, nil // what was dropped meanwhile is not waited for
}

// last is the number of the newest entry of the transaction's organization up
// to a position; of a stream of every organization, the position itself.
func last(tx db.OwnedScope, position int64) (int64, error) {
	if organization(tx) == "" || position == 0 {
		return position, nil
	}
	rows, err := audit.Feed(tx, audit.FeedQuery{Until: position, Newest: true, Limit: 1})
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	return rows[0].Sequence, nil
}
