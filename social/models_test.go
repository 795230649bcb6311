package social_test

import (
	"testing"

	"gatehouse/internal/dbtest"
	"gatehouse/social"
)

// A field without its column fails at the first query that needs it, in
// production.
func TestModelsMatchTheSchema(t *testing.T) {
	dbtest.CheckModels(t, &social.Provider{}, &social.Request{})
}
