package webhook

import (
	"fmt"
	"testing"

	"gatehouse/internal/id"
)

// Endpoints that hang, however many somebody makes, must not take the places of
// those that answer.
func TestSlowEndpointsHaveHalfOfThePlaces(t *testing.T) {
	w := &sender{busy: map[id.Endpoint]bool{}, slow: map[id.Endpoint]bool{}}
	name := func(kind string, n int) id.Endpoint { return id.Endpoint(fmt.Sprintf("%s_%d", kind, n)) }
	for i := range maxEndpoint {
		if !w.occupy(name("slow", i)) {
			t.Fatalf("place %d was refused to one that nobody knows", i)
		}
	}
	if w.occupy(name("quick", 0)) {
		t.Error("there are more places than there are")
	}
	for i := range maxEndpoint {
		if w.took(name("slow", i), slowTime) {
			t.Error("one that was slow goes on in another one's place")
		}
		w.leave(name("slow", i))
	}
	had := 0
	for i := range maxEndpoint {
		if w.occupy(name("slow", i)) {
			had++
		}
	}
	if had != maxSlow {
		t.Errorf("slow ones have %d places, want %d", had, maxSlow)
	}
	if !w.occupy(name("quick", 0)) || !w.took(name("quick", 0), 0) {
		t.Error("one that answers has no place")
	}
	if !w.took(name("slow", 0), slowTime) {
		t.Error("a slow one in its own place was sent away")
	}
	w.took(name("slow", 0), 0)
	w.leave(name("slow", 0))
	if w.crawl != maxSlow-1 || !w.occupy(name("slow", 0)) {
		t.Error("one that answers again is still a slow one")
	}
}
