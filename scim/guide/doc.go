// Package guide is how each identity provider is told to push people and groups
// into a directory, as data: who may do it there, how long it takes, the steps
// in the provider's own words, which of our values goes into which of its
// fields, what it shows when it is right, when the first people come, what it
// sends for who leaves, and where to go when a request is refused.
//
// Texts, steps and drawings are those of the guides of single sign-on
// (sso/guide); one file for each provider. The guides are written from the
// providers' public documentation; one whose menus could not be checked there
// says so (Guide.Vague).
package guide
