// Package logstream is log streams as people set them up and watch them: the
// forms of each kind of destination, made of its own fields, and how far a
// stream is. The dashboard and the portal show the same.
//
// A secret that is stored is never in a page: its field is empty, and what is
// left empty stays as it is.
package logstream
