package e2e

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"gatehouse/export/signal"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/sessions"
	"gatehouse/users"
)

// listener is an application that receives security event tokens. It believes
// nothing that the transmitter's published keys did not sign.
type listener struct {
	*httptest.Server
	t        *testing.T
	keys     *oidc.RemoteKeySet
	metadata map[string]any
	audience string // once the stream is made

	mu       sync.Mutex
	heard    []heard
	refusing int // answers 503 so many times
}

// heard is a token that was believed.
type heard struct {
	ID      string         `json:"jti"`
	Issuer  string         `json:"iss"`
	Aud     string         `json:"aud"`
	Subject map[string]any `json:"sub_id"`
	Events  map[string]map[string]any
	at      time.Time
}

// listen starts an application that knows the transmitter by its address alone.
func (s *Server) listen(t *testing.T) *listener {
	t.Helper()
	l := &listener{t: t}
	l.metadata = s.Call("GET", signal.PathDiscovery, "", nil).Body
	if l.metadata["issuer"] != s.Base || l.metadata["spec_version"] != "1_0" {
		t.Fatalf("discovery: %v", l.metadata)
	}
	l.keys = oidc.NewRemoteKeySet(t.Context(), l.metadata["jwks_uri"].(string))
	l.Server = httptest.NewServer(http.HandlerFunc(l.receive))
	t.Cleanup(l.Close)
	return l
}

// path is the endpoint that discovery names so.
func (l *listener) path(name, base string) string {
	return strings.TrimPrefix(l.metadata[name].(string), base)
}

// receive is RFC 8935 §2.
func (l *listener) receive(w http.ResponseWriter, r *http.Request) {
	at := time.Now()
	body, _ := io.ReadAll(r.Body)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refusing > 0 {
		l.refusing--
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	refuse := func(code string) {
		l.t.Errorf("a token was refused (%s): %s", code, body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `{"err":%q}`, code)
	}
	payload, err := l.keys.VerifySignature(l.t.Context(), string(body))
	if err != nil {
		refuse("invalid_key")
		return
	}
	var token heard
	header, _ := base64.RawURLEncoding.DecodeString(strings.Split(string(body), ".")[0])
	if json.Unmarshal(payload, &token) != nil || !strings.Contains(string(header), `"typ":"secevent+jwt"`) || strings.Contains(string(payload), `"exp"`) || len(token.Events) != 1 {
		refuse("invalid_request")
		return
	}
	if token.Issuer != l.metadata["issuer"] || token.Aud != l.audience {
		refuse("invalid_audience")
		return
	}
	token.at = at
	l.heard = append(l.heard, token)
	w.WriteHeader(http.StatusAccepted)
}

// subscribe makes a stream with a key, and returns its id.
func (l *listener) subscribe(s *Server, key string) string {
	l.t.Helper()
	a := s.Call("POST", l.path("configuration_endpoint", s.Base), key, map[string]any{
		"events_requested": []string{signal.SessionRevoked, signal.AccountDisabled, signal.AccountEnabled, "https://schemas.openid.net/secevent/caep/event-type/device-compliance-change"},
		"delivery":         map[string]any{"method": signal.Push, "endpoint_url": l.URL + "/events", "authorization_header": "Bearer canary-receiver-secret"},
	})
	if a.Status != http.StatusCreated || strings.Contains(a.Raw, "canary") || len(a.Body["events_delivered"].([]any)) != 3 || len(a.Body["events_requested"].([]any)) != 4 {
		l.t.Fatalf("subscribing: %d %s", a.Status, a.Raw)
	}
	l.audience = a.Text("aud")
	return a.Text("stream_id")
}

// waits for an event of that kind about a person, and returns it.
func (l *listener) waits(event, user string) heard {
	l.t.Helper()
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if got := l.about(event, user); len(got) > 0 {
			return got[0]
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.t.Fatalf("%s about %s does not come: %+v", event, user, l.heard)
	return heard{}
}

// about are the events of that kind about a person; "" is about anything.
func (l *listener) about(event, user string) (found []heard) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, h := range l.heard {
		text, _ := json.Marshal(h.Subject)
		if h.Events[event] != nil && strings.Contains(string(text), `"`+user) {
			found = append(found, h)
		}
	}
	return found
}

// employee is somebody whom a directory brought, signed in at an application.
func employee(t *testing.T, s *Server, p *pushed, email string) (inDirectory string, user id.User, session id.Session) {
	t.Helper()
	inDirectory = p.user(email)
	s.Tx(func(tx *db.Tx) error {
		u, err := users.GetByEmail(tx, email)
		if err != nil {
			return err
		}
		user = u.ID
		started, err := sessions.Start(tx, sessions.New{User: user, Client: Client, Organization: &p.org, Method: sessions.SSO})
		if err == nil {
			session = started.ID
		}
		return err
	})
	return inDirectory, user, session
}

// An employee who was let go works on in every application that does not hear
// of it. So the application must hear within about a second of the provider's
// request, from somebody it can prove, and of nobody else's employees.
func TestAnOffboardingReachesApplicationsInAboutASecond(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := NewWith(t, d, slog.New(slog.DiscardHandler), "GATEHOUSE_ALLOW_PRIVATE_TARGETS=127.0.0.0/8")
		stop := s.App.StartJobs(t.Context())
		defer func() { _ = stop(t.Context()) }()
		halden, other := s.directory("Halden", "halden.example"), s.directory("Fieldnote", "fieldnote.example")
		key := s.Call("POST", "/api_keys", APIKey, map[string]any{"name": "HR app", "organization_id": halden.org}).Text("value")
		one, all := s.listen(t), s.listen(t)
		mine, everybodys := one.subscribe(s, key), all.subscribe(s, APIKey)

		// The receiver sees that the whole way works.
		for stream, l := range map[string]*listener{mine: one, everybodys: all} {
			if a := s.Call("POST", l.path("verification_endpoint", s.Base), APIKey, map[string]any{"stream_id": stream, "state": "VGhpcyBpcw"}); a.Status != http.StatusNoContent {
				t.Fatalf("verifying: %d %s", a.Status, a.Raw)
			}
			if v := l.waits(signal.Verification, stream); v.Events[signal.Verification]["state"] != "VGhpcyBpcw" {
				t.Errorf("verified with %v", v)
			}
		}
		if a := s.Call("POST", signal.PathVerification, key, map[string]any{"stream_id": mine}); a.Status != http.StatusTooManyRequests {
			t.Errorf("verifying again at once: %d %s", a.Status, a.Raw)
		}

		person, user, session := employee(t, s, halden, "ines@halden.example")
		theirs, stranger, _ := employee(t, s, other, "olav@fieldnote.example")
		halden.want(http.StatusOK, "PATCH", "/Users/"+person, patch("Replace", "active", "False"))
		answered := time.Now()
		disabled, revoked := one.waits(signal.AccountDisabled, string(user)), one.waits(signal.SessionRevoked, string(user))
		for _, h := range []heard{disabled, revoked} {
			after := h.at.Sub(answered)
			t.Logf("%s came %d ms after the provider was answered", shortName(h), after.Milliseconds())
			if after > 3*time.Second {
				t.Errorf("%s came after %s", shortName(h), after)
			}
		}
		if got := revoked.Subject["session"].(map[string]any)["id"]; got != string(session) || revoked.Subject["tenant"].(map[string]any)["id"] != string(halden.org) {
			t.Errorf("the session that ended is %s, told was %v", session, revoked.Subject)
		}
		other.want(http.StatusOK, "PATCH", "/Users/"+theirs, patch("Replace", "active", "False"))
		all.waits(signal.AccountDisabled, string(stranger))
		all.waits(signal.AccountDisabled, string(user))

		halden.want(http.StatusOK, "PATCH", "/Users/"+person, patch("Replace", "active", "True"))
		one.waits(signal.AccountEnabled, string(user)) // what came before it has come
		if len(one.about(signal.AccountDisabled, string(stranger))) > 0 || len(one.about(signal.SessionRevoked, string(stranger))) > 0 {
			t.Error("an organization's stream tells of another organization's people")
		}
		if a := s.Call("GET", signal.PathStreams, key, nil); strings.Contains(a.Raw, everybodys) || !strings.Contains(a.Raw, mine) {
			t.Errorf("its streams: %s", a.Raw)
		}
	})
}

func shortName(h heard) string {
	for event := range h.Events {
		return event[strings.LastIndex(event, "/")+1:]
	}
	return ""
}

// A receiver that restarts, pauses, or wants to hear nothing more of somebody
// must lose no signal by the one, and get none by the other.
func TestReceiversHaveTheirStreamAsTheyWant(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		s := NewWith(t, d, slog.New(slog.DiscardHandler), "GATEHOUSE_ALLOW_PRIVATE_TARGETS=127.0.0.0/8")
		stop := s.App.StartJobs(t.Context())
		defer func() { _ = stop(t.Context()) }()
		l := s.listen(t)
		stream := l.subscribe(s, APIKey)
		p := s.directory("Halden", "halden.example")
		status := func(to, want string) {
			t.Helper()
			a := s.Call("POST", signal.PathStatus, APIKey, map[string]any{"stream_id": stream, "status": to})
			if got := s.Call("GET", signal.PathStatus+"?stream_id="+stream, APIKey, nil); a.Status != http.StatusOK || got.Text("status") != want || a.Text("status") != want {
				t.Fatalf("%s: %d %s, then %s", to, a.Status, a.Raw, got.Raw)
			}
		}
		leave := func(email string) id.User {
			t.Helper()
			person, user, _ := employee(t, s, p, email)
			p.want(http.StatusOK, "PATCH", "/Users/"+person, patch("Replace", "active", false))
			return user
		}
		l.mu.Lock()
		l.refusing = 2 // it restarts
		l.mu.Unlock()
		l.waits(signal.AccountDisabled, string(leave("a@halden.example")))

		status("paused", "paused")
		kept := leave("b@halden.example")
		status("disabled", "disabled")
		status("enabled", "enabled") // what came while it was paused went with it
		seen := leave("c@halden.example")
		l.waits(signal.AccountDisabled, string(seen))
		if len(l.about(signal.AccountDisabled, string(kept))) > 0 {
			t.Error("what happened before it was enabled came all the same")
		}
		status("paused", "paused")
		kept = leave("d@halden.example")
		status("enabled", "enabled")
		l.waits(signal.AccountDisabled, string(kept))

		_, unwanted, _ := employee(t, s, p, "e@halden.example")
		subject := map[string]any{"format": "iss_sub", "iss": s.Base, "sub": unwanted}
		ask := func(want int, path string) {
			t.Helper()
			if a := s.Call("POST", path, APIKey, map[string]any{"stream_id": stream, "subject": subject}); a.Status != want {
				t.Fatalf("%s: %d %s", path, a.Status, a.Raw)
			}
		}
		ask(http.StatusNoContent, signal.PathRemoveSubject)
		s.Call("POST", "/user_management/users/"+string(unwanted)+"/sessions/revoke_all", APIKey, nil)
		l.waits(signal.AccountDisabled, string(leave("f@halden.example")))
		if len(l.about(signal.SessionRevoked, string(unwanted))) > 0 {
			t.Error("a removed subject was told of")
		}
		ask(http.StatusOK, signal.PathAddSubject)

		// Another address is not sent the old one's secret, and a stream that is gone is gone.
		a := s.Call("PATCH", signal.PathStreams, APIKey, map[string]any{"stream_id": stream, "delivery": map[string]any{"method": signal.Push, "endpoint_url": l.URL + "/elsewhere"}})
		if a.Status != http.StatusOK || a.Body["delivery"].(map[string]any)["endpoint_url"] != l.URL+"/elsewhere" || a.Text("aud") != l.audience {
			t.Errorf("changing: %d %s", a.Status, a.Raw)
		}
		if a := s.Call("DELETE", signal.PathStreams+"?stream_id="+stream, APIKey, nil); a.Status != http.StatusNoContent {
			t.Errorf("deleting: %d %s", a.Status, a.Raw)
		}
		if a := s.Call("GET", signal.PathStreams+"?stream_id="+stream, APIKey, nil); a.Status != http.StatusNotFound {
			t.Errorf("reading it then: %d %s", a.Status, a.Raw)
		}
	})
}
