package directory

import (
	"container/list"
	"sync"

	"gatehouse/internal/id"
)

// A provider reads a directory by startIndex, page after page, and a list has no
// place for a cursor. So this process remembers behind whom a page began. The
// order is that of the ids, to which newcomers are added at the end: a place
// holds until somebody goes, and how many have gone ever is counted with the
// rest. What is forgotten or out of date costs time and nothing else.
var starts = &pageStarts{most: 4096}

// position is a row's place in a list.
type position struct {
	directory id.Directory
	groups    bool
	from      int
}

type pageStart struct {
	position position
	gone     int64  // had gone when it was seen
	after    string // the id of who stands before it
}

// pageStarts remembers the places that were seen last.
type pageStarts struct {
	mu    sync.Mutex
	most  int
	at    map[position]*list.Element
	order *list.List // of pageStart, the newest in front
}

func (s *pageStarts) get(p position, gone int64) (after string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.at[p]
	if e == nil || e.Value.(pageStart).gone != gone {
		return "", false
	}
	s.order.MoveToFront(e)
	return e.Value.(pageStart).after, true
}

func (s *pageStarts) put(p position, gone int64, after string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at == nil {
		s.at, s.order = map[position]*list.Element{}, list.New()
	}
	if e := s.at[p]; e != nil {
		e.Value = pageStart{p, gone, after}
		s.order.MoveToFront(e)
		return
	}
	s.at[p] = s.order.PushFront(pageStart{p, gone, after})
	if s.order.Len() > s.most {
		last := s.order.Back()
		delete(s.at, last.Value.(pageStart).position)
		s.order.Remove(last)
	}
}
