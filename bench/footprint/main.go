// Command footprint measures what a server costs before anybody has signed in
// and while very many try: time to the first /readyz on an empty and on a
// migrated SQLite file, and resident memory idle and under a storm of sign-ins.
// It starts the server itself, on loopback, and prints a figure a line.
package main

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"gatehouse/bench/server"
)

func main() {
	binary := flag.String("server", "bin/gatehouse", "the server's binary")
	cpus := flag.String("cpus", "", "taskset list for the server (empty: no pinning)")
	starts := flag.Int("starts", 7, "starts of each kind")
	storm := flag.Duration("storm", 8*time.Second, "how long the storm lasts")
	workers := flag.Int("workers", 64, "sign-ins at a time in the storm")
	flag.Parse()
	if err := measure(*binary, *cpus, *starts, *workers, *storm); err != nil {
		fmt.Fprintln(os.Stderr, "footprint:", err)
		os.Exit(1)
	}
}

func measure(binary, cpus string, starts, workers int, storm time.Duration) error {
	var empty, migrated []float64
	dir, err := os.MkdirTemp("", "gatehouse-footprint-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	for i := range starts {
		s := &server.Server{Binary: binary, CPUs: cpus, Dir: fmt.Sprintf("%s/%d", dir, i)}
		for _, into := range []*[]float64{&empty, &migrated} {
			took, err := s.Start()
			if err != nil {
				return err
			}
			*into = append(*into, float64(took.Microseconds())/1000)
			s.Stop()
		}
	}
	figure("first /readyz, migrated file", median(migrated), "ms", 60)
	figure("first /readyz, empty file", median(empty), "ms", 500)
	return memory(&server.Server{Binary: binary, CPUs: cpus, Dir: dir + "/0"}, workers, storm)
}

func memory(s *server.Server, workers int, life time.Duration) error {
	if _, err := s.Start(); err != nil {
		return err
	}
	defer s.Stop()
	time.Sleep(5 * time.Second)
	idle, _, err := s.Resident()
	if err != nil {
		return err
	}
	figure("resident, idle", idle, "MB", 40)
	answers := storm(s, workers, life)
	_, peak, err := s.Resident()
	if err != nil {
		return err
	}
	figure("resident, highest in a storm of sign-ins", peak, "MB", 120)
	for _, status := range slices.Sorted(maps.Keys(answers)) {
		fmt.Printf("storm answers %d: %d\n", status, answers[status])
	}
	return nil
}

func figure(name string, value float64, unit string, most float64) {
	verdict := "within"
	if value > most {
		verdict = "ABOVE"
	}
	fmt.Printf("%s: %.1f %s (%s %.0f)\n", name, value, unit, verdict, most)
}

func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	return s[len(s)/2]
}
