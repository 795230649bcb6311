package oidc

import (
	"context"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// Redeem turns an answer into who the person is, or says why not. r is the
// request that the browser was sent away with. The code is sent once, and
// only to the provider that was asked.
func (p *Party) Redeem(ctx context.Context, c Client, r Request, a Answer) (*Profile, error) {
	m, err := p.Discover(ctx, c.Issuer, c.AnyTenant)
	if err != nil {
		return nil, err
	}
	if err := a.check(m, c); err != nil {
		return nil, err
	}
	t, err := p.Exchange(ctx, Endpoint{URL: m.TokenEndpoint, Methods: m.AuthMethods}, c, r, a.Code)
	if err != nil {
		return nil, err
	}
	profile, err := p.verify(ctx, m, c, r, t)
	if err != nil {
		return nil, err
	}
	if profile.Email == "" && m.UserinfoEndpoint != "" && t.AccessToken != "" {
		return p.withUserinfo(ctx, m, profile, t.AccessToken)
	}
	return profile, nil
}

// Endpoint is a token endpoint, and how clients may prove themselves to it.
type Endpoint struct {
	URL     string
	Methods []string
}

// Tokens is a token endpoint's answer (RFC 6749 §5.1).
type Tokens struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	IDToken     string `json:"id_token"`
	Error       string `json:"error"`
}

// Exchange redeems a code (RFC 6749 §4.1.3, RFC 7636 §4.5). A redirect is an
// error: whoever it leads to would get code and secret.
func (p *Party) Exchange(ctx context.Context, at Endpoint, c Client, r Request, code string) (*Tokens, error) {
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {c.RedirectURI}}
	if !c.NoPKCE {
		form.Set("code_verifier", r.Verifier)
	}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Accept": {"application/json"}}
	if err := c.Authenticate(p.now(), at.URL, at.Methods, form, header); err != nil {
		return nil, ErrClient
	}
	status, body, err := p.send(ctx, http.MethodPost, at.URL, form.Encode(), header)
	if err != nil {
		return nil, err
	}
	var t Tokens
	if err := json.Unmarshal(body, &t); err != nil && status < 400 {
		return nil, ErrDown
	}
	switch {
	case t.Error == "invalid_client", t.Error == "unauthorized_client", status == http.StatusUnauthorized:
		return nil, ErrClient
	case t.Error != "", status >= 400 && status < 500 && status != http.StatusTooManyRequests:
		return nil, ErrCode // some answer 200 with an error in it
	case status != http.StatusOK || t.AccessToken == "" && t.IDToken == "":
		return nil, ErrDown
	}
	return &t, nil
}

// Get asks an endpoint in the person's name. Its answer is JSON.
func (p *Party) Get(ctx context.Context, address, accessToken string, into any) error {
	status, body, err := p.send(ctx, http.MethodGet, address, "", http.Header{"Authorization": {"Bearer " + accessToken}, "Accept": {"application/json"}})
	if err != nil {
		return err
	}
	if status != http.StatusOK || json.Unmarshal(body, into) != nil {
		return ErrDown
	}
	return nil
}

func (p *Party) send(ctx context.Context, method, address, form string, header http.Header) (int, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form))
	if err != nil {
		return 0, nil, ErrMetadata
	}
	r.Header = header
	res, err := p.HTTP.Do(r)
	if err != nil {
		return 0, nil, down(err)
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 && res.StatusCode < 400 {
		return 0, nil, ErrDown.WithMessage("The provider's endpoint redirects elsewhere.")
	}
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if res.StatusCode == http.StatusOK && kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		return 0, nil, ErrDown.WithMessage("The provider's endpoint does not answer with JSON.")
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, nil, down(err)
	}
	return res.StatusCode, body, nil
}
