// Package dashboard is the operators' pages at /admin. Each page's handler and
// view stand side by side (members.go, members.templ): the handler opens a
// transaction, calls the domain's functions and draws a view.
//
// Operators sign in through the hosted login, like everybody, and are members
// of the system organization; their role there says what they may do here.
// routes.go is the one table of addresses, and of who may open each.
//
// Every page's state is in its address, forms work without script, and what is
// costly to undo asks first on a page of its own. Words are English.
package dashboard
