// Package archive writes exports of the audit log: CSV for people, NDJSON for
// machines and for the offline verifier. It owns the table audit_exports.
//
//	e, err := archive.Create(tx, archive.Order{Format: archive.NDJSON, Filter: …})
//
// A loop (Service.Run) takes exports that wait, one slice of work at a time,
// so that a large one keeps no small one waiting. It reads the log in order,
// collects some megabytes, writes them as one object under a name of its own
// (internal/objects) and then notes the part, where the log goes on and the
// checksum's inner state in one conditional UPDATE that needs its lease still.
// A kill between the two leaves an object that nobody counts; the next one
// begins again behind the last part that was noted. So no entry is lost or
// written twice, and memory is what one part takes. The file is the parts, one
// behind the other: that is how it is sent (Service.Send), on either store.
package archive
