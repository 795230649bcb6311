// Package limit counts what may be done only so often. It owns rate_limits.
//
//   - Take counts requests in fixed windows (so many for each subject and
//     period). Hot subjects are counted in the process and written in steps,
//     so a limit of thousands costs a write in a sixteenth of the requests,
//     and a limit of ten is exact across servers.
//   - Begin guards guesses: of passwords, one-time codes. It returns an Attempt
//     that the caller ends with Failed or Succeeded, inside the transaction
//     which records the outcome. A success writes nothing unless there is
//     something to take back.
//
// The growing waits must stop the guesser and not the person (guard.go):
// failures count for (account, network), for the account and for the network,
// and somebody who is known to the account, by a device or network from which
// they signed in before, has a counter of their own that nobody else can fill.
//
// Subjects are hashed before they are stored: a row says how often, not who.
package limit
