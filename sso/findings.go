package sso

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// verdict is the condition that the candidate took an answer, or refused it.
// Postgres and SQLite write the JSON of Shadow in two ways.
func verdict(accepted string) db.Cond {
	return db.Or(db.Mentions("shadow", `"accepted":`+accepted), db.Mentions("shadow", `"accepted": `+accepted))
}

// findings is what shadow verification made of real sign-ins since a candidate
// was set.
func findings(tx *db.OrgTx, c id.Connection, since time.Time) (wire.CandidateFindings, error) {
	var f wire.CandidateFindings
	real := []db.Cond{db.Eq("connection_id", c), db.Gte("created_at", since), db.In("kind", []Kind{KindSignIn, KindTest}), db.NotNull("shadow")}
	with := func(more ...db.Cond) []db.Cond { return append(append([]db.Cond{}, real...), more...) }
	for _, n := range []struct {
		into  *int64
		conds []db.Cond
	}{
		{&f.Agreeing, with(db.Eq("outcome", Succeeded), verdict("true"))},
		{&f.Refused, with(db.Eq("outcome", Succeeded), verdict("false"))},
		{&f.Mended, with(db.Eq("outcome", Failed), verdict("true"))},
	} {
		var err error
		if *n.into, err = attempts.Count(tx, n.conds...); err != nil {
			return f, err
		}
	}
	first, err := attempts.List(tx, db.Query{Where: with(db.Eq("outcome", Succeeded), verdict("false")), Limit: 1})
	if err != nil || len(first) == 0 {
		return f, err
	}
	a := first[0]
	f.First = &wire.CandidateDifferent{AttemptID: a.ID, Reference: a.Reference, Code: a.Shadow.Code, Expected: a.Shadow.Expected, Received: a.Shadow.Received, CreatedAt: wire.At(a.CreatedAt)}
	return f, nil
}
