// Package signal tells applications of what ends somebody's access: sessions
// that were revoked, credentials that changed, accounts that were switched off.
// It is a transmitter of the OpenID Shared Signals Framework 1.0: each signal is
// a Security Event Token (RFC 8417) with an event of CAEP or RISC, signed by the
// deployment's own keys, and pushed to the application (RFC 8935).
//
// A stream of signals is a log stream of the type ssf: export/stream follows the
// log, and this package's sink makes a token of each entry that is a signal. So
// a signal comes about a second after the commit that it tells of, at least
// once, in order for each person, and is tried again until the application has
// taken it. A repeat has the same jti.
//
// The package holds what is said (From, Token) and how (push.go); api has the
// endpoints by which applications manage their streams.
package signal
