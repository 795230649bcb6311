package sink

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
)

// datadogKind speaks the logs intake, API v2.
var datadogKind = Kind{
	Name: "datadog", Title: "Datadog",
	Fields: []Field{
		{Name: "site", Label: "Site", Options: []string{"datadoghq.com", "us3.datadoghq.com", "us5.datadoghq.com", "datadoghq.eu", "ap1.datadoghq.com", "ap2.datadoghq.com", "ddog-gov.com"}, Default: "datadoghq.com", Address: true},
		{Name: "url", Label: "Intake", Help: "Instead of the site's: an Observability Pipelines worker of your own.", Address: true},
		{Name: "api_key", Label: "API key", Secret: true, Required: true},
		{Name: "service", Label: "Service", Default: "gatehouse"},
		{Name: "tags", Label: "Tags", Help: "Such as env:production,team:identity."},
	},
	Open: openDatadog,
}

// The intake's bounds: 1,000 logs and 5 MB a request, 1 MB a log, which it
// would otherwise cut.
const (
	datadogLogs  = 1000
	datadogEntry = 1 << 20
)

type datadog struct {
	client        *http.Client
	url, key      string
	service, tags string
}

type datadogLog struct {
	Source  string `json:"ddsource"`
	Tags    string `json:"ddtags,omitempty"`
	Service string `json:"service,omitempty"`
	Message string `json:"message"` // JSON in it becomes attributes
	Status  string `json:"status"`
	Time    string `json:"timestamp"`
}

func openDatadog(s Settings, d Dial) (Sink, error) {
	address := s.Get("url")
	if address == "" {
		address = "https://http-intake.logs." + s.Get("site")
	}
	u, err := d.URL("url", address)
	if err != nil {
		return nil, err
	}
	return &datadog{client: d.HTTP(), url: u.JoinPath("/api/v2/logs").String(), key: s.Get("api_key"), service: s.Get("service"), tags: s.Get("tags")}, nil
}

// Send posts the entries as one array. The intake answers 202 once it has them.
func (s *datadog) Send(ctx context.Context, b Batch) error {
	for len(b.Entries) > 0 {
		part := b.Entries[:min(len(b.Entries), datadogLogs)]
		if err := s.send(ctx, part); err != nil {
			return err
		}
		b.Entries = b.Entries[len(part):]
	}
	return nil
}

func (s *datadog) send(ctx context.Context, entries []Entry) error {
	logs := make([]datadogLog, 0, len(entries))
	for _, e := range entries {
		if len(e.Line) > datadogEntry {
			return Never("Entry %s is larger than Datadog takes (1 MB), and would be cut.", e.ID)
		}
		tags := "action:" + e.Type
		if e.Organization != "" {
			tags += ",organization_id:" + e.Organization
		}
		if s.tags != "" {
			tags = strings.TrimSuffix(s.tags, ",") + "," + tags
		}
		logs = append(logs, datadogLog{Source: "gatehouse", Tags: tags, Service: s.service, Message: string(e.Line), Status: "info", Time: e.OccurredAt.UTC().Format(rfc3339Milli)})
	}
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(logs); err != nil {
		return Never("The entries cannot be put into a request.")
	}
	res, err := post(ctx, s.client, s.url, http.Header{"Content-Type": {"application/json"}, "Dd-Api-Key": {s.key}}, body.Bytes(), true)
	if err != nil {
		return err
	}
	drain(res)
	if res.StatusCode == http.StatusForbidden || res.StatusCode == http.StatusUnauthorized {
		return Never("Datadog answered %d: the API key is not one of that site.", res.StatusCode)
	}
	return status(res)
}

func (s *datadog) Close() error {
	s.client.CloseIdleConnections()
	return nil
}

// rfc3339Milli is RFC 3339 in UTC with milliseconds.
const rfc3339Milli = "2006-01-02T15:04:05.000Z"
