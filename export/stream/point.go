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

var positions = db.MaybeTable[audit.Position, id.Event]{}

// before is the position behind which a stream starts so that the point's
// entry is its first: the end of the log where p is nil.
func (p *Point) before(tx db.OwnedScope) (int64, error) {
	head, err := audit.Head(tx)
	if err != nil || p == nil {
		return head, err
	}
	if org := organization(tx); org == "" && p.Sequence > 0 {
		p = &Point{Position: p.Sequence}
	}
	var first []audit.Numbered
	switch {
	case p.Sequence > 0:
		rows, err := positions.List(tx, db.Query{Where: []db.Cond{db.Gte("sequence", p.Sequence)}, Order: []string{"sequence"}, Limit: 1})
		if err != nil || len(rows) == 0 {
			return head, err
		}
		return rows[0].Position - 1, nil
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
	if organization(tx) == "" {
		return position, nil
	}
	rows, err := positions.List(tx, db.Query{Where: []db.Cond{db.Lte("position", position)}, Order: []string{"-sequence"}, Limit: 1})
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	return rows[0].Sequence, nil
}
