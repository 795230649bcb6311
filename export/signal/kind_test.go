package signal

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/audit/chain"
	"gatehouse/export/sink"
	"gatehouse/internal/id"
	"gatehouse/internal/netguard"
	"gatehouse/internal/wire"
)

// application receives tokens. Their signatures are internal/e2e's to check.
type application struct {
	*httptest.Server
	mu     sync.Mutex
	tokens []map[string]any
	header http.Header
	answer func(token map[string]any) (int, string)
}

func newApplication(t *testing.T) *application {
	a := &application{}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var token map[string]any
		if err := json.Unmarshal(body, &token); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		a.header = r.Header
		if a.answer != nil {
			if status, text := a.answer(token); status != http.StatusAccepted {
				w.WriteHeader(status)
				_, _ = io.WriteString(w, text)
				return
			}
		}
		a.tokens = append(a.tokens, token)
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(a.Close)
	return a
}

// unsigned stands for the deployment's keys.
func unsigned(_ context.Context, claims any) (string, error) {
	text, err := json.Marshal(claims)
	return string(text), err
}

func (a *application) stream(t *testing.T, more ...string) sink.Sink {
	t.Helper()
	values := map[string]string{FieldURL: a.URL, FieldAudience: "https://app.example.com", FieldEvents: strings.Join(Supported(), " "), FieldAuthorization: "Bearer s3cret"}
	for i := 0; i+1 < len(more); i += 2 {
		values[more[i]] = more[i+1]
	}
	dial := sink.Dial{Guard: netguard.New([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}), Now: time.Now}
	s, err := Kind(issuer, unsigned).Open(sink.Settings{Values: values, Stream: "log_stream_1"}, dial)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func batch(records ...*chain.Record) (b sink.Batch) {
	for i, r := range records {
		r.Sequence = int64(i + 1)
		b.Entries = append(b.Entries, sink.Entry{Position: r.Sequence, ID: r.ID, Type: r.Type, Line: r.Line()})
	}
	return b
}

func ended(t *testing.T, user, session string) *chain.Record {
	return record(t, "org_1", audit.SessionRevoked{Session: wire.Session{ID: id.Session(session), UserID: id.User(user)}})
}

// A receiver checks each of these members, and drops a token that has others.
func TestATokensClaims(t *testing.T) {
	a := newApplication(t)
	s, r := a.stream(t), ended(t, "user_1", "session_1")
	for range 2 {
		if err := s.Send(t.Context(), batch(r)); err != nil {
			t.Fatal(err)
		}
	}
	token := a.tokens[0]
	if a.tokens[1]["jti"] != token["jti"] || !strings.HasPrefix(token["jti"].(string), r.ID) {
		t.Errorf("repeats are known by their jti: %v, %v", token["jti"], a.tokens[1]["jti"])
	}
	if iat := int64(token["iat"].(float64)); time.Now().Unix()-iat > 5 || int64(token["toe"].(float64)) != occurred.Unix() {
		t.Errorf("times: %v", token)
	}
	delete(token, "jti")
	delete(token, "iat")
	delete(token, "toe")
	text, _ := json.Marshal(token)
	want := `{"aud":"https://app.example.com","events":{"` + SessionRevoked + `":{"event_timestamp":1795835045,"initiating_entity":"admin"}},"iss":"https://id.example.com",` +
		`"sub_id":{"format":"complex","session":{"format":"opaque","id":"session_1"},"tenant":{"format":"opaque","id":"org_1"},"user":{"format":"iss_sub","iss":"https://id.example.com","sub":"user_1"}},"txn":"req_1"}`
	if string(text) != want {
		t.Errorf("claims\n%s, want\n%s", text, want)
	}
	if a.header.Get("Content-Type") != "application/secevent+jwt" || a.header.Get("Accept") != "application/json" || a.header.Get("Authorization") != "Bearer s3cret" {
		t.Errorf("headers: %v", a.header)
	}
}

// Somebody who was let in again and then out must not stay in; and one person's
// token that is refused must not keep the others' back.
func TestOnePersonsTokensComeInOrderAndHoldNobodyElseUp(t *testing.T) {
	a := newApplication(t)
	a.answer = func(token map[string]any) (int, string) {
		if strings.Contains(fmt.Sprint(token["sub_id"]), "user_7") {
			return http.StatusBadRequest, `{"err":"invalid_request","description":"s3cret inner words"}`
		}
		return http.StatusAccepted, ""
	}
	var records []*chain.Record
	for i := range 200 {
		records = append(records, ended(t, fmt.Sprintf("user_%d", i%20), fmt.Sprintf("session_%03d", i)))
	}
	s := a.stream(t)
	f := sink.FailureOf(s.Send(t.Context(), batch(records...)))
	if !f.Refused || !strings.Contains(f.Message, "invalid_request") || strings.Contains(f.Message, "s3cret") {
		t.Errorf("%+v", f)
	}
	before := len(a.tokens)
	if before < 200-200/lanes*2 {
		t.Errorf("%d tokens went beside the refused one", before)
	}
	a.answer = nil
	if err := s.Send(t.Context(), batch(records...)); err != nil {
		t.Fatal(err)
	}
	sessions := map[string][]string{}
	for _, token := range a.tokens[before:] {
		subject := token["sub_id"].(map[string]any)
		user := subject["user"].(map[string]any)["sub"].(string)
		sessions[user] = append(sessions[user], subject["session"].(map[string]any)["id"].(string))
	}
	for user, list := range sessions {
		if len(list) != 10 || !slices.IsSorted(list) {
			t.Errorf("%s: %v", user, list)
		}
	}
}

// A receiver that is away for a moment is asked again; one that says no is shown as that.
func TestReceiversAnswers(t *testing.T) {
	a := newApplication(t)
	for status, refused := range map[int]bool{http.StatusBadRequest: true, http.StatusUnauthorized: true, http.StatusNotFound: true, http.StatusTooManyRequests: false, http.StatusBadGateway: false} {
		a.answer = func(map[string]any) (int, string) { return status, `<html>` }
		err := a.stream(t).Send(t.Context(), batch(ended(t, "user_1", "session_1")))
		if f := sink.FailureOf(err); err == nil || f.Refused != refused {
			t.Errorf("%d: %v", status, err)
		}
	}
}

// A stream must carry what its receiver asked for, and no other stream's verification.
func TestWhatAStreamLeavesOut(t *testing.T) {
	a := newApplication(t)
	removed, _ := Removed{}.Remove(about(issuer, "user_2", "", ""))
	s := a.stream(t, FieldEvents, SessionRevoked, FieldRemoved, removed.Setting())
	mine := record(t, "org_1", audit.SignalVerificationRequested{Stream: "log_stream_1", State: "abc"})
	forged := record(t, "org_1", audit.SignalVerificationRequested{Stream: "log_stream_1", State: "forged"})
	forged.Source = string(audit.Application)
	err := s.Send(t.Context(), batch(record(t, "", audit.UserBanned{User: wire.User{ID: "user_1"}}), ended(t, "user_2", "session_2"), record(t, "org_1", audit.RoleCreated{}),
		record(t, "org_1", audit.SignalVerificationRequested{Stream: "log_stream_2", State: "other"}), forged, mine))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(a.tokens)
	if len(a.tokens) != 1 || !strings.Contains(string(text), `"`+Verification+`":{"state":"abc"}`) || !strings.Contains(string(text), `"sub_id":{"format":"opaque","id":"log_stream_1"}`) {
		t.Errorf("%s", text)
	}
}
