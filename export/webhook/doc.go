// Package webhook tells endpoints of events by POST. It owns the tables
// webhook_endpoints, webhook_deliveries and webhook_attempts.
//
//	the log ── FanOut ──▶ deliveries ── Sender ──▶ endpoint
//	        (a cursor)              (a lease)
//
// FanOut follows the log by position and writes a delivery for each endpoint
// that wants an event, in the transaction that moves its cursor: each exactly
// once. Sender takes what is due, a few at a time for each endpoint, so that a
// slow one holds up nobody else, and writes down what was answered as long as
// its lease holds. Where a process dies between the answer and that note, the
// event is sent again: receivers know it by its id.
//
// What is not answered with 2xx is tried again for three days, with growing
// pauses. An endpoint that fails again and again is spared (breaker.go): one
// event is tried at growing intervals, the others wait. After three days of
// that it is disabled, and whoever manages it is told, as they were at the
// beginning.
//
// The bytes that are sent are the log's own; only the signature and the
// headers are made anew each time (signature, RFC 2104).
package webhook
