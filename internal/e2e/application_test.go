package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"
)

// Answer is what an API said.
type Answer struct {
	Status int
	Header http.Header
	Body   map[string]any
	Raw    string
}

// Text is a member of the answer, or "".
func (a Answer) Text(name string) string {
	s, _ := a.Body[name].(string)
	return s
}

// Tokens is the answer of a token endpoint to an application.
func (s *Server) Tokens(body map[string]any) Answer {
	s.T.Helper()
	all := map[string]any{"client_id": Client, "client_secret": APIKey}
	for k, v := range body {
		all[k] = v
	}
	return s.Call(http.MethodPost, "/user_management/authenticate", "", all)
}

// Call calls the management API with a key.
func (s *Server) Call(method, path, key string, body any) Answer {
	s.T.Helper()
	return call(s.T, s.URL, method, path, key, body)
}

func call(t testing.TB, base, method, path, key string, body any) Answer {
	t.Helper()
	a, err := tryCall(t, base, method, path, key, body)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// tryCall gives back the error of a connection that broke: servers are killed
// in some tests.
func tryCall(t testing.TB, base, method, path, key string, body any) (Answer, error) {
	var sent io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		sent = bytes.NewReader(encoded)
	}
	r, err := http.NewRequest(method, base+path, sent)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Status: response.StatusCode, Header: response.Header, Raw: string(raw)}
	_ = json.Unmarshal(raw, &a.Body) // a list or nothing at all has no members
	return a, nil
}
