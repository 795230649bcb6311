// Package sequence numbers and chains committed entries, as a transparency log integrates its leaves: a loop under an advisory lock, so that writers never wait for one another.
package sequence
