package main

import (
	"strings"
	"testing"
)

// A run that did not prove anything must not look green to CI.
func TestOnlyAWholeGreenRunIsWell(t *testing.T) {
	t.Parallel()
	const pass = `{"Action":"pass","Package":"p","Test":"TestA"}` + "\n" + `{"Action":"pass","Package":"p","Elapsed":1}` + "\n"
	cases := map[string]struct {
		stream, says string
		well         bool
	}{
		"all pass":            {pass, "go: 1 passed, 0 failed, 0 skipped", true},
		"nothing ran":         {`{"Action":"skip","Package":"p"}`, "no test ran", false},
		"a test failed":       {pass + `{"Action":"output","Package":"p","Test":"TestB","Output":"why\n"}` + "\n" + `{"Action":"fail","Package":"p","Test":"TestB"}`, "why", false},
		"a test was skipped":  {pass + `{"Action":"skip","Package":"p","Test":"TestB"}`, "counts as a failure", false},
		"a package is broken": {pass + `{"Action":"build-output","ImportPath":"q","Output":"q.go:1: no\n"}` + "\n" + `{"Action":"fail","Package":"q"}`, "q.go:1: no", false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			ta := &tally{out: &out, output: map[string][]string{}}
			if err := ta.read(strings.NewReader(c.stream)); err != nil {
				t.Fatal(err)
			}
			if got := ta.finish(); got != c.well {
				t.Errorf("well = %v, want %v", got, c.well)
			}
			if !strings.Contains(out.String(), c.says) {
				t.Errorf("%q is missing in:\n%s", c.says, out.String())
			}
		})
	}
}
