package oidc

import (
	"context"
	"encoding/json"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"gatehouse/sso/trail"
)

// Metadata is what a provider publishes about itself (OpenID Connect
// Discovery 1.0 §3), as far as it matters here.
type Metadata struct {
	Issuer                string   `json:"issuer"`
	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	TokenEndpoint         string   `json:"token_endpoint"`
	UserinfoEndpoint      string   `json:"userinfo_endpoint"`
	KeysURI               string   `json:"jwks_uri"`
	EndSessionEndpoint    string   `json:"end_session_endpoint"` // RP-Initiated Logout 1.0 §2.1
	AuthMethods           []string `json:"token_endpoint_auth_methods_supported"`
	SigningAlgorithms     []string `json:"id_token_signing_alg_values_supported"`
	NamesItself           bool     `json:"authorization_response_iss_parameter_supported"` // RFC 9207

	keys *keys
}

const (
	metadataLifetime = time.Hour
	failureLifetime  = 5 * time.Second // how long a provider that is down is not asked again
	maxKnown         = 256             // providers remembered
	maxIssuer        = 500
	wellKnown        = "/.well-known/openid-configuration"
	tenantMark       = "{tenantid}"
)

// known is what was last heard of a provider.
type known struct {
	metadata *Metadata
	err      error
	until    time.Time
	asking   chan struct{} // closed once the answer is there
}

// Discover is a provider's metadata, from memory where it is fresh. Requests
// that come while it is being fetched wait for the one answer.
func (p *Party) Discover(ctx context.Context, issuer string, anyTenant bool) (*Metadata, error) {
	key := issuer
	if anyTenant {
		key += " any"
	}
	k, mine := p.remembered(key)
	if mine {
		go p.fetch(context.WithoutCancel(ctx), k, issuer, anyTenant)
	}
	select {
	case <-k.asking:
		return k.metadata, k.err
	case <-ctx.Done():
		return nil, trail.Refuse(ErrTimeout, trail.Discovery, "", issuer)
	}
}

// fetch fills in k. It outlives the request that began it, because others wait
// for it too; the client's own time-out bounds it.
func (p *Party) fetch(ctx context.Context, k *known, issuer string, anyTenant bool) {
	k.metadata, k.err = p.load(ctx, issuer, anyTenant)
	if k.err != nil {
		p.mu.Lock()
		k.until = p.now().Add(failureLifetime)
		p.mu.Unlock()
	}
	close(k.asking)
}

// remembered is the entry of a provider, and whether the caller has to fill it in.
func (p *Party) remembered(key string) (k *known, mine bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if k := p.known[key]; k != nil && now.Before(k.until) {
		return k, false
	}
	if p.known == nil {
		p.known = map[string]*known{}
	}
	for len(p.known) >= maxKnown {
		p.forgetOldest()
	}
	k = &known{until: now.Add(metadataLifetime), asking: make(chan struct{})}
	p.known[key] = k
	return k, true
}

func (p *Party) forgetOldest() {
	oldest := ""
	for key, k := range p.known {
		if oldest == "" || k.until.Before(p.known[oldest].until) {
			oldest = key
		}
	}
	delete(p.known, oldest)
}

func (p *Party) load(ctx context.Context, issuer string, anyTenant bool) (*Metadata, error) {
	if err := CheckIssuer(issuer); err != nil {
		return nil, err
	}
	body, err := p.discover(ctx, issuer)
	if err != nil {
		return nil, err
	}
	m := &Metadata{}
	if err := json.Unmarshal(body, m); err != nil {
		return nil, ErrMetadata.WithMessage("That issuer's metadata is no JSON that can be read.")
	}
	if err := m.check(issuer, anyTenant); err != nil {
		return nil, err
	}
	// The key set outlives this request and asks again when a key is new to it.
	m.keys = &keys{remote: oidc.NewRemoteKeySet(oidc.ClientContext(context.WithoutCancel(ctx), p.paces()), m.KeysURI)}
	return m, nil
}

// CheckIssuer says what is wrong with an issuer that somebody typed. http is
// for loopback, which netguard refuses unless the deployment allows it.
func CheckIssuer(issuer string) error {
	u, err := url.Parse(issuer)
	if err != nil || len(issuer) > maxIssuer || !secure(u) || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery {
		return ErrMetadata.WithMessage("An issuer is an https address without query or fragment, such as https://login.halden.example.")
	}
	return nil
}

func secure(u *url.URL) bool {
	if u.User != nil || u.Hostname() == "" {
		return false
	}
	if u.Scheme == "https" {
		return true
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Scheme == "http" && (u.Hostname() == "localhost" || err == nil && ip.IsLoopback())
}

// check holds the metadata against the issuer that it was asked of: one that
// names another could have its tokens taken for that one's (Discovery §4.3).
func (m *Metadata) check(issuer string, anyTenant bool) error {
	switch {
	case anyTenant && !strings.Contains(m.Issuer, tenantMark):
		return ErrMetadata.WithMessage("That issuer's metadata is for one tenant alone.")
	case !anyTenant && m.Issuer != issuer:
		return trail.Refuse(ErrMetadata.WithMessage("That issuer's metadata names another issuer. Write the issuer exactly as the provider does."), trail.Discovery, issuer, m.Issuer)
	}
	endpoints := []string{m.AuthorizationEndpoint, m.TokenEndpoint, m.KeysURI}
	if m.UserinfoEndpoint != "" { // the one that a provider need not have
		endpoints = append(endpoints, m.UserinfoEndpoint)
	}
	for _, endpoint := range endpoints {
		if u, err := url.Parse(endpoint); err != nil || !secure(u) {
			return ErrMetadata.WithMessage("That issuer's metadata lacks an endpoint, or has one that is not https.")
		}
	}
	// Nobody's sign-in depends on how they sign out.
	if u, err := url.Parse(m.EndSessionEndpoint); err != nil || !secure(u) {
		m.EndSessionEndpoint = ""
	}
	if len(m.algorithms()) == 0 {
		return ErrMetadata.WithMessage("That issuer signs with no algorithm that is accepted here.")
	}
	return nil
}

// asymmetric are the algorithms that an ID token may be signed with. Those
// with a shared secret are not among them: a public key is no secret, and a
// client secret is not a key (SECURITY.md O4).
var asymmetric = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA}

// algorithms are those of asymmetric that the provider says it uses.
func (m *Metadata) algorithms() []string {
	if len(m.SigningAlgorithms) == 0 {
		return asymmetric
	}
	var both []string
	for _, a := range asymmetric {
		if slices.Contains(m.SigningAlgorithms, a) {
			both = append(both, a)
		}
	}
	return both
}

// issued reports whether got is the provider's name for itself.
func (m *Metadata) issued(got string, anyTenant bool) bool {
	if !anyTenant {
		return got == m.Issuer
	}
	before, after, _ := strings.Cut(m.Issuer, tenantMark)
	tenant, ok := strings.CutPrefix(got, before)
	if !ok {
		return false
	}
	tenant, ok = strings.CutSuffix(tenant, after)
	return ok && isTenant(tenant)
}

// isTenant reports whether s is a tenant's id, a GUID: nothing that could
// make the rest of an address out of a part of it.
func isTenant(s string) bool {
	return len(s) == 36 && strings.Trim(s, "0123456789abcdefABCDEF-") == ""
}
