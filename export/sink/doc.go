// Package sink is how each kind of log destination is spoken to. It knows
// nothing of streams, cursors or databases: it is given a batch of entries in
// order, and says that the destination has them, or why not.
//
//	s, err := kind.Open(settings, dial)
//	err = s.Send(ctx, batch) // nil: the destination has taken all of it
//
// A batch may come again: after a crash between the destination's answer and
// the cursor's move. Each entry has an id by which a receiver knows it again,
// and kinds that can (Elasticsearch, object stores) write it under that name.
//
// Tests let real receivers decide where there is one to be had: an HTTP server,
// versitygw for S3, rsyslog for syslog, franz-go's kfake for Kafka. Splunk,
// Datadog, Elasticsearch, OTLP, Google Cloud Storage and Azure are tried
// against the answers that their vendors document (protocol_test.go,
// gcs_test.go, azure_test.go): none of their software has run against this.
//
// Everything that connects does so through Dial, and so through
// internal/netguard: the addresses are organizations' words.
package sink
