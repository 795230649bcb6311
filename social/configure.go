package social

import (
	"errors"
	"strings"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/sso/oidc"
)

// Setup is how a provider is to be set up. Secret is nil where the stored one
// stays.
type Setup struct {
	Type     Type
	Slug     string // of OIDC alone
	Name     string // empty: the type's
	Issuer   string // empty: the type's
	ClientID string
	Secret   *string
	Options  Options
	Enabled  bool
}

// Create sets a provider up.
func Create(tx *db.Tx, env Environment, s Setup) (*Provider, error) {
	p := &Provider{ID: id.New[id.SocialProvider](), Type: s.Type, Slug: string(s.Type)}
	if !s.Type.Known() {
		return nil, bad("type", "Choose one of the providers.")
	}
	if s.Type == OIDC {
		p.Slug = s.Slug
		if !slugs.MatchString(s.Slug) || Type(s.Slug).Known() {
			return nil, bad("slug", "A short name has small letters, digits and single hyphens, such as halden-id, and is none of the providers' own.")
		}
	}
	if err := p.apply(tx, env, s); err != nil {
		return nil, err
	}
	err := providers.Insert(tx, p)
	if errors.Is(err, db.ErrDuplicate) {
		err = ErrSlugTaken
	}
	if err != nil {
		return nil, err
	}
	return p, audit.RecordDeployment(tx, audit.SocialProviderCreated{Provider: p.Wire()})
}

// Update changes how a provider is set up: its type and short name stay. One
// that only the environment knew gets its row now.
func Update(tx *db.Tx, env Environment, slug string, s Setup) (*Provider, error) {
	p, err := providers.First(tx, db.Eq("slug", slug))
	if errors.Is(err, db.ErrNotFound) {
		if _, ok := env[Type(slug)]; !ok {
			return nil, err
		}
		s.Type = Type(slug)
		return Create(tx, env, s)
	}
	if err != nil {
		return nil, err
	}
	if err := p.apply(tx, env, s); err != nil {
		return nil, err
	}
	_, err = providers.Update(tx, p.ID, db.Set{"name": p.Name, "issuer": p.Issuer, "client_id": p.ClientID, "sealed": p.Sealed, "options": db.JSON(p.Options), "enabled": p.Enabled})
	if err != nil {
		return nil, err
	}
	return p, audit.RecordDeployment(tx, audit.SocialProviderUpdated{Provider: p.Wire(), SecretChanged: s.Secret != nil})
}

// Switch turns a provider on or off. Nobody is signed out by it.
func Switch(tx *db.Tx, env Environment, slug string, on bool) error {
	p, err := Get(tx, env, slug)
	if err != nil {
		return err
	}
	s := Setup{Type: p.Type, Slug: p.Slug, Name: p.Name, ClientID: p.ClientID, Options: p.Options, Enabled: on}
	if p.Issuer != nil {
		s.Issuer = *p.Issuer
	}
	_, err = Update(tx, env, slug, s)
	return err
}

// Delete forgets a provider. People keep their accounts, and the links to it
// for the day on which it comes back.
func Delete(tx *db.Tx, slug string) error {
	p, err := providers.First(tx, db.Eq("slug", slug))
	if err != nil {
		return err
	}
	n, err := providers.Delete(tx, p.ID)
	if err != nil || n == 0 {
		return err
	}
	return audit.RecordDeployment(tx, audit.SocialProviderDeleted{Provider: p.Wire()})
}

// apply checks a setup and takes it over.
func (p *Provider) apply(tx *db.Tx, env Environment, s Setup) error {
	before := p.Issuer
	var err error
	if p.Name, err = field.Text("name", s.Name, maxName); err != nil {
		return err
	}
	if p.Name == "" {
		p.Name = p.Type.Name()
	}
	if err := p.setIssuer(s.Issuer); err != nil {
		return err
	}
	credentials, fromEnvironment := env[Type(p.Slug)]
	signs := p.Type == Apple && (!fromEnvironment || isKey(credentials.Secret.Reveal()))
	if p.Options, err = s.Options.checked(p.Type, signs); err != nil {
		return err
	}
	p.Enabled = s.Enabled
	if fromEnvironment {
		p.ClientID, p.Sealed = "", []byte{}
		return nil
	}
	return p.setClient(tx, s, before)
}

func (p *Provider) setIssuer(issuer string) error {
	p.Issuer = nil
	issuer = strings.TrimSpace(issuer)
	switch {
	case issuer == "" && p.Type == OIDC:
		return bad("issuer", "Enter the issuer, such as https://login.halden.example.")
	case issuer == "":
		return nil
	case !p.Type.HasIssuer():
		return bad("issuer", p.Type.Name()+" is in one place alone: leave the issuer out.")
	}
	if err := oidc.CheckIssuer(issuer); err != nil {
		return bad("issuer", problem.As(err).Message)
	}
	p.Issuer = &issuer
	return nil
}

// setClient takes over id and secret. A secret belongs to the address that it
// was given for.
func (p *Provider) setClient(tx *db.Tx, s Setup, before *string) (err error) {
	if p.ClientID, err = field.Text("client_id", s.ClientID, maxClient); err != nil {
		return err
	}
	if p.ClientID == "" {
		return bad("client_id", "Enter the client id that the provider gave you.")
	}
	moved := !same(before, p.Issuer)
	if s.Secret == nil {
		if len(p.Sealed) == 0 || moved && !p.CreatedAt.IsZero() {
			return ErrSecretAgain.WithDetails(problem.Detail{Code: "invalid_client_secret", Field: "client_secret", Message: secretNeeded(p)})
		}
		return nil
	}
	secret := strings.TrimSpace(*s.Secret)
	switch {
	case secret == "" || len(secret) > maxSecret:
		return bad("client_secret", secretNeeded(p))
	case p.Type == Apple:
		if _, err := appleKey(secret); err != nil {
			return err
		}
	}
	p.Sealed, err = tx.SealGlobal(p.cell(), []byte(secret))
	return err
}

func secretNeeded(p *Provider) string {
	switch {
	case p.Type == Apple:
		return "Paste the private key that Apple gave you, the whole .p8 file."
	case p.CreatedAt.IsZero(), len(p.Sealed) == 0:
		return "Enter the client secret that the provider gave you."
	}
	return ErrSecretAgain.Message
}

func same(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }
