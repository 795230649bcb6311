// Command worker works jobs alone, beside servers that run with
// GATEHOUSE_WORKER=off on a Postgres database. See internal/app.
package main

import (
	"os"

	"gatehouse/internal/app"
)

func main() { os.Exit(app.Worker(os.Args[1:], os.Environ())) }
