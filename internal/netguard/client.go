package netguard

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"gatehouse/internal/problem"
)

// Options bound a client. Zero values mean 5 seconds, 1 MB, no redirects.
type Options struct {
	Timeout   time.Duration // of the whole request
	MaxBody   int64         // of an answer, decompressed
	Redirects int           // how many to follow, on the same scheme, host and port alone

	IdlePerHost int // connections that are kept open to one host; 0: 2
}

const (
	defaultTimeout = 5 * time.Second
	defaultBody    = 1 << 20
	defaultIdle    = 2
)

// Client is an HTTP client behind the guard. Make one at start and keep it:
// it holds connections open. Libraries that take an *http.Client are as
// bounded by it as our own code. Its errors, like all of net/http's, name the
// URL; Fetch's do not.
func (g *Guard) Client(o Options) *http.Client {
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.MaxBody == 0 {
		o.MaxBody = defaultBody
	}
	if o.IdlePerHost == 0 {
		o.IdlePerHost = defaultIdle
	}
	dialer := &net.Dialer{Timeout: o.Timeout, Control: g.Control}
	return &http.Client{
		Timeout: o.Timeout,
		Transport: &transport{guard: g, maxBody: o.MaxBody, base: &http.Transport{
			Proxy:                  nil, // a proxy would resolve and connect for us, past the guard
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2:      true,
			TLSHandshakeTimeout:    o.Timeout,
			MaxIdleConns:           100,
			MaxIdleConnsPerHost:    o.IdlePerHost,
			IdleConnTimeout:        30 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
		}},
		CheckRedirect: func(next *http.Request, before []*http.Request) error {
			first := before[0].URL
			if o.Redirects == 0 {
				return http.ErrUseLastResponse // the caller sees the 3xx
			}
			if len(before) > o.Redirects || next.URL.Scheme != first.Scheme || next.URL.Host != first.Host {
				return ErrRedirect
			}
			return nil
		},
	}
}

// transport checks what goes out and bounds what comes in.
type transport struct {
	guard   *Guard
	base    *http.Transport
	maxBody int64
}

// RoundTrip checks the URL, sends the request and bounds the answer's body.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := t.guard.check(r.URL); err != nil {
		return nil, err
	}
	res, err := t.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if res.ContentLength > t.maxBody {
		res.Body.Close()
		return nil, ErrTooLarge
	}
	res.Body = &boundedBody{ReadCloser: res.Body, left: t.maxBody}
	return res, nil
}

// CloseIdleConnections lets http.Client close what it keeps open.
func (t *transport) CloseIdleConnections() { t.base.CloseIdleConnections() }

// boundedBody fails with ErrTooLarge instead of ending early: half a document
// that looks whole is worse than none.
type boundedBody struct {
	io.ReadCloser
	left int64
}

// Read reads until the bound is passed.
func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrTooLarge
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		return n + int(b.left), ErrTooLarge
	}
	return n, err
}

// Fetch gets a document that must answer 200. accept is the Accept header.
// Its errors say nothing of the answer but its status, and do not repeat the
// URL, which may hold a secret.
func Fetch(ctx context.Context, client *http.Client, address, accept string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, ErrURL
	}
	r.Header.Set("Accept", accept)
	res, err := client.Do(r)
	if err != nil {
		return nil, Explain(err)
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode >= 300 && res.StatusCode < 400:
		return nil, ErrRedirect
	case res.StatusCode != http.StatusOK:
		return nil, ErrStatus.WithMessage("That address answered with status " + strconv.Itoa(res.StatusCode) + ".")
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, Explain(err)
	}
	return body, nil
}

// Explain turns an error of a guarded client into one that a person may see:
// without the URL and without what the network said about inner addresses.
func Explain(err error) error {
	if p := problem.As(err); p != nil {
		return p
	}
	var certificate *tls.CertificateVerificationError
	var name *net.DNSError
	var failed *url.Error
	switch {
	case errors.As(err, &certificate):
		return ErrNoAnswer.WithMessage("That address has no certificate that can be trusted.")
	case errors.As(err, &name):
		return ErrNoAnswer.WithMessage("The host name of that address is not known.")
	case errors.As(err, &failed) && failed.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return ErrNoAnswer.WithMessage("That address did not answer in time.")
	}
	return ErrNoAnswer
}
