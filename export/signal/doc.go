// Package signal tells applications of ended sessions and accounts (Shared Signals, CAEP, RFC 8935).
package signal
