package wire

import "gatehouse/internal/id"

type (
	logStreamObject       struct{}
	logStreamStatusObject struct{}
	logStreamTestObject   struct{}
)

func (logStreamObject) object() string       { return "log_stream" }
func (logStreamStatusObject) object() string { return "log_stream_status" }
func (logStreamTestObject) object() string   { return "log_stream_test" }

// LogStream is a destination that is sent every entry of the audit log. Its
// secrets are never in it.
type LogStream struct {
	Object         Object[logStreamObject] `json:"object"`
	ID             id.Stream               `json:"id"`
	OrganizationID *id.Organization        `json:"organization_id"` // null: of every organization
	Name           string                  `json:"name"`
	Type           string                  `json:"type"`
	State          string                  `json:"state"` // active, paused; error: the destination refuses, and is asked now and then
	Configuration  map[string]string       `json:"configuration"`
	CredentialsSet bool                    `json:"credentials_set"`
	Filter         LogStreamFilter         `json:"filter"`
	LastSyncedAt   *Timestamp              `json:"last_synced_at"`
	LastError      *string                 `json:"last_error"`
	LastErrorAt    *Timestamp              `json:"last_error_at"`
	CreatedAt      Timestamp               `json:"created_at"`
	UpdatedAt      Timestamp               `json:"updated_at"`
}

// LogStreamFilter is which entries a stream carries; none named is all.
type LogStreamFilter struct {
	Actions Array[string] `json:"actions"` // names, or families such as user.*
}

// LogStreamEvent is a stream as the log tells of it: without its settings,
// which may hold an address that is a secret.
type LogStreamEvent struct {
	Object         Object[logStreamObject] `json:"object"`
	ID             id.Stream               `json:"id"`
	OrganizationID *id.Organization        `json:"organization_id"`
	Name           string                  `json:"name"`
	Type           string                  `json:"type"`
	State          string                  `json:"state"`
}

// LogStreamStatus is how far a stream is. Numbers are the organization's
// sequence or, of a stream of every organization, positions.
type LogStreamStatus struct {
	Object            Object[logStreamStatusObject] `json:"object"`
	ID                id.Stream                     `json:"id"`
	State             string                        `json:"state"`
	SequenceHead      int64                         `json:"sequence_head"`
	SequenceDelivered int64                         `json:"sequence_delivered"`
	Lag               int64                         `json:"lag"` // entries that wait
	BehindSince       *Timestamp                    `json:"behind_since"`
	LastDeliveredAt   *Timestamp                    `json:"last_delivered_at"`
	LastError         *string                       `json:"last_error"`
	LastErrorAt       *Timestamp                    `json:"last_error_at"`
	Failures          int64                         `json:"failures"` // in a row
	NextAttemptAt     *Timestamp                    `json:"next_attempt_at"`
	Report            LogStreamReport               `json:"report"`
}

// LogStreamReport is whether anything is missing: delivered and waiting make
// up what there is since the stream's start, or some were not sent.
type LogStreamReport struct {
	Delivered int64  `json:"delivered"`
	Expected  int64  `json:"expected"`
	Missing   int64  `json:"missing"` // their time was up before they could be delivered
	Complete  bool   `json:"complete"`
	Sentence  string `json:"sentence"` // delivered 1,204,331 of 1,204,331
}

// LogStreamTest is what became of a test of a stream.
type LogStreamTest struct {
	Object       Object[logStreamTestObject] `json:"object"`
	ID           id.Event                    `json:"id"` // of the test entry, as the destination got it
	StreamID     id.Stream                   `json:"log_stream_id"`
	Delivered    bool                        `json:"delivered"`
	Message      string                      `json:"message"` // what the destination answered, in a sentence
	Milliseconds int64                       `json:"milliseconds"`
}
