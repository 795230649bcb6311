package app

import (
	"fmt"
	"io"
	"strings"

	"gatehouse/lifecycle"
)

// welcome prints where to go next. It goes to the terminal in development
// only, and never through the logger: it holds secrets.
func (a *App) welcome(w io.Writer) {
	if !a.Config.IsDevelopment() {
		if a.Made.NoOperator {
			a.Log.Warn("nobody can open the dashboard yet: set GATEHOUSE_BOOTSTRAP_OPERATOR_EMAIL and GATEHOUSE_BOOTSTRAP_OPERATOR_PASSWORD")
		}
		return
	}
	origin := a.Config.Origin()
	var b strings.Builder
	fmt.Fprintf(&b, "\n  %s is running at %s\n", a.Config.Name, origin)
	if a.Made.SetupToken != "" {
		fmt.Fprintf(&b, "\n  Dashboard   %s%s%s\n              makes the first operator; works once\n", origin, lifecycle.SetupPrefix, a.Made.SetupToken)
	} else {
		fmt.Fprintf(&b, "\n  Dashboard   %s/admin\n", origin)
	}
	if a.Made.APIKey != "" {
		fmt.Fprintf(&b, "  API key     %s\n              shown this once\n", a.Made.APIKey)
	}
	if a.Made.Client != "" {
		fmt.Fprintf(&b, "  Client id   %s\n", a.Made.Client)
	}
	a.example(&b)
	fmt.Fprintln(&b)
	_, _ = io.WriteString(w, b.String()) // a terminal that is gone has no reader
}

// example is the command of the Express example, whole, where all of its
// values are known.
func (a *App) example(b *strings.Builder) {
	key, client := a.Made.APIKey, string(a.Made.Client)
	if key == "" || client == "" {
		return
	}
	fmt.Fprintf(b, "\n  Try it: an Express app that signs people in, then open http://localhost:3000\n\n"+
		"    cd examples/express && npm ci && GATEHOUSE_HOST=%s WORKOS_API_KEY=%s \\\n"+
		"      WORKOS_CLIENT_ID=%s WORKOS_COOKIE_PASSWORD=$(openssl rand -hex 16) npm start\n", a.Config.BaseURL.Host, key, client)
}
