package oidc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"gatehouse/internal/netguard"
	"gatehouse/internal/problem"
	"gatehouse/sso/trail"
)

// shown is how much of a document that is none an admin sees of it: enough to
// know a sign-in page from an error page.
const shown = 200

// discover fetches an issuer's discovery document. What came instead of one
// stands in the refusal, for the admins' record: no page shows it to others.
func (p *Party) discover(ctx context.Context, issuer string) ([]byte, error) {
	address := strings.TrimSuffix(issuer, "/") + wellKnown
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, ErrMetadata
	}
	r.Header.Set("Accept", "application/json")
	res, err := p.HTTP.Do(r)
	if err != nil {
		return nil, down(err, trail.Discovery, address)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, down(err, trail.Discovery, address)
	}
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if res.StatusCode != http.StatusOK {
		return nil, undiscovered("The provider's discovery document cannot be read: its address answers with status "+fmt.Sprint(res.StatusCode)+".", res.StatusCode, kind, body)
	}
	if trimmed := strings.TrimSpace(string(body)); !strings.HasPrefix(trimmed, "{") {
		return nil, undiscovered("The provider's discovery document is no JSON.", res.StatusCode, kind, body)
	}
	return body, nil
}

func undiscovered(sentence string, status int, kind string, body []byte) error {
	text := trail.Clean(string(body[:min(len(body), 4*shown)]))
	if letters := []rune(text); len(letters) > shown {
		text = string(letters[:shown])
	}
	return trail.Refuse(ErrDiscovery.WithMessage(sentence), trail.Discovery, "200, application/json", strings.TrimSpace(fmt.Sprintf("%d, %s %s", status, kind, text)))
}

// down is why a provider could not be asked, without what the network said of
// inner addresses. at is for the admins' record.
func down(err error, check, at string) error {
	var failed *url.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &failed) && failed.Timeout() {
		return trail.Refuse(ErrTimeout, check, "", at)
	}
	if p := problem.As(netguard.Explain(err)); p != nil {
		return trail.Refuse(ErrDown.WithMessage(p.Message), check, "", at)
	}
	return trail.Refuse(ErrDown, check, "", at)
}
