// Package e2e is a whole server for flow tests: the same App that cmd/server
// runs, on both databases, walked by a browser that knows forms, links and
// cookies and no JavaScript, and by an application that exchanges codes.
//
// Tests of signals and of kill -9 build and run the real binary.
package e2e
