package sink

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// splunkKind speaks the HTTP Event Collector. With indexer acknowledgement, an
// answer to a batch means only that it was received; a batch counts once the
// indexers say that they have it.
var splunkKind = Kind{
	Name: "splunk", Title: "Splunk",
	Fields: []Field{
		{Name: "url", Label: "Collector", Help: "Where the HTTP Event Collector listens, such as https://http-inputs-acme.splunkcloud.com. /services/collector is added.", Required: true, Address: true},
		{Name: "token", Label: "Token", Help: "Of the collector.", Secret: true, Required: true},
		{Name: "index", Label: "Index", Help: "Empty: the token's own."},
		{Name: "source", Label: "Source", Default: "gatehouse"},
		{Name: "sourcetype", Label: "Source type", Default: "gatehouse:audit"},
		{Name: "acknowledgement", Label: "Indexer acknowledgement", Help: "On where the token has it: entries count as delivered once they are indexed.", Options: []string{"on", "off"}, Default: "on"},
	},
	Open: openSplunk,
}

type splunk struct {
	client       *http.Client
	url, token   string
	about        splunkEvent
	channel      string // of acknowledgements; empty without
	pause, total time.Duration
}

// splunkEvent is one event of the collector's JSON format.
type splunkEvent struct {
	Time       string          `json:"time,omitempty"` // seconds and milliseconds
	Host       string          `json:"host,omitempty"`
	Source     string          `json:"source,omitempty"`
	SourceType string          `json:"sourcetype,omitempty"`
	Index      string          `json:"index,omitempty"`
	Event      json.RawMessage `json:"event"`
	Fields     map[string]any  `json:"fields,omitempty"`
}

// How long indexers may take, and how often they are asked. Within a channel
// acknowledgements may come late: Splunk itself waits minutes.
const (
	splunkPause = time.Second
	splunkTotal = 100 * time.Second
)

func openSplunk(s Settings, d Dial) (Sink, error) {
	u, err := d.URL("url", s.Get("url"))
	if err != nil {
		return nil, err
	}
	k := &splunk{client: d.HTTP(), url: u.JoinPath("/services/collector").String(), token: s.Get("token"), pause: splunkPause, total: splunkTotal,
		about: splunkEvent{Source: s.Get("source"), SourceType: s.Get("sourcetype"), Index: s.Get("index")}}
	if s.Get("acknowledgement") != "off" {
		k.channel = uuid.NewString()
	}
	return k, nil
}

// splunkAnswer is what the collector says. Code tells the cases apart that
// share a status.
type splunkAnswer struct {
	Text  string          `json:"text"`
	Code  int             `json:"code"`
	AckID *int64          `json:"ackId"`
	Acks  map[string]bool `json:"acks"`
	Event *int            `json:"invalid-event-number"`
}

// Send posts the events one behind the other and waits until they are indexed.
func (s *splunk) Send(ctx context.Context, b Batch) error {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	for _, e := range b.Entries {
		event := s.about
		event.Time, event.Event = seconds(e.OccurredAt), e.Line
		event.Fields = map[string]any{"action": e.Type, "position": e.Position, "sequence": e.Sequence}
		if e.Organization != "" {
			event.Fields["organization_id"] = e.Organization
		}
		if err := enc.Encode(event); err != nil {
			return Never("Entry %s cannot be put into an event.", e.ID)
		}
	}
	answer, err := s.call(ctx, s.url+"/event", body.Bytes(), true)
	if err != nil {
		return err
	}
	if s.channel == "" {
		return nil
	}
	if answer.AckID == nil {
		return Never("The token has no indexer acknowledgement. Switch it on in Splunk, or off here.")
	}
	return s.indexed(ctx, *answer.AckID)
}

// indexed waits for the indexers' word. What they do not have in time goes
// again, in a new channel: ids of the old one are forgotten.
func (s *splunk) indexed(ctx context.Context, ack int64) error {
	ctx, cancel := context.WithTimeout(ctx, s.total)
	defer cancel()
	question, _ := json.Marshal(map[string][]int64{"acks": {ack}}) // numbers always can be
	for {
		answer, err := s.call(ctx, s.url+"/ack?channel="+s.channel, question, false)
		if err == nil && answer.Acks[strconv.FormatInt(ack, 10)] {
			return nil
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
			s.channel = uuid.NewString()
			return Retry("Splunk received a batch and did not say in time that it is indexed.")
		case <-time.After(s.pause):
		}
	}
}

func (s *splunk) call(ctx context.Context, address string, body []byte, compress bool) (*splunkAnswer, error) {
	header := http.Header{"Content-Type": {"application/json"}, "Authorization": {"Splunk " + s.token}}
	if s.channel != "" {
		header.Set("X-Splunk-Request-Channel", s.channel)
	}
	res, err := post(ctx, s.client, address, header, body, compress)
	if err != nil {
		return nil, err
	}
	defer drain(res)
	var answer splunkAnswer
	understood := json.NewDecoder(res.Body).Decode(&answer) == nil
	if err := status(res); err != nil {
		f := FailureOf(err)
		if understood && answer.Code != 0 {
			f.Message = "Splunk answered " + strconv.Itoa(res.StatusCode) + ", " + splunkSays(answer) + "."
			f.Refused = f.Refused && !splunkPasses[answer.Code]
		}
		return nil, f
	}
	if !understood {
		return nil, Never("What answers there is no Splunk HTTP Event Collector.")
	}
	return &answer, nil
}

func (s *splunk) Close() error {
	s.client.CloseIdleConnections()
	return nil
}

// splunkPasses are the codes that do not last: the server is busy (9), its
// queues are full (26, 27), it is shutting down (23), acknowledgements are not
// answered yet.
var splunkPasses = map[int]bool{8: true, 9: true, 18: true, 20: true, 23: true, 24: true, 25: true, 26: true, 27: true}

// splunkCodes are the collector's own words, so that nothing of an answer is
// shown but a number.
var splunkCodes = map[int]string{
	1: "the token is disabled", 2: "a token is required", 3: "the authorization is invalid", 4: "the token is invalid", 5: "there is no data", 6: "the data format is invalid",
	7: "the index is not one that the token may write to", 8: "an internal error", 9: "the server is busy", 10: "the data channel is missing", 11: "the data channel is invalid",
	12: "an event field is missing", 13: "an event field is blank", 14: "acknowledgement is disabled for the token", 15: "the indexed fields are invalid", 16: "query string authorization is off",
	17: "the collector is healthy", 18: "the collector is unhealthy, its queues are full", 19: "the collector is unhealthy, acknowledgements are not available", 20: "the collector is unhealthy", 21: "the token is invalid", 22: "the token is disabled", 23: "the server is shutting down", 26: "the queues are at capacity", 27: "the acknowledgement channel is at capacity",
}

func splunkSays(a splunkAnswer) string {
	words := "code " + strconv.Itoa(a.Code)
	if known := splunkCodes[a.Code]; known != "" {
		words += ": " + known
	}
	return words
}

// seconds is a time as the collector has it.
func seconds(at time.Time) string {
	ms := at.UnixMilli()
	rest := strconv.FormatInt(1000+ms%1000, 10)[1:]
	return strconv.FormatInt(ms/1000, 10) + "." + rest
}
