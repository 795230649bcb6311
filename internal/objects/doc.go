// Package objects keeps files that are too large for the database: exports of
// the audit log, and what streams write for others. A Store is a directory
// (Local) or a bucket that speaks S3 (OpenS3); both are whole after a kill: an
// object is there with all of its bytes or not at all.
//
// Whoever writes more than a few megabytes writes several objects and notes
// which ones belong together: that is how an export goes on after its worker
// was killed, on either store, in constant memory.
package objects
