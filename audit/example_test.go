package audit_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// Developers write their handlers by the examples of the catalogue: one that
// has holes, or is of another type, misleads them.
func TestEveryTypeHasAnExample(t *testing.T) {
	for _, entry := range audit.Catalog {
		e := audit.ExampleEvent(entry.Type(), id.New[id.Event](), time.Now())
		body, err := wire.Encode(e)
		if err != nil || !json.Valid(body) {
			t.Errorf("%s: %v %s", entry.Type(), err, body)
			continue
		}
		if e.Event != entry.Type() {
			t.Errorf("the example of %s is of %s", entry.Type(), e.Event)
		}
		for _, hole := range []string{`"id":""`, `_id":""`, "0001-01-01"} {
			if strings.Contains(string(body), hole) {
				t.Errorf("%s has a hole: %s", entry.Type(), body)
			}
		}
	}
}
