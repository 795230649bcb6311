package api

import (
	"fmt"
	"strings"
	"testing"
)

// streamed sends an organization's log somewhere, and is the stream's id.
func (w *world) streamed(org string) string {
	w.t.Helper()
	return w.must("POST", "/log_streams", fmt.Sprintf(`{"organization_id":%q,"type":"http","name":"SIEM","state":"paused","configuration":{"url":"https://siem.example.com/in","authorization":"Bearer canary-token"}}`, org)).get("id")
}

// X5: whoever may read a stream must not get its token; whoever may change its
// address must not have the token sent there.
func TestAStreamsSecretIsNeverShownNorSentElsewhere(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org := w.organization("Halden")
		one := w.streamed(org)
		path := "/log_streams/" + one
		for _, method := range []string{"GET", "PATCH"} {
			if r := w.do(method, path, `{"name":"SIEM 2"}`); r.status != 200 || strings.Contains(string(r.body), "canary") || r.get("credentials_set") != "true" {
				t.Errorf("%s: %d %s", method, r.status, r.body)
			}
		}
		if r := w.do("GET", "/log_streams", ""); strings.Contains(string(r.body), "canary") || r.get("data.0.id") != one {
			t.Errorf("%s", r.body)
		}
		if r := w.do("PATCH", path, `{"configuration":{"url":"https://siem.example.com/in","compression":"none"}}`); r.get("credentials_set") != "true" {
			t.Errorf("the address did not change, and the token is gone: %s", r.body)
		}
		if r := w.do("PATCH", path, `{"configuration":{"url":"https://evil.example/in"}}`); r.status != 200 || r.get("credentials_set") != "false" {
			t.Errorf("the address changed alone: %d %s", r.status, r.body)
		}
		if r := w.do("PATCH", path, `{"configuration":{"url":"https://siem.example.com/new","authorization":"Bearer canary-2"}}`); r.get("credentials_set") != "true" || strings.Contains(string(r.body), "canary") {
			t.Errorf("both: %s", r.body)
		}
		if r := w.do("GET", "/audit_logs/events?limit=100", ""); strings.Contains(string(r.body), "canary") || strings.Contains(string(r.body), "siem.example.com") {
			t.Errorf("the log tells of the destination's address or secret: %s", r.body)
		}
	})
}

// A mistake is found where it is made, not by a stream that never delivers.
func TestStreamsThatCannotWorkAreRefused(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org := w.organization("Halden")
		for body, code := range map[string]string{
			`"type":"carrier pigeon","name":"x"`:                                                                          "invalid_type",
			`"type":"http","name":"x"`:                                                                                    "invalid_configuration",
			`"type":"http","name":"","configuration":{"url":"https://siem.example.com"}`:                                  "invalid_request_parameters",
			`"type":"http","name":"x","configuration":{"url":"http://siem.example.com"}`:                                  "invalid_configuration",
			`"type":"http","name":"x","configuration":{"url":"https://127.0.0.1/in"}`:                                     "address_not_allowed",
			`"type":"http","name":"x","configuration":{"url":"https://169.254.169.254/"}`:                                 "address_not_allowed",
			`"type":"http","name":"x","configuration":{"url":"https://user:pw@siem.example.com"}`:                         "invalid_url",
			`"type":"http","name":"x","configuration":{"url":"https://siem.example.com","webhook":"x"}`:                   "invalid_configuration",
			`"type":"http","name":"x","configuration":{"url":"https://siem.example.com","authorization":"a\nb"}`:          "invalid_configuration",
			`"type":"http","name":"x","configuration":{"url":"https://siem.example.com","compression":"lzw"}`:             "invalid_configuration",
			`"type":"splunk","name":"x","configuration":{"url":"https://splunk.example.com"}`:                             "invalid_configuration",
			`"type":"elastic","name":"x","configuration":{"url":"https://es.example.com","index":"../_all"}`:              "invalid_configuration",
			`"type":"http","name":"x","configuration":{"url":"https://s.example.com"},"filter":{"actions":["*.created"]}`: "invalid_request_parameters",
			`"type":"http","name":"x","configuration":{"url":"https://s.example.com"},"state":"error"`:                    "invalid_request_parameters",
		} {
			if r := w.do("POST", "/log_streams", fmt.Sprintf(`{"organization_id":%q,%s}`, org, body)); r.status != 422 || r.get("code") != code {
				t.Errorf("%s: %d %s, want %s", body, r.status, r.body, code)
			}
		}
		one := w.streamed(org)
		for _, body := range []string{`{}`, `{"from_sequence":-1}`, `{"from_time":"yesterday"}`} {
			if r := w.do("POST", "/log_streams/"+one+"/replay", body); r.status != 422 {
				t.Errorf("%s: %d %s", body, r.status, r.body)
			}
		}
		if r := w.do("POST", "/log_streams/"+one+"/replay", `{"from_sequence":1}`); r.status != 200 || r.get("report.sentence") == "" {
			t.Errorf("%d %s", r.status, r.body)
		}
		if r := w.do("POST", "/log_streams/"+one+"/test", `{}`); r.status != 200 || r.get("delivered") != "false" || r.get("message") == "" || r.get("object") != "log_stream_test" {
			t.Errorf("%d %s", r.status, r.body)
		}
		if r := w.do("PATCH", "/log_streams/"+one, `{"state":"active"}`); r.get("state") != "active" {
			t.Errorf("%d %s", r.status, r.body)
		}
		if r := w.do("GET", "/log_streams/types", ""); r.get("data.0.type") != "http" {
			t.Errorf("%d %s", r.status, r.body)
		}
		if r := w.do("DELETE", "/log_streams/"+one, ""); r.status != 204 {
			t.Errorf("%d %s", r.status, r.body)
		}
		if r := w.do("GET", "/log_streams/"+one, ""); r.status != 404 {
			t.Errorf("%d %s", r.status, r.body)
		}
	})
}
