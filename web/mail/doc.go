// Package mail renders the mails that Gatehouse sends: what a letter says, in
// the reader's language and its sender's look, as HTML and as text. It sends
// nothing; internal/mail does.
//
// Each letter is a struct of facts. All letters share one sheet: the sender's
// mark, a heading that says what happened, a paragraph, a code or a button,
// the facts in a box, the link as text, what to do if it was not expected.
// HTML mail carries its styles inline because mail programs drop the rest.
package mail
