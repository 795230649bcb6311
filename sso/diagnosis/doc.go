// Package diagnosis puts refusals of single sign-on into words for the admin
// who can mend them: what happened, why, where at their provider to change
// what, and the value to put there.
//
// Of is the whole of it: a code that sso, sso/saml, sso/oidc or sso/people
// refused with, in; a Diagnosis out. A code without an entry fails a test, so
// that whoever adds one writes its words too. Codes are for programs and stay;
// the catalogue's own (SAML-AUDIENCE) are for people who call for help.
package diagnosis
