// Command tally reads `go test -json` and prints what a person wants of it: a
// line for each package, the whole output of each test that failed, and the
// counts at the end. A skipped test fails the run, because a test that quietly
// does not run proves nothing to those who read the last line.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
)

// event is a line of `go test -json` (go doc test2json) or of `go build -json`.
type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64
}

type tally struct {
	out                     io.Writer
	output                  map[string][]string // what a test or package said, until it is known to have passed
	passed, failed, skipped int
	packages, broken        int
}

func main() {
	t := &tally{out: os.Stdout, output: map[string][]string{}}
	if err := t.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		os.Exit(1)
	}
	if !t.finish() {
		os.Exit(1)
	}
}

func (t *tally) read(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			fmt.Fprintln(t.out, lines.Text()) // not JSON: the go command's own words
			continue
		}
		t.take(e)
	}
	return lines.Err()
}

func (t *tally) take(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "build-output":
		fmt.Fprint(t.out, e.Output)
	case "output":
		t.output[key] = append(t.output[key], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			t.endPackage(e)
		} else {
			t.endTest(e, key)
		}
		delete(t.output, key)
	}
}

func (t *tally) endTest(e event, key string) {
	switch e.Action {
	case "pass":
		t.passed++
		return
	case "fail":
		t.failed++
	case "skip":
		t.skipped++
	}
	fmt.Fprintf(t.out, "---- %s: %s %s\n%s", strings.ToUpper(e.Action), e.Package, e.Test, strings.Join(t.output[key], ""))
}

func (t *tally) endPackage(e event) {
	switch e.Action {
	case "pass":
		t.packages++
		fmt.Fprintf(t.out, "ok    %-40s %6.1fs\n", e.Package, e.Elapsed)
	case "fail":
		t.packages++
		t.broken++
		fmt.Fprintf(t.out, "FAIL  %-40s %6.1fs\n%s", e.Package, e.Elapsed, strings.Join(t.output[e.Package+" "], ""))
	}
}

// finish says the counts and whether all is well. No test at all is not well.
func (t *tally) finish() bool {
	fmt.Fprintf(t.out, "go: %d passed, %d failed, %d skipped\n", t.passed, t.failed, t.skipped)
	switch {
	case t.passed == 0:
		fmt.Fprintln(t.out, "go: no test ran")
	case t.skipped > 0:
		fmt.Fprintln(t.out, "go: a skipped test counts as a failure here")
	}
	return t.passed > 0 && t.failed == 0 && t.broken == 0 && t.skipped == 0
}
