package puzzle

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAService(t *testing.T) {
	answer, status := `{"success": true}`, http.StatusOK
	var asked string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = string(body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	defer server.Close()
	s := &Service{VerifyURL: server.URL, Secret: "shh", HTTP: server.Client(), Log: slog.New(slog.DiscardHandler)}
	if err := s.Check(t.Context(), "token", "192.0.2.1"); err != nil {
		t.Errorf("a good response: %v", err)
	}
	if asked != "remoteip=192.0.2.1&response=token&secret=shh" {
		t.Errorf("asked %q", asked)
	}
	for name, c := range map[string]struct {
		response, answer string
		status           int
		want             error
	}{
		"bad":        {"token", `{"success": false, "error-codes": ["timeout-or-duplicate"]}`, 200, ErrWrong},
		"empty":      {"", `{"success": true}`, 200, ErrWrong},
		"long":       {strings.Repeat("x", maxResponse+1), `{"success": true}`, 200, ErrWrong},
		"broken":     {"token", `<html>`, 200, ErrUnreachable},
		"overloaded": {"token", `{"success": true}`, 503, ErrUnreachable},
	} {
		answer, status = c.answer, c.status
		if err := s.Check(t.Context(), c.response, ""); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	server.Close()
	if err := s.Check(t.Context(), "token", ""); !errors.Is(err, ErrUnreachable) {
		t.Errorf("gone: %v", err)
	}
}
