package social

import (
	"errors"
	"slices"
	"time"

	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

// Provider is one way to sign in by an account elsewhere, as it is stored. It
// belongs to the deployment; connections are the organizations'.
type Provider struct {
	db.Global
	ID        id.SocialProvider
	Slug      string // its type, or the operator's own word
	Type      Type
	Name      string // on buttons
	Issuer    *string
	ClientID  string  // empty where the environment has it
	Sealed    []byte  // the client's secret; empty where the environment has it
	Options   Options `gorm:"serializer:json"`
	Enabled   bool
	CreatedAt time.Time
	UpdatedAt time.Time

	FromEnvironment bool          `gorm:"-"` // the credentials are the environment's
	secret          config.Secret // once opened
}

// TableName is the table that this package owns.
func (Provider) TableName() string { return "social_providers" }

var providers = db.GlobalTable[Provider, id.SocialProvider]{}

// Options are what some providers need besides.
type Options struct {
	Scopes   []string `json:"scopes,omitempty"`    // beyond name and address
	Tenant   string   `json:"tenant,omitempty"`    // Microsoft: common (default), organizations, consumers, or a tenant's id
	TeamID   string   `json:"team_id,omitempty"`   // Apple
	KeyID    string   `json:"key_id,omitempty"`    // Apple
	Domains  []string `json:"domains,omitempty"`   // OIDC: whose addresses it may vouch for; none: every one
	FormPost bool     `json:"form_post,omitempty"` // OIDC: answers by a form
}

// Credentials are what the environment says of a type.
type Credentials struct {
	ClientID string
	Secret   config.Secret
}

// Environment is the credentials of the environment, by type.
type Environment map[Type]Credentials

// EnvironmentOf reads the configuration's.
func EnvironmentOf(c map[string]config.Social) Environment {
	env := Environment{}
	for name, s := range c {
		if s.ClientID != "" && !s.ClientSecret.Empty() {
			env[Type(name)] = Credentials{ClientID: s.ClientID, Secret: s.ClientSecret}
		}
	}
	return env
}

// List is every provider, those of the environment among them, in the order
// in which pages show them.
func List(tx db.AnyScope, env Environment) ([]Provider, error) {
	rows, err := providers.List(tx, db.Query{})
	if err != nil {
		return nil, err
	}
	for t, c := range env {
		at := slices.IndexFunc(rows, func(p Provider) bool { return p.Slug == string(t) })
		if at < 0 {
			rows = append(rows, Provider{Slug: string(t), Type: t, Name: t.Name(), Enabled: true})
			at = len(rows) - 1
		}
		rows[at].adopt(c)
	}
	slices.SortFunc(rows, func(a, b Provider) int {
		if a.Type != b.Type {
			return order(a.Type) - order(b.Type)
		}
		return compare(a.Name, b.Name)
	})
	return rows, nil
}

// adopt takes the environment's credentials in the place of stored ones.
func (p *Provider) adopt(c Credentials) {
	p.ClientID, p.secret, p.Sealed, p.FromEnvironment = c.ClientID, c.Secret, nil, true
}

func order(t Type) int {
	if at := slices.Index(Types, t); at >= 0 {
		return at
	}
	return len(Types)
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Get is the provider of that name, or ErrUnknown. One without credentials
// cannot be used, and is not there.
func Get(tx db.AnyScope, env Environment, slug string) (*Provider, error) {
	p, err := providers.First(tx, db.Eq("slug", slug))
	switch {
	case errors.Is(err, db.ErrNotFound):
		p = nil
	case err != nil:
		return nil, err
	}
	if c, ok := env[Type(slug)]; ok {
		if p == nil {
			p = &Provider{Slug: slug, Type: Type(slug), Name: Type(slug).Name(), Enabled: true}
		}
		p.adopt(c)
	}
	if p == nil || p.ClientID == "" {
		return nil, ErrUnknown
	}
	return p, nil
}

// Usable is Get of one that is switched on, with its secret opened.
func Usable(tx *db.Tx, env Environment, slug string) (*Provider, error) {
	p, err := Get(tx, env, slug)
	if err != nil {
		return nil, err
	}
	if !p.Enabled {
		return nil, ErrUnknown
	}
	return p, p.open(tx)
}

// open reads the secret.
func (p *Provider) open(tx *db.Tx) error {
	if p.FromEnvironment {
		return nil
	}
	plain, err := tx.OpenGlobal(p.cell(), p.Sealed)
	p.secret = config.NewSecret(string(plain))
	return err
}

func (p *Provider) cell() db.Cell {
	return db.Cell{Table: "social_providers", Column: "sealed", Row: string(p.ID)}
}

// Wire is the provider as events tell of it.
func (p *Provider) Wire() wire.SocialProvider {
	return wire.SocialProvider{ID: p.ID, Slug: p.Slug, Type: string(p.Type), Name: p.Name, Issuer: p.Issuer, ClientID: p.ClientID,
		Enabled: p.Enabled, CreatedAt: wire.At(p.CreatedAt), UpdatedAt: wire.At(p.UpdatedAt)}
}
