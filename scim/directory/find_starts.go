package directory

import (
	"slices"
	"sync"

	"gatehouse/internal/id"
)

// A provider reads a directory by startIndex, page after page, and a list has no
// place for a cursor. So this process remembers behind whom pages began, and
// counts on from the nearest of them: another process may have read the page
// between. The order is that of the ids, to which newcomers are added at the end:
// a place holds until somebody goes, and how many have gone ever is counted with
// the rest. What is forgotten costs time and nothing else.
var starts = &pageStarts{lists: map[startsOf]*remembered{}}

// The bounds of what is remembered: some megabytes.
const (
	maxRememberedLists  = 1000
	maxRememberedStarts = 256 // of a list
)

// startsOf is a directory's people or groups.
type startsOf struct {
	directory id.Directory
	groups    bool
}

type pageStarts struct {
	mu    sync.Mutex
	lists map[startsOf]*remembered
}

// remembered are the places of one list that were seen since somebody went.
type remembered struct {
	gone   int64
	places []start // in the order of the list
}

// start is a place in a list, and the id of who stands before it.
type start struct {
	at    int
	after string
}

// nearest is the last known place that is not behind at; the beginning, where
// none is known.
func (s *pageStarts) nearest(of startsOf, gone int64, at int) start {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.lists[of]
	if r == nil || r.gone != gone {
		return start{}
	}
	i, exact := r.find(at)
	switch {
	case exact:
		return r.places[i]
	case i > 0:
		return r.places[i-1]
	}
	return start{}
}

// put remembers a place, which was seen when so many had gone.
func (s *pageStarts) put(of startsOf, gone int64, place start) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.lists[of]
	if r == nil || r.gone < gone {
		if r == nil && len(s.lists) == maxRememberedLists {
			for any := range s.lists {
				delete(s.lists, any)
				break
			}
		}
		r = &remembered{gone: gone}
		s.lists[of] = r
	}
	if r.gone == gone { // else it was seen by a transaction from before
		r.put(place)
	}
}

func (r *remembered) put(place start) {
	i, exact := r.find(place.at)
	if exact {
		r.places[i] = place
		return
	}
	r.places = slices.Insert(r.places, i, place)
	if len(r.places) > maxRememberedStarts { // every other one will do
		kept := r.places[:0]
		for i, p := range r.places {
			if i%2 == 1 || p == place {
				kept = append(kept, p)
			}
		}
		r.places = kept
	}
}

func (r *remembered) find(at int) (int, bool) {
	return slices.BinarySearchFunc(r.places, at, func(p start, at int) int { return p.at - at })
}
