// Package ingest takes the entries that applications write, and the schemas that they must meet.
package ingest
