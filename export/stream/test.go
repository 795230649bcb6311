package stream

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"gatehouse/audit"
	"gatehouse/export/sink"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
)

const (
	// TestObject is the object that a test entry's line says it is: no verifier
	// takes it for an entry of the log.
	TestObject = "log_stream_test"
	testType   = "log_stream.test"
	testTime   = 20 * time.Second
)

// testRate bounds the tests of an organization's streams, and of the
// deployment's own: each makes this server connect to where somebody says.
var testRate = limit.Rate{Limit: 10, Per: time.Minute}

// Trial is a test entry that is to be sent: it is numbered nowhere, counts
// nowhere and moves no cursor.
type Trial struct {
	stream *Stream
	kind   sink.Kind
	values map[string]string
	dial   sink.Dial
	Entry  id.Event
}

// Trial reads what it takes to test a stream. tx is in its organization.
func (v *Service) Trial(tx db.OwnedScope, key id.Stream) (*Trial, error) {
	s, err := streams.Get(tx, key)
	if err != nil {
		return nil, err
	}
	kind, known := sink.Find(v.Kinds, s.Type)
	if !known {
		return nil, ErrElsewhere
	}
	t := &Trial{stream: s, kind: kind, dial: v.Dial, Entry: id.New[id.Event]()}
	t.values, err = s.values(tx)
	return t, err
}

// Allow counts a test, and refuses it where there were too many.
func (t *Trial) Allow(ctx context.Context, limits *limit.Limiter) error {
	owner := "deployment"
	if t.stream.OrganizationID != nil {
		owner = string(*t.stream.OrganizationID)
	}
	if limits == nil {
		return nil
	}
	ok, wait, err := limits.Take(ctx, "log stream test", owner, testRate)
	if err == nil && !ok {
		err = problem.ErrTooMany.WithRetryAfter(wait)
	}
	return err
}

// Verdict is what became of a test.
type Verdict struct {
	Delivered bool
	Sentence  string // what the destination answered, as people read it
	Took      time.Duration
}

// Send has the destination take the test entry, as it is set up now. Call it in
// no transaction.
func (t *Trial) Send(ctx context.Context) Verdict {
	ctx, cancel := context.WithTimeout(ctx, testTime)
	defer cancel()
	begun := time.Now()
	err := sink.Safely(func() error { return t.send(ctx) })
	if err != nil {
		return Verdict{Sentence: sink.FailureOf(err).Message, Took: time.Since(begun)}
	}
	return Verdict{Delivered: true, Sentence: "The destination took the test entry.", Took: time.Since(begun)}
}

func (t *Trial) send(ctx context.Context) error {
	settings, err := t.settings()
	if err != nil {
		return err
	}
	open, err := t.kind.Open(settings, t.dial)
	if err != nil {
		return err
	}
	at := t.dial.Now().UTC()
	e := sink.Entry{Organization: settings.Organization, ID: string(t.Entry), Type: testType, OccurredAt: at, Line: t.line(at)}
	err = open.Send(ctx, sink.Batch{Entries: []sink.Entry{e}})
	return cmp.Or(err, open.Close()) // some know only then
}

func (t *Trial) settings() (sink.Settings, error) {
	values, err := t.kind.Complete(t.values, true)
	settings := sink.Settings{Values: values, Stream: string(t.stream.ID)}
	if t.stream.OrganizationID != nil {
		settings.Organization = string(*t.stream.OrganizationID)
	}
	return settings, err
}

// line says what it is to whoever meets it in a SIEM a year later.
func (t *Trial) line(at time.Time) []byte {
	b, _ := json.Marshal(struct {
		Object       string           `json:"object"`
		ID           id.Event         `json:"id"`
		Organization *id.Organization `json:"organization_id"`
		Action       string           `json:"action"`
		OccurredAt   string           `json:"occurred_at"`
		Test         bool             `json:"test"`
		Message      string           `json:"message"`
	}{TestObject, t.Entry, t.stream.OrganizationID, testType, at.Format("2006-01-02T15:04:05.000000Z"), true,
		"A test of the log stream " + t.stream.Name + ". Nothing happened, and this is no entry of the audit log."})
	return b
}

// Record says in the log what became of a test. A stream that was deleted
// meanwhile is none that there is anything to say of.
func (t *Trial) Record(tx db.OwnedScope, v Verdict) error {
	s, err := streams.Get(tx, t.stream.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	e := audit.LogStreamTested{LogStreamEvent: s.event(), Delivered: v.Delivered}
	if !v.Delivered {
		e.Error = &v.Sentence
	}
	return record(tx, e)
}
