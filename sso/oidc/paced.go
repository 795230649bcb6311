package oidc

import (
	"bytes"
	"io"
	"net/http"
	"sync"
	"time"
)

// keysPause is the least time between two looks for keys that are new: whoever
// posts tokens that name keys which nobody has, at the back channel say, must
// not make us ask the provider for each (OpenID Connect Core §10.1.1).
const keysPause = 10 * time.Second

// maxKeySet bounds what is kept of a key set, far above what providers publish.
const maxKeySet = 1 << 20

// paced is how a provider's key set is fetched. The library asks whenever no
// key that it has fits a token; within the pause it is given what came last.
// The first fetch, before which there was no key at all, begins no pause.
type paced struct {
	through http.RoundTripper
	now     func() time.Time

	mu    sync.Mutex
	last  *http.Response // without its body
	body  []byte
	err   error
	again time.Time // when it may be asked
	asked bool
}

// RoundTrip asks, or gives what came last.
func (p *paced) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := p.now(); !now.Before(p.again) {
		p.fetch(r)
		if p.asked {
			p.again = now.Add(keysPause)
		}
		p.asked = true
	}
	if p.err != nil {
		return nil, p.err
	}
	answer := *p.last
	answer.Header, answer.Request, answer.Body = p.last.Header.Clone(), r, io.NopCloser(bytes.NewReader(p.body))
	return &answer, nil
}

func (p *paced) fetch(r *http.Request) {
	p.last, p.err = p.through.RoundTrip(r)
	if p.err != nil {
		return
	}
	defer p.last.Body.Close()
	p.body, p.err = io.ReadAll(io.LimitReader(p.last.Body, maxKeySet))
}

// paces is the client with which one provider's key set is fetched.
func (p *Party) paces() *http.Client {
	client := *p.HTTP
	through := client.Transport
	if through == nil {
		through = http.DefaultTransport
	}
	client.Transport = &paced{through: through, now: p.now}
	return &client
}
