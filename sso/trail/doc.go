// Package trail is what was checked in one answer of an identity provider, in
// the order in which it was checked: the attempt recorder keeps it, and the
// test sign-in of the portal shows it.
//
// A verifier appends a Step for each check and stops at the first that fails.
// It then returns a Refusal: the problem that the person sees, the check that
// refused, what was expected and what came. Texts from outside are cleaned and
// clipped when they enter, so that nobody after has to.
package trail
