// Package lifecycle is what crosses everything: how a deployment begins, and
// how an organization or a person ends.
//
// Bootstrap runs at each start and changes nothing the second time. The first
// operator comes from the environment, or from the set-up link that is printed
// in development: a page that a GET never consumes and a POST consumes once.
package lifecycle
