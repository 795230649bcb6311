package directory

import (
	"fmt"
	"testing"

	"gatehouse/internal/id"
)

// A place that is remembered for longer than it holds shows somebody twice or
// never; a memory that grows with every list is the end of the process.
func TestPlacesAreRememberedUntilSomebodyGoes(t *testing.T) {
	s := &pageStarts{lists: map[startsOf]*remembered{}}
	people := startsOf{directory: "directory_a"}
	nearest := func(of startsOf, gone int64, at int, want start) {
		t.Helper()
		if got := s.nearest(of, gone, at); got != want {
			t.Errorf("from %d of %v, %d gone: %v, want %v", at, of, gone, got, want)
		}
	}
	nearest(people, 0, 100, start{})
	s.put(people, 0, start{100, "x100"})
	s.put(people, 0, start{300, "x300"})
	s.put(people, 0, start{200, "x200"})
	nearest(people, 0, 99, start{})
	nearest(people, 0, 100, start{100, "x100"})
	nearest(people, 0, 299, start{200, "x200"})
	nearest(people, 0, 1000, start{300, "x300"})
	nearest(startsOf{directory: "directory_a", groups: true}, 0, 300, start{})
	nearest(startsOf{directory: "directory_b"}, 0, 300, start{})
	nearest(people, 1, 300, start{}) // somebody went
	s.put(people, 1, start{100, "y100"})
	nearest(people, 1, 300, start{100, "y100"})
	nearest(people, 0, 300, start{}) // a transaction from before
	s.put(people, 0, start{150, "x150"})
	nearest(people, 1, 300, start{100, "y100"})
	for at := range 10 * maxRememberedStarts {
		s.put(people, 1, start{at, fmt.Sprint("z", at)})
		nearest(people, 1, at, start{at, fmt.Sprint("z", at)})
	}
	if n := len(s.lists[people].places); n > maxRememberedStarts {
		t.Errorf("%d places are remembered", n)
	}
	for i := range 3 * maxRememberedLists {
		of := startsOf{directory: id.Directory(fmt.Sprint("directory_", i))}
		s.put(of, 0, start{1, "x"})
		nearest(of, 0, 1, start{1, "x"})
	}
	if n := len(s.lists); n > maxRememberedLists {
		t.Errorf("%d lists are remembered", n)
	}
}
