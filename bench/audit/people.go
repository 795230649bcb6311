package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	"gatehouse/bench/server"
)

// register makes people by the API, enough that nobody signs in twice.
func register(s *server.Server) ([]string, error) {
	people, run := make([]string, 2200), time.Now().Unix() // the database may have been used before
	for i := range people {
		people[i] = fmt.Sprintf("bench%d-%d@example.com", i, run)
		if err := post(s, "/user_management/users", map[string]any{"email": people[i], "email_verified": true}, http.StatusCreated, nil); err != nil {
			return nil, err
		}
	}
	return people, nil
}

// signIn is one person's sign-in by a mailed code, from a network of its own,
// and what it took. A password would measure the hash: a core makes some fifty
// of them a second.
func signIn(s *server.Server, person string, n int) (time.Duration, error) {
	var mailed struct{ Code string }
	if err := post(s, "/user_management/magic_auth", map[string]any{"email": person}, http.StatusCreated, &mailed); err != nil {
		return 0, err
	}
	begun := time.Now()
	err := post(s, "/user_management/authenticate", map[string]any{"grant_type": "urn:workos:oauth:grant-type:magic-auth:code", "client_id": server.ClientID, "client_secret": server.APIKey,
		"email": person, "code": mailed.Code, "ip_address": fmt.Sprintf("2001:db8:%x:%x::1", rand.IntN(1<<16), n&0xffff)}, http.StatusOK, nil)
	return time.Since(begun), err
}

// post asks and reads the answer into into, where that is something.
func post(s *server.Server, path string, body any, want int, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequest(http.MethodPost, s.Base+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+server.APIKey)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(io.LimitReader(answer.Body, 64<<10))
	if err == nil && answer.StatusCode != want {
		return fmt.Errorf("%s: %d %s", path, answer.StatusCode, said)
	}
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal(said, into)
}
