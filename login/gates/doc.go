// Package gates decides what stands between a person who has proven who they
// are and their session: an organization's policy, its single sign-on, an
// address that nobody has proven, a second step, the choice of an organization.
// Hosted login asks it after each step and the provider at each grant, so that
// no way in is a way round. Next is pure; Load reads what it needs.
package gates
