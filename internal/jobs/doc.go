// Package jobs is work that happens after a commit, done by River over the same
// database: a job is enqueued in the transaction that it is about, so it exists
// exactly when that transaction committed.
//
//	err := jobs.Enqueue(tx, InvitationMail{Invitation: inv.ID})
//
// Arguments are ids, never secrets: a worker that needs a token mints it. A
// worker may run twice (its process died after the work and before the note of
// it); its doc comment says why that is harmless. Periodic work runs on one
// worker at a time, chosen by River; after a kill it may pause for some seconds.
package jobs
