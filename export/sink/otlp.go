package sink

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// otlpKind speaks OTLP/HTTP 1 in its JSON encoding, for collectors and whatever
// takes OpenTelemetry logs.
var otlpKind = Kind{
	Name: "otlp", Title: "OpenTelemetry (OTLP)",
	Fields: []Field{
		{Name: "url", Label: "Endpoint", Help: "Where OTLP over HTTP is taken, such as https://collector.acme.com:4318. /v1/logs is added unless it is there.", Required: true, Address: true},
		{Name: "authorization", Label: "Authorization", Help: "The value of the Authorization header.", Secret: true},
		{Name: "header_name", Label: "Further header", Help: "For receivers that want a key in a header of their own."},
		{Name: "header_value", Label: "Its value", Secret: true},
		{Name: "service", Label: "service.name", Default: "gatehouse"},
	},
	Open: openOTLP,
}

type otlp struct {
	client  *http.Client
	url     string
	header  http.Header
	service string
}

type (
	otlpValue struct {
		String *string `json:"stringValue,omitempty"`
		Int    *string `json:"intValue,omitempty"` // 64-bit integers are texts in protobuf's JSON
	}
	otlpAttribute struct {
		Key   string    `json:"key"`
		Value otlpValue `json:"value"`
	}
	otlpRecord struct {
		Time       string          `json:"timeUnixNano"`
		Observed   string          `json:"observedTimeUnixNano"`
		Severity   int             `json:"severityNumber"`
		Text       string          `json:"severityText"`
		Body       otlpValue       `json:"body"`
		Attributes []otlpAttribute `json:"attributes"`
		EventName  string          `json:"eventName"`
	}
	otlpScope struct {
		Scope   map[string]string `json:"scope"`
		Records []otlpRecord      `json:"logRecords"`
	}
	otlpResource struct {
		Resource struct {
			Attributes []otlpAttribute `json:"attributes"`
		} `json:"resource"`
		Scopes []otlpScope `json:"scopeLogs"`
	}
	otlpRequest struct {
		Resources []otlpResource `json:"resourceLogs"`
	}
	otlpAnswer struct {
		Partial struct {
			Rejected json.RawMessage `json:"rejectedLogRecords"` // a number or a text
		} `json:"partialSuccess"`
	}
)

func openOTLP(s Settings, d Dial) (Sink, error) {
	u, err := d.URL("url", s.Get("url"))
	if err != nil {
		return nil, err
	}
	if !strings.HasSuffix(u.Path, "/v1/logs") {
		u = u.JoinPath("/v1/logs")
	}
	header := http.Header{}
	if value := s.Get("authorization"); value != "" {
		header.Set("Authorization", value)
	}
	if name := s.Get("header_name"); name != "" {
		if !token(name) || reserved[http.CanonicalHeaderKey(name)] {
			return nil, Refuse("header_name", "That is no name of a header that can be set here.")
		}
		header.Set(name, s.Get("header_value"))
	}
	return &otlp{client: d.HTTP(), url: u.String(), header: header, service: s.Get("service")}, nil
}

// reserved are headers that a request's form rests on.
var reserved = map[string]bool{"Host": true, "Content-Length": true, "Content-Type": true, "Content-Encoding": true, "Transfer-Encoding": true, "Connection": true, "Te": true, "Trailer": true, "Upgrade": true, "User-Agent": true}

// token is RFC 9110 §5.6.2.
func token(text string) bool {
	return text != "" && strings.Trim(text, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// Send exports the entries as log records: the whole entry is the body, so
// that proofs can be made from it.
func (s *otlp) Send(ctx context.Context, b Batch) error {
	scope := otlpScope{Scope: map[string]string{"name": "gatehouse.audit"}}
	for _, e := range b.Entries {
		at := strconv.FormatInt(e.OccurredAt.UnixNano(), 10)
		record := otlpRecord{Time: at, Observed: at, Severity: 9, Text: "INFO", Body: otlpText(string(e.Line)), EventName: e.Type,
			Attributes: []otlpAttribute{{"event.id", otlpText(e.ID)}, {"gatehouse.position", otlpInt(e.Position)}, {"gatehouse.sequence", otlpInt(e.Sequence)}}}
		if e.Organization != "" {
			record.Attributes = append(record.Attributes, otlpAttribute{"gatehouse.organization_id", otlpText(e.Organization)})
		}
		scope.Records = append(scope.Records, record)
	}
	resource := otlpResource{Scopes: []otlpScope{scope}}
	resource.Resource.Attributes = []otlpAttribute{{"service.name", otlpText(s.service)}}
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(otlpRequest{[]otlpResource{resource}}); err != nil {
		return Never("The entries cannot be put into a request.")
	}
	header := s.header.Clone()
	header.Set("Content-Type", "application/json")
	res, err := post(ctx, s.client, s.url, header, body.Bytes(), true)
	if err != nil {
		return err
	}
	defer drain(res)
	if err := status(res); err != nil {
		return err // also where OTLP says not to retry: it would then drop the data, and we do not
	}
	var answer otlpAnswer
	_ = json.NewDecoder(res.Body).Decode(&answer) // an empty body is full success
	if rejected := strings.Trim(string(answer.Partial.Rejected), `"`); rejected != "" && rejected != "0" && rejected != "null" {
		return Never("It rejected %.20s of %d records.", word(rejected), len(b.Entries))
	}
	return nil
}

func otlpText(s string) otlpValue { return otlpValue{String: &s} }

func otlpInt(n int64) otlpValue {
	text := strconv.FormatInt(n, 10)
	return otlpValue{Int: &text}
}

func (s *otlp) Close() error {
	s.client.CloseIdleConnections()
	return nil
}
