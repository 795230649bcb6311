package puzzle

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Service is somebody else's challenge, of the kind that Turnstile, hCaptcha
// and reCAPTCHA offer: a script draws a widget, the form carries what it
// gives, and the server asks the service whether that is good. Where none is
// set up our own puzzle does.
type Service struct {
	Script    string // address of the widget's script
	Class     string // of the element that the script draws in, such as cf-turnstile
	SiteKey   string
	Field     string // what the widget calls its field, such as cf-turnstile-response
	VerifyURL string
	Secret    string
	HTTP      *http.Client
	Log       *slog.Logger
}

const (
	serviceTime  = 5 * time.Second
	maxVerdict   = 64 << 10
	maxResponse  = 4096
	formEncoding = "application/x-www-form-urlencoded"
)

// Check asks the service whether the response is good. A service that cannot
// be reached lets nobody through here; the caller then falls back to our own
// puzzle (ErrUnreachable).
func (s *Service) Check(ctx context.Context, response, ip string) error {
	if response == "" || len(response) > maxResponse {
		return ErrWrong
	}
	ctx, cancel := context.WithTimeout(ctx, serviceTime)
	defer cancel()
	form := url.Values{"secret": {s.Secret}, "response": {response}}
	if ip != "" {
		form.Set("remoteip", ip)
	}
	good, err := s.ask(ctx, form)
	if err != nil {
		s.Log.WarnContext(ctx, "the challenge service does not answer", "error", err)
		return ErrUnreachable
	}
	if !good {
		return ErrWrong
	}
	return nil
}

// ErrUnreachable says that the service did not answer in time, or not in its
// own form.
var ErrUnreachable = errors.New("the challenge service cannot be reached")

func (s *Service) ask(ctx context.Context, form url.Values) (bool, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.VerifyURL, strings.NewReader(form.Encode()))
	if err != nil {
		return false, err
	}
	r.Header.Set("Content-Type", formEncoding)
	answer, err := s.HTTP.Do(r)
	if err != nil {
		return false, withoutAddress(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return false, errors.New(answer.Status)
	}
	var verdict struct {
		Success bool `json:"success"`
	}
	err = json.NewDecoder(io.LimitReader(answer.Body, maxVerdict)).Decode(&verdict)
	return verdict.Success, err
}

// withoutAddress drops the address, which may carry a key, from an error that
// is logged.
func withoutAddress(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
