package directory

import (
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// refusedLately is how long a refused request is news.
const refusedLately = 24 * time.Hour

// Attention is why somebody should look at a directory.
type Attention struct {
	Held    bool // people's leaving waits for somebody's word
	Stopped bool // no token opens it
	Refused bool // a request was refused within a day
}

// Any reports whether there is a reason at all.
func (a Attention) Any() bool { return a.Held || a.Stopped || a.Refused }

// needsAttention is the condition that a directory has one of the reasons.
func needsAttention(tx db.OwnedScope, now time.Time) db.Cond {
	return db.Or(db.NotNull("held_at"), db.DirectoryStopped(tx, now), db.DirectoryRefusedSince(tx, now.Add(-refusedLately)))
}

// AttentionOf is why somebody should look at each of these directories, such
// as those of one page. Those without a reason are not in it.
func AttentionOf(tx db.OwnedScope, list []Directory, now time.Time) (map[id.Directory]Attention, error) {
	found := map[id.Directory]Attention{}
	if len(list) == 0 {
		return found, nil
	}
	ids := make([]id.Directory, len(list))
	for i, d := range list {
		ids[i] = d.ID
		if d.HeldAt != nil {
			found[d.ID] = Attention{Held: true}
		}
	}
	note := func(cond db.Cond, set func(*Attention)) error {
		rows, err := directories.List(tx, db.Query{Where: []db.Cond{db.In("id", ids), cond}})
		for _, d := range rows {
			a := found[d.ID]
			set(&a)
			found[d.ID] = a
		}
		return err
	}
	if err := note(db.DirectoryStopped(tx, now), func(a *Attention) { a.Stopped = true }); err != nil {
		return nil, err
	}
	return found, note(db.DirectoryRefusedSince(tx, now.Add(-refusedLately)), func(a *Attention) { a.Refused = true })
}
