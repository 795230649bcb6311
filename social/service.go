package social

import (
	"context"
	"encoding/json"
	"maps"
	"strings"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/sso/oidc"
)

// Service sends browsers to providers and asks the providers who came back.
type Service struct {
	DB          *db.DB
	Party       *oidc.Party
	Environment Environment
	Base        string // the public origin: callbacks begin with it

	places map[Type]string // where tests have a type instead
}

// Hints are what an application wants passed on to the provider.
type Hints struct {
	Scopes     []string          `json:"scopes,omitempty"`
	DomainHint string            `json:"domain_hint,omitempty"`
	Prompt     string            `json:"prompt,omitempty"`
	Query      map[string]string `json:"query,omitempty"`
	LoginHint  string            `json:"login_hint,omitempty"`
}

// Callback is the address that a provider sends people back to.
func (s *Service) Callback(slug string) string { return s.Base + "/sso/social/" + slug + "/callback" }

// Begin is the address at the provider to send the browser to. It asks the
// provider for its metadata, so never call it inside a transaction.
func (s *Service) Begin(ctx context.Context, who actor.Actor, slug string, f For, h Hints) (to string, err error) {
	var p *Provider
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		p, err = Usable(tx, s.Environment, slug)
		return err
	})
	if err != nil {
		return "", err
	}
	c, err := s.client(p)
	if err != nil {
		return "", err
	}
	r := oidc.NewRequest()
	r.Scopes, r.Hints = h.Scopes, p.hints(h)
	if p.Type == GitHub {
		to, err = oidc.AuthorizeAt(c.Issuer+"/login/oauth/authorize", c, r)
	} else {
		to, err = s.Party.Authorize(ctx, c, r)
	}
	if err != nil {
		return "", err
	}
	err = s.DB.Tx(ctx, who, func(tx *db.Tx) error {
		row, err := newRequest(tx, slug, f, r)
		if err != nil {
			return err
		}
		return requests.Insert(tx, row)
	})
	return to, err
}

// Redeem asks the provider who came back with the answer. The request must
// have been consumed. Never call it inside a transaction.
func (s *Service) Redeem(ctx context.Context, r *Request, a Answer) (*Arrival, error) {
	var p *Provider
	var sent carried
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		if p, err = Usable(tx, s.Environment, r.Slug); err != nil {
			return err
		}
		sent, err = r.unpack(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	c, err := s.client(p)
	if err != nil {
		return nil, err
	}
	if sent.Answer != nil {
		a = *sent.Answer
	}
	asked := oidc.Request{Nonce: sent.Nonce, Verifier: sent.Verifier}
	var profile *oidc.Profile
	if p.Type == GitHub {
		profile, err = s.github(ctx, c, asked, a.Answer)
	} else {
		profile, err = s.Party.Redeem(ctx, c, asked, a.Answer)
	}
	if err != nil {
		return nil, err
	}
	return newArrival(p, *profile, a), nil
}

// Answer is what the browser brought back. Apple says a person's name there
// alone, the first time alone, and unsigned: it is a name and nothing more.
type Answer struct {
	oidc.Answer
	GivenName  string `json:"given_name,omitempty"`
	FamilyName string `json:"family_name,omitempty"`
}

const maxUser = 4096

// ReadAnswer reads what came back, by get.
func ReadAnswer(get func(string) string) (Answer, error) {
	answer, err := oidc.ReadAnswer(get)
	a := Answer{Answer: answer}
	if user := get("user"); err == nil && user != "" && len(user) <= maxUser {
		var said struct {
			Name struct {
				First string `json:"firstName"`
				Last  string `json:"lastName"`
			} `json:"name"`
		}
		if json.Unmarshal([]byte(user), &said) == nil {
			a.GivenName, a.FamilyName = said.Name.First, said.Name.Last
		}
	}
	return a, err
}

// client is the registration at the provider.
func (s *Service) client(p *Provider) (oidc.Client, error) {
	k := kinds[p.Type]
	c := oidc.Client{Issuer: s.issuer(p), ID: p.ClientID, RedirectURI: s.Callback(p.Slug), Scopes: append(append([]string(nil), k.scopes...), p.Options.Scopes...),
		NoPKCE: k.noPKCE, NoNonce: k.noNonce, FormPost: k.formPost || p.Options.FormPost,
		Authenticate: oidc.Secret(p.ClientID, p.secret.Reveal())}
	switch {
	case p.Type == Microsoft:
		c.AnyTenant = p.tenant() == "common" || p.tenant() == "organizations"
	case p.Type == Apple && isKey(p.secret.Reveal()):
		key, err := appleKey(p.secret.Reveal())
		if err != nil {
			return c, oidc.ErrClient
		}
		c.Authenticate = oidc.SignedSecret(p.ClientID, p.Options.TeamID, c.Issuer, oidc.Key{Private: key, ID: p.Options.KeyID, Algorithm: "ES256"})
	}
	return c, nil
}

func (p *Provider) tenant() string {
	if p.Options.Tenant == "" {
		return "common"
	}
	return p.Options.Tenant
}

func (s *Service) issuer(p *Provider) string {
	if p.Issuer != nil {
		return *p.Issuer
	}
	if place := s.places[p.Type]; place != "" {
		return place
	}
	return strings.Replace(kinds[p.Type].issuer, "{tenant}", p.tenant(), 1)
}

// hints words an application's wishes as the provider does.
func (p *Provider) hints(h Hints) map[string]string {
	all := map[string]string{}
	maps.Copy(all, h.Query)
	prompt := h.Prompt
	if p.Type == Google && prompt == "login" {
		prompt = "select_account" // Google knows no prompt=login
	}
	known := kinds[p.Type].hints
	for name, value := range map[string]string{"login_hint": h.LoginHint, "domain_hint": h.DomainHint, "prompt": prompt} {
		if theirs := known[name]; theirs != "" && value != "" {
			all[theirs] = value
		}
	}
	return all
}

// Test reads a provider's metadata, or says what is wrong with it. GitHub
// publishes none.
func (s *Service) Test(ctx context.Context, slug string) error {
	var p *Provider
	err := s.DB.Read(ctx, func(tx *db.Tx) (err error) {
		p, err = Get(tx, s.Environment, slug)
		return err
	})
	if err != nil || p.Type == GitHub {
		return err
	}
	c := oidc.Client{Issuer: s.issuer(p), AnyTenant: p.Type == Microsoft && (p.tenant() == "common" || p.tenant() == "organizations")}
	_, err = s.Party.Discover(ctx, c.Issuer, c.AnyTenant)
	return err
}
