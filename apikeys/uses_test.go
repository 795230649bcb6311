package apikeys_test

import (
	"context"
	"testing"
	"time"

	"gatehouse/apikeys"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
)

// Whoever revokes what nobody uses goes by these times: those of many keys, of
// several organizations, have to be written together, each to its own key, also
// after the database could not be reached, and never later than they were.
func TestUsesOfManyKeysAreWrittenTogether(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := time.Now().UTC().Truncate(time.Microsecond)
		d.Now = func() time.Time { return now }
		first := now
		_, a := create(t, d, apikeys.New{Name: "a"})
		_, b := create(t, d, apikeys.New{Name: "b"})
		_, unused := create(t, d, apikeys.New{Name: "unused"})
		values := []string{a, b}
		for range 2 {
			_, value := createFor(t, d, newOrganization(t, d))
			values = append(values, value)
		}
		uses := &apikeys.Uses{DB: d}
		for _, value := range values {
			k, err := locate(t, d, value)
			must(t, err)
			uses.Note(k)
			now = now.Add(time.Second)
		}
		ended, end := context.WithCancel(t.Context())
		end()
		if uses.Save(ended) == nil {
			t.Error("it was written without a database")
		}
		must(t, uses.Save(t.Context()))
		for _, value := range values {
			if k, _ := locate(t, d, value); k.LastUsedAt == nil || !k.LastUsedAt.Equal(first) {
				t.Errorf("%s was used at %v", k.Name, k.LastUsedAt)
			}
		}
		if k, _ := locate(t, d, unused); k.LastUsedAt != nil {
			t.Errorf("nobody used it at %v", k.LastUsedAt)
		}
	})
}
