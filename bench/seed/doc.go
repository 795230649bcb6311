// Command seed fills a migrated Postgres with people for the benchmark, by SQL:
// user0@example.com and on, all with one password and one copied hash, and a
// client that signs with ES256. A million real hashes would take hours and
// measure nothing. It is for databases that the benchmark made itself.
package main
