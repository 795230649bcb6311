package portal

import (
	"net/http"
	"strings"

	"gatehouse/internal/config"
	"gatehouse/sso"
	"gatehouse/sso/oidc"
	"gatehouse/sso/trail"
)

// clientPage asks for an OpenID provider's issuer, and who we are there.
type clientPage struct {
	stepPage
	issuer, client string
	stored         bool            // a secret is there
	known          *knownDiscovery // what the issuer says of itself
	saw            string          // what came instead of a discovery document
}

// knownDiscovery is a discovery document, read back.
type knownDiscovery struct{ issuer, signIn, token string }

func (h *Handler) clientPage(v *visit, s *sso.Setup) clientPage {
	p := clientPage{stepPage: v.stepPage(s.Connection, stepMetadata), issuer: s.Live.OIDC.Issuer, client: s.Live.OIDC.ClientID, stored: !s.LiveSecret.Empty()}
	if p.issuer == "" {
		p.issuer = p.guide.Client.Fixed
	}
	return p
}

func (h *Handler) showClient(v *visit, s *sso.Setup) error {
	p := h.clientPage(v, s)
	if s.Live.OIDC.Issuer != "" {
		if m, err := h.SSO.Party.Discover(v.ctx(), s.Live.OIDC.Issuer, false); err == nil {
			p.known = readBack(m)
		} else if r := trail.As(err); r != nil {
			p.problem, p.saw = faults{"oidc.issuer": r.Problem.Message}, r.Received
		}
	}
	return v.show(http.StatusOK, clientView(p))
}

func readBack(m *oidc.Metadata) *knownDiscovery {
	return &knownDiscovery{issuer: m.Issuer, signIn: m.AuthorizationEndpoint, token: m.TokenEndpoint}
}

const wellKnown = "/.well-known/openid-configuration"

// saveClient asks the issuer about itself before anything is kept.
func (h *Handler) saveClient(v *visit, s *sso.Setup) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	p := h.clientPage(v, s)
	p.issuer = strings.TrimSuffix(strings.TrimSpace(form.Get("oidc.issuer")), wellKnown)
	p.client = strings.TrimSpace(form.Get("oidc.client_id"))
	secret, then := strings.TrimSpace(form.Get("oidc.client_secret")), form.Get("then")
	if then == "later" && p.issuer == "" && p.client == "" {
		return v.onward(p.stepPage, then)
	}
	wrong := faults{}
	for field, value := range map[string]string{"oidc.issuer": p.issuer, "oidc.client_id": p.client} {
		if value == "" {
			wrong[field] = "Enter it as your provider shows it."
		}
	}
	if secret == "" && (!p.stored || p.issuer != s.Live.OIDC.Issuer) && s.Live.OIDC.Authenticate != "private_key_jwt" {
		wrong["oidc.client_secret"] = "Enter the secret that belongs to this issuer and client."
	}
	if wrong["oidc.issuer"] == "" {
		h.discover(v, &p, wrong)
	}
	if len(wrong) == 0 {
		change := &sso.OIDCChange{Issuer: &p.issuer, ClientID: &p.client}
		if secret != "" {
			sealed := config.NewSecret(secret)
			change.ClientSecret = &sealed
		}
		err = v.update(stepMetadata, sso.Change{Configure: sso.Configure{OIDC: change}})
		var refused bool
		if wrong, refused = faultsOf(err, "oidc.issuer", "oidc.client_id", "oidc.client_secret"); err != nil && !refused {
			return err
		}
	}
	if len(wrong) > 0 {
		p.problem = wrong
		p.frame = p.fail(wrong)
		return v.show(http.StatusUnprocessableEntity, clientView(p))
	}
	if then == "read" {
		return v.Redirect(http.StatusSeeOther, p.action()+"#known-title")
	}
	return v.onward(p.stepPage, then)
}

// discover reads what the issuer says of itself, or says why it cannot be.
func (h *Handler) discover(v *visit, p *clientPage, wrong faults) {
	m, err := h.SSO.Party.Discover(v.ctx(), p.issuer, false)
	if err == nil {
		p.known = readBack(m)
		return
	}
	wrong["oidc.issuer"] = "That issuer can’t be asked."
	if r := trail.As(err); r != nil {
		wrong["oidc.issuer"], p.saw = r.Problem.Message, r.Received
	} else if found, ok := faultsOf(err, "oidc.issuer"); ok {
		wrong["oidc.issuer"] = found["oidc.issuer"]
	}
	if says := p.guide.Mistaken(p.issuer); len(says) > 0 {
		wrong["oidc.issuer"] = says.With(p.words).String()
	}
}
