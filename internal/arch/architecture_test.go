package arch

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Whoever reads ARCHITECTURE.md first looks for a package where it says, and
// for a table at the owner that it names.
func TestArchitectureNamesEveryFloorAndTable(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	written := writtenFloors(section(t, string(text), "## Floors"))
	for name, floor := range floors {
		if strings.HasPrefix(name, "internal/e2e") {
			continue
		}
		// A package just below another shares its line.
		if got, ok := written[name]; !ok || got-floor > 0.15 || floor-got > 0.15 {
			t.Errorf("%s stands on floor %g; ARCHITECTURE.md says %g (%t)", name, floor, got, ok)
		}
	}
	for name := range written {
		if _, ok := floorOf(name); !ok && !isOutside(name) {
			t.Errorf("ARCHITECTURE.md names %s, which is on no floor", name)
		}
	}
	tables := map[string][]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z/0-9]+)` \\| ([a-z_, ]+) \\|$").FindAllStringSubmatch(section(t, string(text), "## Tables"), -1) {
		tables[row[1]] = strings.Split(row[2], ", ")
	}
	for owner, want := range owners {
		if got := tables[owner]; !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
			t.Errorf("%s owns %v; ARCHITECTURE.md says %v", owner, want, got)
		}
		delete(tables, owner)
	}
	if len(tables) > 0 {
		t.Errorf("ARCHITECTURE.md names owners of nothing: %v", tables)
	}
}

// section is the text from a heading to the next.
func section(t *testing.T, text, heading string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, "\n"+heading)
	if !ok {
		t.Fatalf("ARCHITECTURE.md has no %q", heading)
	}
	rest, _, _ = strings.Cut(rest, "\n## ")
	return rest
}

// writtenFloors reads rows such as "| 4½ | `mfa` `a/{b,c}` | … |".
func writtenFloors(table string) map[string]float64 {
	found := map[string]float64{}
	for _, row := range regexp.MustCompile(`(?m)^\| ([0-9.½]+) \| (.+?) \|`).FindAllStringSubmatch(table, -1) {
		number := strings.TrimSuffix(row[1], "½")
		floor, _ := strconv.ParseFloat(number, 64) // "½" alone is 0 and a half
		if number != row[1] {
			floor += 0.5
		}
		for _, name := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[2], -1) {
			before, inside, several := strings.Cut(name[1], "{")
			if !several {
				found[name[1]] = floor
				continue
			}
			for _, one := range strings.Split(strings.TrimSuffix(inside, "}"), ",") {
				found[before+one] = floor
			}
		}
	}
	return found
}
