package sso

import (
	"testing"
	"time"

	"gatehouse/internal/id"
)

// Whoever floods one organization's connection with answers must not keep the
// refusals of others out of their records.
func TestAFloodSilencesItsOwnConnectionAlone(t *testing.T) {
	var all budgets
	flooded, now := id.New[id.Connection](), time.Now()
	written := 0
	for range 10_000 {
		if all.of(flooded).Take(now) {
			written++
		}
	}
	if written != strangersAtOnce {
		t.Errorf("%d records of one flood", written)
	}
	silent := 0
	for range 200 {
		if !all.of(id.New[id.Connection]()).Take(now) {
			silent++
		}
	}
	if silent > 10 { // those that share its budget: one of a thousand
		t.Errorf("%d of 200 other connections are not recorded", silent)
	}
	if !all.of(flooded).Take(now.Add(2 * time.Second)) {
		t.Error("it is never recorded again")
	}
}
