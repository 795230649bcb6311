// Package sink is how each kind of log destination is spoken to.
package sink
