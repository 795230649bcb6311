// Package guide is how each identity provider is set up, as data: who may do
// it there, how long it takes, the steps in the provider's own words, which of
// our values goes into which of its fields, what the form looks like, and
// where to go when a test shows that something is wrong.
//
// Consoles get renamed, so words are here and nowhere else, one file for each
// provider. The guides are written from the providers' public documentation; a
// guide whose menus could not be checked there says so (Guide.Vague).
//
// Texts are runs, not HTML: *stars* mark what stands on the provider's screen,
// `ticks` what is typed, and {app}, {provider}, {Provider} are whom it is about.
package guide
