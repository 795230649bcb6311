// Package mailbox proves that a person reads a mailbox: by a six-digit code, or
// by the link in the same mail. It owns email_proofs.
//
// A proof is for one purpose, one mailbox and, on hosted pages, one sign-in; it
// works once, for a while, and bears ten wrong codes. What it proves happens in
// the same transaction that uses it up: a sign-in, a verified address, a new
// password, another address, or "this wasn't me".
//
// The database keeps codes only as a MAC under the deployment's key, because
// six digits are soon tried, and tokens as a hash; the application that sends
// its own mails reads both from a sealed copy.
package mailbox
