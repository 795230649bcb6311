// Package account is a person's own pages: who they are, how they prove it,
// where they are signed in, and which applications use their account.
//
//	/account  /account/security  /account/sessions  /account/apps
//
// Every route stands in one table (routes.go) that says what it asks of the
// browser's session: that there is one, that nobody acts in the person's name,
// or besides that it was proven in the last ten minutes. A page that asks for
// more than there is begins a sign-in whose return path is that page; a form
// is refused with 403, and nothing is changed.
//
// It owns no table. What stays because somebody needs it is decided in
// locks.go; everything that changes how a person proves themselves mails them
// a notice by which they can say that it was not they.
package account
