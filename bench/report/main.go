// Command report reads what the benchmark's driver and limits measured and
// prints the figures that this project promises, each a line with its bound.
// A figure that misses its bound is said so; the machine may be busy, so the
// exit code says only whether there was something to read.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
)

// results is the driver's file, as far as it is read here.
type results struct {
	Processes []struct {
		Name             string
		ColdMS           []float64
		IdleMB, LoadedMB float64
	} `json:"processes"`
	Rows []row `json:"rows"`
}

type row struct {
	Scenario, Target  string
	RateMed, P50, P99 float64
	CPUus             float64
	Errors            int
	FirstErr          string
}

// limit is one metric of the limits program.
type limit struct {
	Name   string  `json:"name"`
	Median float64 `json:"median"`
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: report DRIVER.json [LIMITS.json…]")
		os.Exit(2)
	}
	var r results
	if err := read(os.Args[1], &r); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
	var limits []limit
	for _, file := range os.Args[2:] {
		var more []limit
		if err := read(file, &more); err != nil {
			fmt.Fprintln(os.Stderr, "report:", err)
			os.Exit(1)
		}
		limits = append(limits, more...)
	}
	show(os.Stdout, r, limits)
}

func read(file string, into any) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

func show(w io.Writer, r results, limits []limit) {
	for _, x := range r.Rows {
		fmt.Fprintf(w, "%s, %s: %.1f /s, p50 %.2f ms, p99 %.2f ms, server CPU %.0f us, errors %d %s\n",
			x.Scenario, x.Target, x.RateMed, x.P50, x.P99, x.CPUus, x.Errors, x.FirstErr)
	}
	for _, p := range r.Processes {
		if len(p.ColdMS) > 0 {
			fmt.Fprintf(w, "first healthy answer on Postgres, %s: %.1f ms\n", p.Name, median(p.ColdMS))
		}
		fmt.Fprintf(w, "resident, %s: %.1f MB idle, %.1f MB under load\n", p.Name, p.IdleMB, p.LoadedMB)
	}
	for _, f := range promises(r, limits) {
		fmt.Fprintln(w, f)
	}
}

func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	return s[len(s)/2]
}
