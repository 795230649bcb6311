// Package mail sends mails. It owns the table mails.
//
// Post.Send writes a letter (web/mail) into the caller's transaction and
// enqueues the job that delivers it, so a mail goes out exactly if what it
// tells of was committed. The text lies sealed until it was delivered and is
// gone then. Without a mail server, which only development may lack, mails are
// kept for a day and shown at /admin/mail.
package mail
