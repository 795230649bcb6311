// Package app is all wiring: from configuration to a running server or
// worker. It opens the database, fills in the handlers' fields, hangs the
// middleware on the router, and stops it all in the right order.
//
//	Main (command.go)   arguments: serve, migrate, doctor, version
//	open   (open.go)    log, master key, migrations, database
//	New    (server.go)  an App: every handler with its fields, mounted
//	Run    (run.go)     listens, and drains on SIGTERM or SIGINT
//
// Every request passes the same chain (chain.go), and every error that a
// handler returns is answered in one place (errors.go), in the shape of the
// part of the host that was asked. internal/e2e starts the same App.
package app
