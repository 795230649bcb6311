package signal

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"
	"sync"
	"time"

	"gatehouse/audit/chain"
	"gatehouse/export/sink"
)

// KindName is the type of log streams that carry signals.
const KindName = "ssf"

// The settings of a stream of signals.
const (
	FieldURL           = "endpoint_url"
	FieldAuthorization = "authorization_header"
	FieldAudience      = "audience"
	FieldEvents        = "events"
	FieldRemoved       = "removed_subjects"
	FieldAbout         = "description"
	FieldDisabled      = "disabled"
	FieldSince         = "since"
)

// Kind is the sink that makes tokens of entries and pushes them. It is not
// among those that people choose from: streams of signals are made by their
// receivers, at the endpoints of the framework.
func Kind(issuer string, sign Sign) sink.Kind {
	return sink.Kind{
		Name: KindName, Title: "Shared Signals",
		Fields: []sink.Field{
			{Name: FieldURL, Label: "Endpoint", Help: "Takes a Security Event Token with each POST (RFC 8935) and answers 202.", Required: true, Address: true},
			{Name: FieldAuthorization, Label: "Authorization", Help: "The value of the Authorization header.", Secret: true},
			{Name: FieldAudience, Label: "Audience", Help: "The aud of the tokens.", Required: true},
			{Name: FieldEvents, Label: "Events", Help: "The URIs of the events, with spaces between them.", Required: true},
			{Name: FieldRemoved, Label: "Removed subjects", Help: "Whom the receiver does not want to hear of, as JSON."},
			{Name: FieldAbout, Label: "Description"},
			{Name: FieldDisabled, Label: "Disabled", Help: "Whether what happens while it is paused is left out.", Options: []string{"no", "yes"}, Default: "no"},
			{Name: FieldSince, Label: "Since", Help: "What was recorded before is left out."},
		},
		Open: func(s sink.Settings, d sink.Dial) (sink.Sink, error) { return open(issuer, sign, s, d) },
	}
}

type signals struct {
	receiver
	issuer, audience, stream string
	sign                     Sign
	now                      func() time.Time
	events                   map[string]bool
	removed                  Removed
	since                    time.Time
}

func open(issuer string, sign Sign, s sink.Settings, d sink.Dial) (sink.Sink, error) {
	u, err := d.URL(FieldURL, s.Get(FieldURL))
	if err != nil {
		return nil, err
	}
	removed, err := ParseRemoved(s.Get(FieldRemoved))
	if err != nil {
		return nil, err
	}
	out := &signals{
		receiver: receiver{d.HTTP(), u.String(), s.Get(FieldAuthorization)},
		issuer:   issuer, audience: s.Get(FieldAudience), stream: s.Stream, sign: sign, now: d.Now,
		events: map[string]bool{Verification: true}, removed: removed,
	}
	if text := s.Get(FieldSince); text != "" {
		if out.since, err = time.Parse(time.RFC3339, text); err != nil {
			return nil, sink.Refuse(FieldSince, "Since is a time.")
		}
	}
	for _, e := range strings.Fields(s.Get(FieldEvents)) {
		out.events[e] = true
	}
	return out, nil
}

// lanes is how many tokens are on their way at once.
const lanes = 8

// Send pushes the tokens of a batch. Those of one person go one after another
// in their order, those of different people beside one another: an
// organization's 500 deactivated people do not wait for 500 round trips. A token
// that is refused keeps back those of its lane, not the others.
func (s *signals) Send(ctx context.Context, b sink.Batch) error {
	var work [lanes][]Token
	for _, e := range b.Entries {
		token, err := s.token(e)
		if err != nil {
			return err
		}
		if token != nil {
			lane := laneOf(token.Subject)
			work[lane] = append(work[lane], *token)
		}
	}
	var group sync.WaitGroup
	failed := make(chan error, lanes)
	for _, tokens := range work {
		group.Go(func() {
			if err := sink.Safely(func() error { return s.pushAll(ctx, tokens) }); err != nil {
				failed <- err
			}
		})
	}
	group.Wait()
	close(failed)
	return <-failed
}

func (s *signals) pushAll(ctx context.Context, tokens []Token) error {
	for _, t := range tokens {
		signed, err := s.sign(ctx, t)
		if err != nil {
			return fmt.Errorf("signing a security event token: %w", err)
		}
		if err := s.push(ctx, signed); err != nil {
			return err
		}
	}
	return nil
}

// laneOf puts the same person into the same lane.
func laneOf(s Subject) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s.person()))
	return int(h.Sum32() % lanes)
}

// token is what the receiver gets of an entry, nil for nothing.
func (s *signals) token(e sink.Entry) (*Token, error) {
	r, err := chain.ParseRecord(e.Line)
	if err != nil {
		return nil, err
	}
	if r.RecordedAt.Before(s.since) {
		return nil, nil
	}
	signal, err := s.signal(&r)
	if err != nil || signal == nil || !s.events[signal.Event] || s.removed.Covers(signal.Subject) {
		return nil, err
	}
	t := signal.address(s.issuer, s.audience, &r, s.now())
	return &t, nil
}

func (s *signals) signal(r *chain.Record) (*Signal, error) {
	if r.Type == VerificationRequested {
		return s.verification(r)
	}
	return From(s.issuer, r)
}

// verification is for the stream that was asked to verify itself alone; its
// subject is the stream (SSF 1.0 §8.1.4.1).
func (s *signals) verification(r *chain.Record) (*Signal, error) {
	var d struct {
		Stream string `json:"stream_id"`
		State  string `json:"state"`
	}
	if err := json.Unmarshal(r.Data, &d); err != nil {
		return nil, fmt.Errorf("reading %s %s: %w", r.Type, r.ID, err)
	}
	if !ours(r) || d.Stream != s.stream {
		return nil, nil
	}
	return &Signal{Verification, *opaque(s.stream), verification{d.State}}, nil
}

func (s *signals) Close() error {
	s.client.CloseIdleConnections()
	return nil
}
