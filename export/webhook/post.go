package webhook

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"gatehouse/export/webhook/signature"
	"gatehouse/internal/field"
	"gatehouse/internal/netguard"
	"gatehouse/internal/problem"
)

// ClientOptions are those of the client that sends: an endpoint has 15 seconds,
// and what it answers is looked at only at its beginning.
var ClientOptions = netguard.Options{Timeout: 15 * time.Second, MaxBody: 16 << 20, IdlePerHost: perEndpoint}

const (
	keptBody    = 2000 // bytes of an answer that the log of deliveries keeps
	drainedBody = 64 << 10
	keptHeaders = 30
	keptHeader  = 256
	maxWait     = time.Hour // that an endpoint may ask for by Retry-After
)

// outcome is what became of one delivery's attempt.
type outcome struct {
	at         time.Time
	took       time.Duration
	status     int64 // 0: no answer came
	failure    string
	request    map[string]string
	answer     map[string]string
	body       *string
	retryAfter time.Duration
	gone       bool // the event is no longer kept: nothing was sent
}

func (o *outcome) delivered() bool { return o.status >= 200 && o.status < 300 }

// post sends one delivery.
func (w *sender) post(ctx context.Context, b *batch, d *Delivery) (o outcome) {
	o.at = w.DB.Now()
	body, there := b.bodies[d.ID]
	if !there {
		o.gone, o.failure = true, "The event is no longer kept."
		return o
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.endpoint.URL, bytes.NewReader(body))
	if err != nil {
		o.failure = netguard.ErrURL.Message
		return o
	}
	secret := w.choose(b, d)
	o.request = headers(d)
	for name, value := range o.request {
		r.Header.Set(name, value)
	}
	r.Header.Set(signature.Header, signature.Sign(b.secrets[secret], o.at, body))
	r.Header.Set(signature.StandardSignature, signature.SignStandard(b.secrets, string(d.EventID), o.at, body))
	r.Header.Set(signature.StandardTime, strconv.FormatInt(o.at.Unix(), 10))
	begun := time.Now()
	res, err := w.HTTP.Do(r)
	o.took = time.Since(begun)
	if err != nil {
		o.failure = sentence(err)
		return o
	}
	defer res.Body.Close()
	o.read(res, append(b.secrets, r.Header.Get(signature.Header), r.Header.Get(signature.StandardSignature)))
	o.took = time.Since(begun)
	if o.delivered() && len(b.secrets) > 1 {
		w.prefer(b, secret)
	}
	return o
}

// headers are what goes with a delivery, less the signatures.
func headers(d *Delivery) map[string]string {
	h := map[string]string{
		"Content-Type": "application/json", "User-Agent": "Gatehouse-Webhooks/1",
		signature.StandardID: string(d.EventID), "Gatehouse-Delivery": string(d.ID), "Gatehouse-Attempt": strconv.FormatInt(d.Attempts+1, 10),
	}
	if d.Cause == Tested {
		h["Gatehouse-Test"] = "true"
	}
	return h
}

// choose is which secret makes the wire's signature, which has room for one.
// While one follows the other nobody knows which of them the receiver has: the
// one that it took last, else the older one, and with every further attempt the
// other. Standard Webhooks' signature is made with both.
func (w *sender) choose(b *batch, d *Delivery) int {
	if len(b.secrets) == 1 {
		return 0
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	first, known := w.prefers[b.endpoint.ID]
	if !known {
		first = 1
	}
	return (first + int(d.Attempts)) % 2
}

func (w *sender) prefer(b *batch, secret int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.prefers[b.endpoint.ID] = secret
}

func (o *outcome) read(res *http.Response, secrets []string) {
	o.status = int64(res.StatusCode)
	o.answer = keptAnswer(res.Header)
	begin, _ := io.ReadAll(io.LimitReader(res.Body, keptBody))
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, drainedBody)) // so that the connection can be used again
	o.body = redacted(string(begin), secrets)
	switch {
	case o.delivered():
	case res.StatusCode >= 300 && res.StatusCode < 400:
		o.failure = netguard.ErrRedirect.Message
	default:
		o.failure = "The endpoint answered with status " + strconv.Itoa(res.StatusCode) + "."
	}
	if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && seconds > 0 && (res.StatusCode == http.StatusTooManyRequests || res.StatusCode == http.StatusServiceUnavailable) {
		o.retryAfter = min(time.Duration(min(seconds, 86400))*time.Second, maxWait)
	}
}

// private are headers of answers that hold something that is nobody else's.
var private = regexp.MustCompile(`(?i)cookie|auth|token|secret|key|signature|session`)

const hiddenText = "[redacted]"

func keptAnswer(h http.Header) map[string]string {
	out := map[string]string{}
	for name, values := range h {
		if len(out) == keptHeaders {
			break
		}
		text := field.Clip(strings.Join(values, ", "), keptHeader)
		name := field.Clip(name, 64)
		if text == nil || name == nil {
			continue
		}
		if out[*name] = *text; private.MatchString(*name) {
			out[*name] = hiddenText
		}
	}
	return out
}

// secretLooking are texts in answers that are kept from the log of deliveries.
var secretLooking = regexp.MustCompile(`whsec_[A-Za-z0-9+/=_-]+|\bsk_[A-Za-z0-9_-]+|(?i:bearer|basic) +[A-Za-z0-9+/=._~-]+|\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_.-]+`)

// redacted is the beginning of an answer, without what was a secret of the
// request or looks like one: some endpoints answer with what they were sent.
func redacted(text string, secrets []string) *string {
	for _, secret := range secrets {
		for _, part := range strings.FieldsFunc(secret, func(r rune) bool { return r == ' ' || r == ',' }) {
			if part = strings.TrimPrefix(strings.TrimPrefix(part, "v1="), "v1"); len(part) > 20 {
				text = strings.ReplaceAll(text, part, hiddenText)
			}
		}
	}
	text = secretLooking.ReplaceAllString(text, hiddenText)
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	if text == "" {
		return nil
	}
	return &text
}

// sentence says why no answer came, without what the network said about inner
// addresses.
func sentence(err error) string {
	if p := problem.As(netguard.Explain(err)); p != nil {
		return p.Message
	}
	return netguard.ErrNoAnswer.Message
}
