// Package hosted holds the pages of the hosted login: sign in, sign up,
// choose an organization, sign out, and every error of it.
//
// A page is a plain struct that is also a templ.Component: fill in strings and
// bools, render it. It knows no domain types and decides nothing; URLs, what
// to offer and what went wrong come from the caller (login), words come from
// the Language in its Frame. So web/gallery shows every page in every state
// without a server behind it.
//
// Every form posts without script to the URL in the struct, with the hidden
// fields of Frame. The names of the fields are the constants in fields.go.
package hosted
