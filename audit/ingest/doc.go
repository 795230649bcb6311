// Package ingest takes the entries that applications write
// (POST /audit_logs/events), one at a time or a thousand at once, and the
// schemas that they must meet.
//
//	request, err := ingest.Decode(body)      strict, in one pass, pure
//	err = service.Write(ctx, who, org, …)    once for each Idempotency-Key
//
// An entry of an application is an entry of the log like any other: numbered,
// chained, searched, exported and streamed with the rest. Its source says
// whose it is, so that nobody takes an application's "session.revoked" for
// Gatehouse's own.
//
// Requests that come while others are being written wait for them and then go
// to the database together (line.go), as a database's own group commit does
// it: no pause is added, and a crowd costs as many transactions as the
// database can make, not as many as there are requests.
package ingest
