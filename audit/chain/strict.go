package chain

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// What a record's line may have, exactly so and once. encoding/json would take
// "Data" for "data" and the last of two; other readers take the first or none,
// and would show another entry than the one that was checked.
var members = map[string][]string{
	"": {"object", "chain_version", "id", "organization_id", "sequence", "previous_hash", "hash", "action", "source", "occurred_at", "recorded_at",
		"retention_days", "actor", "targets", "context", "data"},
	"actor":   {"type", "id", "name"},
	"context": {"location", "user_agent", "request_id", "reference"},
}

// strict refuses a line that says more than its record.
func strict(line []byte, r *Record) error {
	for _, at := range []time.Time{r.OccurredAt, r.RecordedAt} {
		if !at.Equal(at.Truncate(time.Microsecond)) {
			return fmt.Errorf("a time is finer than a microsecond")
		}
	}
	if bytes.Equal(line, r.Line()) {
		return nil
	}
	return exact(line, "")
}

func exact(object []byte, within string) error {
	d := json.NewDecoder(bytes.NewReader(object))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return fmt.Errorf("%q is no object", within)
	}
	var had []string
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := t.(string)
		switch {
		case slices.Contains(had, name):
			return fmt.Errorf("the member %q is there twice", name)
		case !slices.Contains(members[within], name):
			return fmt.Errorf("the member %q is none of an entry's", strings.TrimPrefix(within+"."+name, "."))
		}
		had = append(had, name)
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		if within == "" && members[name] != nil {
			if err := exact(value, name); err != nil {
				return err
			}
		}
	}
	return nil
}
