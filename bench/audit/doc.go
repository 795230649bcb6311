// Command audit measures the audit log at size on Postgres: what a search takes
// by each filter, the newest fifty beside a bare query, and how long anybody
// waits while entries whose time is up are dropped.
//
//	go run ./bench/audit -postgres postgres://… -entries 10000000
//
// The database is its own, made beside the one that -postgres names and dropped
// at the end unless -keep says otherwise; ten million entries take 15 GB.
package main
