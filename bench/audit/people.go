package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"

	"gatehouse/bench/server"
)

const password = "Correct-horse-42!"

// register makes people with passwords by the API.
func register(s *server.Server) ([]string, error) {
	people := make([]string, 200)
	for i := range people {
		people[i] = fmt.Sprintf("bench%d@example.com", i)
		body := map[string]any{"email": people[i], "password": password, "email_verified": true}
		if err := post(s, "/user_management/users", body, http.StatusCreated); err != nil {
			return nil, err
		}
	}
	return people, nil
}

// signIn is one person's sign-in by password, from a network of its own.
func signIn(s *server.Server, person string, n int) error {
	return post(s, "/user_management/authenticate", map[string]any{"grant_type": "password", "client_id": server.ClientID, "client_secret": server.APIKey,
		"email": person, "password": password, "ip_address": fmt.Sprintf("2001:db8:%x:%x::1", rand.IntN(1<<16), n&0xffff)}, http.StatusOK)
}

func post(s *server.Server, path string, body any, want int) error {
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
	said, err := io.ReadAll(io.LimitReader(answer.Body, 4096))
	if err == nil && answer.StatusCode != want {
		err = fmt.Errorf("%s: %d %s", path, answer.StatusCode, said)
	}
	return err
}
