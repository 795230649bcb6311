package config

import (
	"fmt"
	"strings"
)

// Markdown is docs/config.md, from the table.
func Markdown() string {
	var b strings.Builder
	b.WriteString(`# Configuration

<!-- Generated from internal/config/variables.go: go test ./internal/config -update -->

Gatehouse reads its configuration from the environment, once, at start. Every variable is optional in development. An unknown ` + "`GATEHOUSE_`" + ` name or a bad value stops the start with a sentence that names it; an empty value counts as none.

Where the last column says *file*, the name with ` + "`_FILE`" + ` behind it reads the value from a file, for secrets that an orchestrator mounts.

`)
	for _, s := range []struct {
		title string
		rows  []variable
	}{
		{"The server", serverVariables}, {"Storage and work", storageVariables},
		{"Mail and other services", serviceVariables}, {"The first start", firstStartVariables},
	} {
		fmt.Fprintf(&b, "## %s\n\n| name | default | meaning | |\n|---|---|---|---|\n", s.title)
		for _, v := range s.rows {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", v.full(), v.documentedDefault(), v.meaning, map[bool]string{true: "file"}[v.secret])
		}
		b.WriteString("\n")
	}
	b.WriteString("`GATEHOUSE_TEST_*` is for the tests alone. The server ignores it, and `GATEHOUSE_PORT*`, `GATEHOUSE_SERVICE_*` and their like for other services (`GATEHOUSE_DB_SERVICE_HOST`, `GATEHOUSE_DB_PORT_5432_TCP`), which container orchestrators inject.\n")
	return b.String()
}

func (v *variable) documentedDefault() string {
	if v.shown != "" {
		return v.shown
	}
	return "`" + v.initial + "`"
}
