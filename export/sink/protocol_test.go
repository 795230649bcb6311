package sink

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/netguard"
)

// Receivers here answer as their vendors document it; nothing of theirs runs.
// Sources: Splunk, "Format events for HTTP Event Collector" and "HTTP Event
// Collector error codes"; Datadog, Logs API v2; Elasticsearch, Bulk API;
// OpenTelemetry, OTLP 1.x §OTLP/HTTP.

var loopback = Dial{Guard: netguard.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}), Now: time.Now}

// hostile is what somebody types to write a log entry of their own (X7).
const hostile = `\r\n{\"level\":\"admin\"}\u001b[31m\u2028\u009b`

func sampleBatch(n int) (b Batch) {
	for i := range n {
		e := Entry{Position: int64(100 + i), Sequence: int64(1 + i), Organization: "org_a", ID: fmt.Sprintf("event_%d", i), Type: "user.created", OccurredAt: time.Date(2026, 1, 15, 12, 0, 0, 5e6, time.UTC)}
		e.Line = []byte(`{"id":"` + e.ID + `","data":{"name":"` + hostile + `","city":"Bodø 😀"}}`)
		b.Entries = append(b.Entries, e)
	}
	return b
}

// recorded is a server that answers in turn and keeps what it was asked.
type recorded struct {
	*httptest.Server
	answers []recordedAnswer
	asked   []recordedRequest
}

type recordedAnswer struct {
	status int
	body   string
	header http.Header
}

type recordedRequest struct {
	path   string
	header http.Header
	body   []byte
}

func record(t *testing.T, answers ...recordedAnswer) *recorded {
	r := &recorded{answers: answers}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		var body io.Reader = q.Body
		if q.Header.Get("Content-Encoding") == "gzip" {
			body, _ = gzip.NewReader(q.Body)
		}
		read, err := io.ReadAll(body)
		if err != nil {
			t.Error(err)
		}
		r.asked = append(r.asked, recordedRequest{q.URL.RequestURI(), q.Header, read})
		a := r.answers[min(len(r.asked), len(r.answers))-1]
		for name := range a.header {
			w.Header().Set(name, a.header.Get(name))
		}
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.body)
	}))
	t.Cleanup(r.Close)
	return r
}

func opened(t *testing.T, kind Kind, values map[string]string) Sink {
	t.Helper()
	all, err := kind.Complete(values, true)
	if err != nil {
		t.Fatal(err)
	}
	s, err := kind.Open(Settings{Values: all, Stream: "log_stream_1"}, loopback)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// outcome is what a failure says to the engine.
func outcome(err error) string {
	var f *Failure
	switch {
	case err == nil:
		return "taken"
	case !errors.As(err, &f):
		return "no failure: " + err.Error()
	case f.TooLarge:
		return "too large"
	case f.Refused:
		return "refused"
	}
	return "later"
}

// oneLineEach fails unless body is n lines of JSON without anything that a
// viewer takes for a line's end (X7).
func oneLineEach(t *testing.T, body []byte, n int) {
	t.Helper()
	if bytes.ContainsAny(body, "\r\x1b\u2028\u009b") {
		t.Errorf("unescaped: %q", body)
	}
	lines := bytes.Split(bytes.TrimSuffix(body, []byte("\n")), []byte("\n"))
	if len(lines) != n {
		t.Errorf("%d lines, want %d", len(lines), n)
	}
	for _, line := range lines {
		if !json.Valid(line) {
			t.Errorf("no JSON: %q", line)
		}
	}
}

// The one that everybody can receive: what it says of each answer decides
// whether entries wait, shrink, or need a person.
func TestHTTP(t *testing.T) {
	for status, want := range map[int]string{200: "taken", 202: "taken", 204: "taken", 302: "refused", 400: "refused", 401: "refused", 404: "refused", 408: "later", 413: "too large", 429: "later", 500: "later", 503: "later"} {
		r := record(t, recordedAnswer{status: status, body: "canary of the answer", header: http.Header{"Retry-After": {"7"}, "Location": {"http://169.254.169.254/"}}})
		s := opened(t, httpKind, map[string]string{"url": r.URL + "/in?key=hunter2", "authorization": "Bearer s3cret"})
		err := s.Send(t.Context(), sampleBatch(3))
		if outcome(err) != want {
			t.Errorf("%d: %v, want %s", status, err, want)
		}
		if err != nil && (strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "s3cret")) {
			t.Errorf("it tells too much: %v", err)
		}
		if status == 429 && FailureOf(err).After != 7*time.Second {
			t.Errorf("Retry-After: %s", FailureOf(err).After)
		}
		q := r.asked[0]
		if len(r.asked) != 1 || q.header.Get("Authorization") != "Bearer s3cret" || q.header.Get("Content-Type") != "application/x-ndjson" || q.header.Get("Gatehouse-Positions") != "100-102" {
			t.Errorf("%d requests, %v", len(r.asked), q.header)
		}
		oneLineEach(t, q.body, 3)
	}
}

// A hung or broken destination must not keep a stream for ever, and must not
// tell of inner networks.
func TestDestinationsThatAreNotThere(t *testing.T) {
	hung := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // else nobody notices that the client has gone
		<-r.Context().Done()
	}))
	defer hung.Close()
	reset := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer reset.Close()
	for _, address := range []string{hung.URL, reset.URL, "http://127.0.0.1:1"} {
		s := opened(t, httpKind, map[string]string{"url": address})
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		if err := s.Send(ctx, sampleBatch(1)); outcome(err) != "later" || strings.Contains(err.Error(), "127.0.0.1") {
			t.Errorf("%s: %v", address, err)
		}
		cancel()
	}
	for _, kind := range []Kind{httpKind, splunkKind, datadogKind, elasticKind, otlpKind} {
		for _, address := range []string{"https://10.0.0.1/", "http://example.com/", "https://localhost/", "ftp://example.com"} {
			strict := Dial{Guard: netguard.New(nil), Now: time.Now}
			if _, err := kind.Open(Settings{Values: map[string]string{"url": address, "index": "x"}}, strict); outcome(FailureOf(err)) != "refused" {
				t.Errorf("%s %s: %v", kind.Name, address, err)
			}
		}
	}
}

func TestSplunk(t *testing.T) {
	ok := recordedAnswer{status: 200, body: `{"text":"Success","code":0,"ackId":5}`}
	yes, no := recordedAnswer{status: 200, body: `{"acks":{"5":true}}`}, recordedAnswer{status: 200, body: `{"acks":{"5":false}}`}
	for name, tt := range map[string]struct {
		answers []recordedAnswer
		want    string
		says    string
	}{
		"indexed":       {[]recordedAnswer{ok, no, yes}, "taken", ""},
		"never indexed": {[]recordedAnswer{ok, no}, "later", "indexed"},
		"no acks":       {[]recordedAnswer{{status: 200, body: `{"text":"Success","code":0}`}}, "refused", "acknowledgement"},
		"bad token":     {[]recordedAnswer{{status: 403, body: `{"text":"Invalid token","code":4}`}}, "refused", "the token is invalid"},
		"wrong index":   {[]recordedAnswer{{status: 400, body: `{"text":"Incorrect index","code":7,"invalid-event-number":1}`}}, "refused", "the index"},
		"busy":          {[]recordedAnswer{{status: 503, body: `{"text":"Server is busy","code":9}`}}, "later", "busy"},
		"no Splunk":     {[]recordedAnswer{{status: 200, body: `<html>`}}, "refused", "no Splunk"},
		"ack breaks":    {[]recordedAnswer{ok, {status: 500, body: `{"code":8}`}}, "later", "8"},
	} {
		r := record(t, tt.answers...)
		s := opened(t, splunkKind, map[string]string{"url": r.URL, "token": "t0ken", "index": "audit"}).(*splunk)
		s.pause, s.total = time.Millisecond, 50*time.Millisecond
		channel := s.channel
		err := s.Send(t.Context(), sampleBatch(2))
		if outcome(err) != tt.want || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
		q := r.asked[0]
		oneLineEach(t, q.body, 2)
		var event splunkEvent
		if json.Unmarshal(q.body[:bytes.IndexByte(q.body, '\n')], &event) != nil || event.Time != "1768478400.005" || event.Index != "audit" || event.Fields["sequence"] != 1.0 || !bytes.Contains(event.Event, []byte("event_0")) {
			t.Errorf("%s: %s", name, q.body)
		}
		if q.path != "/services/collector/event" || q.header.Get("Authorization") != "Splunk t0ken" || q.header.Get("X-Splunk-Request-Channel") != channel {
			t.Errorf("%s: %s %v", name, q.path, q.header)
		}
		if name == "indexed" && (len(r.asked) != 3 || r.asked[1].path != "/services/collector/ack?channel="+channel || string(r.asked[1].body) != `{"acks":[5]}`) {
			t.Errorf("%+v", r.asked)
		}
		if name == "never indexed" && s.channel == channel {
			t.Error("the channel stayed, whose acknowledgements are lost")
		}
	}
	r := record(t, recordedAnswer{status: 200, body: `{"text":"Success","code":0}`})
	s := opened(t, splunkKind, map[string]string{"url": r.URL, "token": "t0ken", "acknowledgement": "off"})
	if err := s.Send(t.Context(), sampleBatch(1)); err != nil || r.asked[0].header.Get("X-Splunk-Request-Channel") != "" {
		t.Errorf("without acknowledgement: %v", err)
	}
}

func TestDatadog(t *testing.T) {
	for status, want := range map[int]string{202: "taken", 403: "refused", 408: "later", 413: "too large", 429: "later", 503: "later"} {
		r := record(t, recordedAnswer{status: status, body: `{"errors":[{"detail":"canary"}]}`})
		s := opened(t, datadogKind, map[string]string{"url": r.URL, "api_key": "k3y", "tags": "env:prod"})
		if err := s.Send(t.Context(), sampleBatch(2)); outcome(err) != want {
			t.Errorf("%d: %v", status, err)
		}
		var logs []map[string]string
		q := r.asked[0]
		if err := json.Unmarshal(q.body, &logs); err != nil || len(logs) != 2 || logs[0]["ddtags"] != "env:prod,action:user.created,organization_id:org_a" || !json.Valid([]byte(logs[0]["message"])) {
			t.Errorf("%v %s", err, q.body)
		}
		if q.path != "/api/v2/logs" || q.header.Get("DD-API-KEY") != "k3y" {
			t.Errorf("%s %v", q.path, q.header)
		}
		oneLineEach(t, q.body, 1)
	}
	r := record(t, recordedAnswer{status: 202})
	s := opened(t, datadogKind, map[string]string{"url": r.URL, "api_key": "k3y"})
	if err := s.Send(t.Context(), sampleBatch(1001)); err != nil || len(r.asked) != 2 {
		t.Errorf("%v, %d requests: the intake takes a thousand logs at once", err, len(r.asked))
	}
	large := sampleBatch(1)
	large.Entries[0].Line = []byte(`"` + strings.Repeat("x", datadogEntry) + `"`)
	if err := s.Send(t.Context(), large); outcome(err) != "refused" {
		t.Errorf("an entry that would be cut: %v", err)
	}
}

func TestElastic(t *testing.T) {
	item := func(status int, kind string) string {
		return fmt.Sprintf(`{"create":{"_index":"gatehouse-audit","_id":"x","status":%d,"error":{"type":%q,"reason":"canary"}}}`, status, kind)
	}
	for name, tt := range map[string]struct {
		a    recordedAnswer
		want string
	}{
		"made":        {recordedAnswer{status: 200, body: `{"took":1,"errors":false,"items":[` + item(201, "") + `,` + item(201, "") + `]}`}, "taken"},
		"there":       {recordedAnswer{status: 200, body: `{"took":1,"errors":true,"items":[` + item(409, "version_conflict_engine_exception") + `,` + item(201, "") + `]}`}, "taken"},
		"busy":        {recordedAnswer{status: 200, body: `{"took":1,"errors":true,"items":[` + item(201, "") + `,` + item(429, "es_rejected_execution_exception") + `]}`}, "later"},
		"mapping":     {recordedAnswer{status: 200, body: `{"took":1,"errors":true,"items":[` + item(201, "") + `,` + item(400, "mapper_parsing_exception") + `]}`}, "refused"},
		"half":        {recordedAnswer{status: 200, body: `{"took":1,"errors":false,"items":[` + item(201, "") + `]}`}, "refused"},
		"no cluster":  {recordedAnswer{status: 200, body: `ok`}, "refused"},
		"unknown key": {recordedAnswer{status: 401, body: `{}`}, "refused"},
		"large":       {recordedAnswer{status: 413}, "too large"},
		"down":        {recordedAnswer{status: 503}, "later"},
	} {
		r := record(t, tt.a)
		s := opened(t, elasticKind, map[string]string{"url": r.URL, "username": "log", "password": "pw"})
		err := s.Send(t.Context(), sampleBatch(2))
		if outcome(err) != tt.want || err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
		q := r.asked[0]
		oneLineEach(t, q.body, 4)
		if user, pw, _ := (&http.Request{Header: q.header}).BasicAuth(); q.path != "/gatehouse-audit/_bulk" || user != "log" || pw != "pw" || !bytes.HasPrefix(q.body, []byte(`{"create":{"_id":"event_0"}}`)) {
			t.Errorf("%s: %s %v %s", name, q.path, q.header, q.body)
		}
	}
}

func TestOTLP(t *testing.T) {
	for body, want := range map[string]string{"": "taken", "{}": "taken", `{"partialSuccess":{}}`: "taken", `{"partialSuccess":{"rejectedLogRecords":"0"}}`: "taken",
		`{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"canary"}}`: "refused", `{"partialSuccess":{"rejectedLogRecords":2}}`: "refused"} {
		r := record(t, recordedAnswer{status: 200, body: body})
		s := opened(t, otlpKind, map[string]string{"url": r.URL, "header_name": "x-honeycomb-team", "header_value": "k3y"})
		err := s.Send(t.Context(), sampleBatch(2))
		if outcome(err) != want || err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
		q := r.asked[0]
		var sent otlpRequest
		if err := json.Unmarshal(q.body, &sent); err != nil || q.path != "/v1/logs" || q.header.Get("X-Honeycomb-Team") != "k3y" || q.header.Get("Content-Type") != "application/json" {
			t.Errorf("%v %s %v", err, q.path, q.header)
		}
		records := sent.Resources[0].Scopes[0].Records
		if len(records) != 2 || records[0].Time != "1768478400005000000" || !json.Valid([]byte(*records[0].Body.String)) || records[0].EventName != "user.created" {
			t.Errorf("%+v", records)
		}
		oneLineEach(t, q.body, 1)
	}
	for status, want := range map[int]string{400: "refused", 429: "later", 500: "later", 502: "later"} {
		s := opened(t, otlpKind, map[string]string{"url": record(t, recordedAnswer{status: status}).URL})
		if err := s.Send(t.Context(), sampleBatch(1)); outcome(err) != want {
			t.Errorf("%d: %v", status, err)
		}
	}
	for _, name := range []string{"Host", "content-length", "a b", "x:y"} {
		if _, err := otlpKind.Open(Settings{Values: map[string]string{"url": "http://127.0.0.1", "header_name": name}}, loopback); err == nil {
			t.Errorf("%q is taken for a header", name)
		}
	}
}
