package directory

import (
	"time"

	"gatehouse/internal/db"
)

// mostHeld is how many held requests are looked through for who waits.
const mostHeld = db.MaxLimit

// holdLag is how long before a hold the requests may have come that it began
// with. It is as long as the shortest window: after a release nothing is held
// for at least that, so that those of an earlier hold are never among them.
const holdLag = time.Minute

// WhoWaits are the requests of who would leave and is held: the last of each
// person, the youngest first. more reports that there are others, beyond those
// that were looked through.
func WhoWaits(tx db.OwnedScope, d *Directory) (list []Request, more bool, err error) {
	if d.HeldAt == nil {
		return nil, false, nil
	}
	rows, paging, err := Requests(tx, d.ID, RequestQuery{Outcomes: []string{Held}, Page: db.Page{Limit: mostHeld}})
	if err != nil {
		return nil, false, err
	}
	seen, since := map[string]bool{}, d.HeldAt.Add(-holdLag)
	for _, r := range rows {
		if r.CreatedAt.Before(since) {
			return list, false, nil
		}
		if who := r.About(); !seen[who] {
			seen[who] = true
			list = append(list, r)
		}
	}
	return list, paging.After != "", nil
}

// About is whom or what a request was about: the person's id where there is
// one, else that of the resource or what it was called.
func (r *Request) About() string {
	switch {
	case r.PersonID != nil:
		return string(*r.PersonID)
	case r.ResourceID != nil:
		return *r.ResourceID
	case r.Subject != nil:
		return *r.Subject
	}
	return ""
}
