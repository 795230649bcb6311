// Command server is Gatehouse: the hosted login, the provider, the management
// API and the dashboard, and on SQLite the jobs too. See internal/app.
package main

import (
	"os"

	"gatehouse/internal/app"
)

func main() { os.Exit(app.Server(os.Args[1:], os.Environ())) }
