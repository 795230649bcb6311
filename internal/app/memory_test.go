package app

import "testing"

// A limit below what lives makes the collector run without end; one far above
// it lets a storm of sign-ins take the machine.
func TestTheMemoryLimitFollowsWhatLives(t *testing.T) {
	for _, hashes := range []int{1, 2, 8} {
		storm := int64(ownHeap + hashes*hashMemory)
		if limit := memoryLimit(0, hashes); limit < storm+hashMemory || limit > storm+2*hashMemory {
			t.Errorf("%d hashes at once: %d MB", hashes, limit>>20)
		}
		for _, live := range []int64{storm, 300 << 20, 4 << 30} {
			if limit := memoryLimit(live, hashes); limit < live+hashMemory {
				t.Errorf("%d MB alive, limit %d MB", live>>20, limit>>20)
			}
		}
	}
}
