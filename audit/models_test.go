package audit

import (
	"testing"

	"gatehouse/internal/dbtest"
)

// A field without its column fails at the first query that needs it, in
// production.
func TestModelsMatchTheSchema(t *testing.T) {
	dbtest.CheckModels(t, &Event{}, &ChainHead{}, &Key{}, &Checkpoint{}, &Expiry{}, &Cursor{}, &Schema{}, &Repeat{})
}
