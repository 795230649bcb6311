// Command directory measures what a directory costs at any size: it fills a
// migrated database with people who have accounts and memberships, and a group,
// starts the server over it, and asks what identity providers ask, eight at a
// time. It prints the median of each operation, and its ratio to the smallest
// size. The databases are its own: files under -dir, or databases that it makes
// beside the one that -postgres names.
package main
