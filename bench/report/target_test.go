package main

import (
	"os"
	"path/filepath"
	"testing"
)

// If this breaks, the driver leaves a lane of ours out without a word.
func TestOurTargetHasEachOperationOfOurScenarios(t *testing.T) {
	t.Parallel()
	var target struct{ Ops map[string][]any }
	if err := read("../gatehouse.json", &target); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../scenarios/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenario found: %v", err)
	}
	wanted := map[string][]string{"the shared ones": {"login", "session", "get_refresh", "refresh", "code_flow"}}
	for _, file := range files {
		var s struct{ Setup, Ops []string }
		if err := read(file, &s); err != nil {
			t.Fatal(err)
		}
		wanted[file] = append(s.Setup, s.Ops...)
	}
	for scenario, ops := range wanted {
		for _, op := range ops {
			if len(target.Ops[op]) == 0 {
				t.Errorf("%s wants %s, which bench/gatehouse.json does not map", scenario, op)
			}
		}
	}
	if _, err := os.Stat("../run.sh"); err != nil {
		t.Error(err)
	}
}
