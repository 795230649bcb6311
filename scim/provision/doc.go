// Package provision says what a change in a directory means: whose account a
// person is, their membership and its role, what ends when they leave, and when
// so many leave that somebody has to say yes first. Each function takes the
// transaction in which the change itself is written, and records it.
package provision
