package main

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"sync"

	"golang.org/x/oauth2"
)

const sessionCookie = "app_session"

// session is one signed-in browser. Its tokens never leave this process.
type session struct {
	subject string
	idToken string

	mu    sync.Mutex // one refresh at a time
	token *oauth2.Token
}

// store keeps sessions in memory: a restart signs everybody out here, and the
// provider's own session signs them in again without a question.
type store struct {
	mu   sync.Mutex
	byID map[string]*session
}

func (s *store) add(one *session) string {
	id := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byID[id] = one
	return id
}

func (s *store) of(r *http.Request) *session {
	c, err := r.Cookie(sessionCookie)
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byID[c.Value]
}

func (s *store) end(r *http.Request) {
	if c, err := r.Cookie(sessionCookie); err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.byID, c.Value)
	}
}

// live returns a token that works now, renewed when it has run out.
func (s *session) live(ctx context.Context, conf *oauth2.Config) (*oauth2.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := conf.TokenSource(ctx, s.token).Token()
	if err == nil {
		s.token = t
	}
	return t, err
}

// renew spends the refresh token whether or not the access token has run out.
func (s *session) renew(ctx context.Context, conf *oauth2.Config) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token.RefreshToken == "" {
		return errors.New("the provider gave no refresh token")
	}
	t, err := conf.TokenSource(ctx, &oauth2.Token{RefreshToken: s.token.RefreshToken}).Token()
	if err == nil {
		s.token = t
	}
	return err
}
