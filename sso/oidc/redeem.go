package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"gatehouse/sso/trail"
)

// Redeem turns an answer into who the person is, or says why not. r is the
// request that the browser was sent away with. The code is sent once, and
// only to the provider that was asked.
func (p *Party) Redeem(ctx context.Context, c Client, r Request, a Answer) (*Profile, error) {
	return p.RedeemNoting(ctx, c, r, a, &trail.Trail{})
}

// RedeemNoting is Redeem that notes each check that held. An error is a
// *trail.Refusal where the provider, or what was set up, is at fault.
func (p *Party) RedeemNoting(ctx context.Context, c Client, r Request, a Answer, notes *trail.Trail) (*Profile, error) {
	m, err := p.Discover(ctx, c.Issuer, c.AnyTenant)
	if err != nil {
		return nil, err
	}
	notes.Pass(trail.Discovery, "")
	if err := a.check(m, c); err != nil {
		return nil, err
	}
	notes.Pass(trail.Status, "")
	t, err := p.Exchange(ctx, Endpoint{URL: m.TokenEndpoint, Methods: m.AuthMethods}, c, r, a.Code)
	if err != nil {
		return nil, err
	}
	notes.Pass(trail.Exchange, "")
	profile, err := p.verify(ctx, m, c, r, t, notes)
	if err != nil {
		return nil, err
	}
	if (profile.Email == "" || c.Userinfo) && m.UserinfoEndpoint != "" && t.AccessToken != "" {
		return p.complete(ctx, m, c, profile, t.AccessToken, notes)
	}
	return profile, nil
}

// Judge holds the token that a profile came from against another client's
// registration: what a changed configuration would have made of it.
func (p *Party) Judge(ctx context.Context, c Client, r Request, of *Profile) error {
	m, err := p.Discover(ctx, c.Issuer, c.AnyTenant)
	if err != nil {
		return err
	}
	_, err = p.verify(ctx, m, c, r, &Tokens{IDToken: of.IDToken, AccessToken: of.accessToken}, &trail.Trail{})
	return err
}

// complete asks userinfo. Where the ID token says who it is already, a
// userinfo that does not answer keeps nobody out.
func (p *Party) complete(ctx context.Context, m *Metadata, c Client, profile *Profile, accessToken string, notes *trail.Trail) (*Profile, error) {
	more, err := p.withUserinfo(ctx, m, profile, accessToken)
	if err == nil || !c.Userinfo || profile.Email == "" || errors.Is(err, ErrUserinfo) {
		return more, err
	}
	notes.Warn(trail.Attributes, "The userinfo endpoint does not answer. What the ID token says was taken alone.")
	profile.Incomplete = true
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
	Description string `json:"error_description"` // somebody else's text, for the admins' record alone
}

// reason is what a provider said of a refusal.
func (t *Tokens) reason(status int) string {
	return trail.Clean(strings.TrimSpace(strconv.Itoa(status) + " " + t.Error + " " + t.Description))
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
		return nil, trail.Refuse(ErrClient, trail.Exchange, "", "")
	}
	status, body, err := p.send(ctx, http.MethodPost, at.URL, form.Encode(), header, trail.Exchange)
	if err != nil {
		return nil, err
	}
	var t Tokens
	if err := json.Unmarshal(body, &t); err != nil && status < 400 {
		return nil, trail.Refuse(ErrDown, trail.Exchange, "", t.reason(status))
	}
	switch {
	case t.Error == "invalid_client", t.Error == "unauthorized_client", status == http.StatusUnauthorized:
		return nil, trail.Refuse(ErrClient, trail.Exchange, c.ID, t.reason(status))
	case t.Error != "" && strings.Contains(t.Description, "redirect_uri"):
		return nil, trail.Refuse(ErrRedirect, trail.Exchange, c.RedirectURI, t.reason(status))
	case t.Error != "", status >= 400 && status < 500 && status != http.StatusTooManyRequests:
		return nil, trail.Refuse(ErrCode, trail.Exchange, "", t.reason(status)) // some answer 200 with an error in it
	case status != http.StatusOK || t.AccessToken == "" && t.IDToken == "":
		return nil, trail.Refuse(ErrDown, trail.Exchange, "", t.reason(status))
	}
	return &t, nil
}

// Get asks an endpoint in the person's name. Its answer is JSON.
func (p *Party) Get(ctx context.Context, address, accessToken string, into any) error {
	status, body, err := p.send(ctx, http.MethodGet, address, "", http.Header{"Authorization": {"Bearer " + accessToken}, "Accept": {"application/json"}}, trail.Attributes)
	if err != nil {
		return err
	}
	if status != http.StatusOK || json.Unmarshal(body, into) != nil {
		return trail.Refuse(ErrDown, trail.Attributes, "200, application/json", strconv.Itoa(status))
	}
	return nil
}

func (p *Party) send(ctx context.Context, method, address, form string, header http.Header, check string) (int, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form))
	if err != nil {
		return 0, nil, ErrMetadata
	}
	r.Header = header
	res, err := p.HTTP.Do(r)
	if err != nil {
		return 0, nil, down(err, check, address)
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 && res.StatusCode < 400 {
		return 0, nil, trail.Refuse(ErrDown.WithMessage("The provider's endpoint redirects elsewhere."), check, address, strconv.Itoa(res.StatusCode))
	}
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if res.StatusCode == http.StatusOK && kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		return 0, nil, trail.Refuse(ErrDown.WithMessage("The provider's endpoint does not answer with JSON."), check, "application/json", kind)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, nil, down(err, check, address)
	}
	return res.StatusCode, body, nil
}
