// Package arch holds the rules that keep the tree as ARCHITECTURE.md draws it:
// which floor a package stands on, who owns a table, and calls that are made in
// one place only. It has tests and nothing else.
package arch
