package main

import (
	"strings"
	"testing"
)

// If this breaks, a benchmark that missed its bound, or never ran, reads as good.
func TestAPromiseIsMeasuredMissedOrKept(t *testing.T) {
	t.Parallel()
	r := results{Rows: []row{
		{Scenario: "login", Target: raw, RateMed: 100, CPUus: 10_000},
		{Scenario: "login", Target: ours, RateMed: 80, CPUus: 10_500},
		{Scenario: "authorize", Target: ours, RateMed: 1, CPUus: 400},
		{Scenario: "exchange", Target: ours, RateMed: 1, CPUus: 700},
		{Scenario: "refresh", Target: ours, RateMed: 900, CPUus: 250, Errors: 1},
		{Scenario: "refresh-rs256", Target: ours, RateMed: 900},
	}}
	limits := []limit{{"JWT RS256 sign (golang-jwt)", 900}, {"JWT RS256 sign (golang-jwt)", 1100}}
	want := map[string]string{
		"sign-in on the page, rate": "MISSED",
		"sign-in on the page, CPU":  "ok",
		"session check, rate":       "NOT MEASURED",
		"refresh RS256, rate":       "ok",
		"code exchange":             "ok",
		"errors":                    "MISSED",
	}
	for name, verdict := range want {
		found := ""
		for _, f := range promises(r, limits) {
			if strings.HasPrefix(f.name, name) {
				found = f.String()
			}
		}
		if !strings.HasPrefix(found, verdict) {
			t.Errorf("%s: got %q, want %s", name, found, verdict)
		}
	}
}
