package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/export/signal"
	"gatehouse/export/sink"
	"gatehouse/export/stream"
	"gatehouse/internal/netguard"
)

// signalService makes streams of signals, which nothing here sends.
func (w *world) signalService() *stream.Service {
	return &stream.Service{Kinds: sink.Kinds(), Others: []sink.Kind{signal.Kind(w.h.Base, w.h.Keys.SignSecurityEvent)}, Dial: sink.Dial{Guard: netguard.New(nil), Now: time.Now}}
}

const pushDelivery = `"delivery":{"method":"` + signal.Push + `","endpoint_url":"https://app.example.com/events"`

// listening gives an organization a stream of signals.
func (w *world) listening(t *Theirs, key string) {
	w.t.Helper()
	made := w.send(key, "POST", signal.PathStreams, `{`+pushDelivery+`}}`)
	if made.status != http.StatusCreated {
		w.t.Fatalf("a stream of signals: %d %s", made.status, made.body)
	}
	t.SignalStream = made.get("stream_id")
}

// Receivers are made by libraries that know the framework's bodies and
// statuses: what is not theirs breaks them, and its 4xx is what they look for.
func TestStreamsOfSignalsSpeakTheFramework(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		made := w.must("POST", signal.PathStreams, `{"events_requested":["`+signal.SessionRevoked+`","urn:example:unknown"],`+pushDelivery+`,"authorization_header":"Bearer canary"},"description":"HR"}`)
		key := made.get("stream_id")
		want := fmt.Sprintf(`{"stream_id":%q,"iss":"https://auth.example","aud":"https://app.example.com/events","events_supported":["%s"],"events_requested":[%q,"urn:example:unknown"],"events_delivered":[%q],`+
			`"delivery":{"method":"urn:ietf:rfc:8935","endpoint_url":"https://app.example.com/events"},"min_verification_interval":30,"description":"HR"}`,
			key, strings.Join(signal.Supported(), `","`), signal.SessionRevoked, signal.SessionRevoked)
		if got := strings.TrimSpace(string(made.body)); got != want {
			t.Errorf("made\n%s, want\n%s", got, want)
		}
		if got := w.must("GET", signal.PathStreams+"?stream_id="+key, ""); string(got.body) != string(made.body) {
			t.Errorf("read %s", got.body)
		}
		patched := w.must("PATCH", signal.PathStreams, `{"stream_id":"`+key+`","iss":"https://auth.example","aud":["https://app.example.com/events"],"description":"Payroll"}`)
		if patched.get("description") != "Payroll" || patched.get("events_requested.1") != "urn:example:unknown" {
			t.Errorf("patched %s", patched.body)
		}
		put := w.must("PUT", signal.PathStreams, `{"stream_id":"`+key+`",`+pushDelivery+`}}`)
		if put.get("description") != "" || put.get("events_requested.4") == "" {
			t.Errorf("put %s", put.body)
		}
		named := w.must("POST", signal.PathStreams, `{"aud":"client_1",`+pushDelivery+`}}`)
		if named.get("aud") != "client_1" {
			t.Errorf("made %s", named.body)
		}
		for _, c := range []struct {
			method, path, body string
			want               int
		}{
			{"POST", signal.PathStreams, `{}`, 400},
			{"POST", signal.PathStreams, `{`, 400},
			{"POST", signal.PathStreams, `{"delivery":{"method":"urn:ietf:rfc:8936"}}`, 400},
			{"POST", signal.PathStreams, `{"delivery":{"method":"` + signal.Push + `","endpoint_url":"https://169.254.169.254/"}}`, 400},
			{"POST", signal.PathStreams, `{"delivery":{"method":"` + signal.Push + `","endpoint_url":"http://app.example.com/"}}`, 400},
			{"POST", signal.PathStreams, `{"events_requested":["urn:example:unknown"],` + pushDelivery + `}}`, 400},
			{"POST", signal.PathStreams, `{"events_requested":"all",` + pushDelivery + `}}`, 400},
			{"POST", signal.PathStreams, `{"iss":"https://other.example",` + pushDelivery + `}}`, 400},
			{"PATCH", signal.PathStreams, `{"stream_id":"` + key + `","aud":"client_2"}`, 400},
			{"PATCH", signal.PathStreams, `{"description":"x"}`, 400},
			{"PUT", signal.PathStreams, `{"stream_id":"` + key + `"}`, 400},
			{"PATCH", signal.PathStreams, `{"stream_id":"log_stream_01ARZ3NDEKTSV4RRFFQ69G5FAV"}`, 404},
			{"GET", signal.PathStatus, ``, 400},
			{"POST", signal.PathStatus, `{"stream_id":"` + key + `","status":"off"}`, 400},
			{"POST", signal.PathRemoveSubject, `{"stream_id":"` + key + `","subject":{"format":"email","email":"a@b.example"}}`, 400},
			{"POST", signal.PathRemoveSubject, `{"stream_id":"` + key + `","subject":{"format":"iss_sub","iss":"https://auth.example","sub":"user_1"}}`, 204},
			{"POST", signal.PathAddSubject, `{"stream_id":"` + key + `","subject":{"format":"iss_sub","iss":"https://auth.example","sub":"user_1"},"verified":true}`, 200},
			{"POST", signal.PathVerification, `{"stream_id":"` + key + `","state":"` + strings.Repeat("x", 501) + `"}`, 400},
			{"POST", signal.PathVerification, `{"stream_id":"` + key + `"}`, 204},
			{"POST", signal.PathVerification, `{"stream_id":"` + key + `"}`, 429},
			{"DELETE", signal.PathStreams + "?stream_id=" + key, ``, 204},
			{"DELETE", signal.PathStreams + "?stream_id=" + key, ``, 404},
		} {
			if got := w.do(c.method, c.path, c.body); got.status != c.want || strings.Contains(string(got.body), "canary") {
				t.Errorf("%s %s %s: %d %s, want %d", c.method, c.path, c.body, got.status, got.body, c.want)
			}
		}
		org := w.orgKey(w.organization("Halden"))
		// Nor by the door of other streams.
		mine := w.send(org, "POST", signal.PathStreams, `{`+pushDelivery+`}}`).get("stream_id")
		for _, c := range []struct {
			method, path, body string
			want               int
		}{
			{"POST", "/log_streams", `{"type":"ssf","name":"x","configuration":{"endpoint_url":"https://app.example.com/e","audience":"client_1","events":"` + signal.SessionRevoked + `"}}`, 422},
			{"PATCH", "/log_streams/" + mine, `{"configuration":{"audience":"client_1"}}`, 409},
			{"GET", "/log_streams/" + mine, ``, 200},
		} {
			if got := w.send(org, c.method, c.path, c.body); got.status != c.want || strings.Contains(string(got.body), `"client_1"`) {
				t.Errorf("%s %s: %d %s, want %d", c.method, c.path, got.status, got.body, c.want)
			}
		}
		if got := w.send(org, "POST", signal.PathStreams, `{"aud":"client_1",`+pushDelivery+`}}`); got.status != 400 {
			t.Errorf("an organization addresses its tokens to somebody else: %d %s", got.status, got.body)
		}
		if got := w.send("", "GET", signal.PathDiscovery, ""); got.status != 200 || got.get("jwks_uri") != "https://auth.example/oauth2/jwks" || got.get("default_subjects") != "ALL" {
			t.Errorf("discovery: %d %s", got.status, got.body)
		}
		if got := w.send("", "GET", signal.PathStreams, ""); got.status != 401 {
			t.Errorf("without a key: %d", got.status)
		}
	})
}
