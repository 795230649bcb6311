package sso

import (
	"fmt"

	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/sso/saml"
	"gatehouse/tenants"
)

// New is what a connection starts with. Configuration is Configured's. Key is
// made before the transaction (NewKey); without one the connection gets one
// when it first needs it (EnsureKey).
type New struct {
	Type          Type
	Name          string   // empty: the organization's name and the type
	Domains       []string // whose people are sent to it; empty: those of every domain that the organization has verified
	State         State    // empty: active where the configuration is complete, else a draft
	IDPInitiated  bool
	JIT           bool
	AllowGuests   bool
	DefaultRole   string // empty: the deployment's default
	AttributeMap  AttributeMap
	RoleMappings  []RoleMapping
	SetupStep     string
	Configuration Configuration
	ClientSecret  config.Secret
	Key           *saml.Key
}

// Create makes a connection.
func Create(tx *db.OrgTx, n New) (*Connection, error) {
	org, err := tenants.Get(tx, tx.Organization())
	if err != nil {
		return nil, err
	}
	if org.System {
		return nil, tenants.ErrSystemOrganization
	}
	c, s, err := n.connection(tx, org)
	if err != nil {
		return nil, err
	}
	if err := connections.Insert(tx, c); err != nil {
		return nil, err
	}
	if err := s.store(tx, c.ID, Live); err != nil {
		return nil, err
	}
	if n.Key != nil {
		if _, err := storeKey(tx, c.ID, n.Key, ActiveKey); err != nil {
			return nil, err
		}
	}
	if err := setDomains(tx, c.ID, n.Domains); err != nil {
		return nil, err
	}
	return c, recordCreated(tx, c)
}

// connection is the row of n, checked, and its configuration.
func (n New) connection(tx *db.OrgTx, org *tenants.Organization) (*Connection, settings, error) {
	c := &Connection{ID: id.New[id.Connection](), Type: n.Type, Protocol: n.Type.Protocol(), State: n.State,
		IDPInitiated: n.IDPInitiated, JIT: n.JIT, AllowGuests: n.AllowGuests, AttributeMap: n.AttributeMap, RoleMappings: n.RoleMappings}
	s := settings{Configuration: n.Configuration, secret: n.ClientSecret}
	if c.Protocol == "" {
		return nil, s, badType()
	}
	if n.Configuration.SAML == nil && n.Configuration.OIDC == nil {
		s.Configuration = start(c.Protocol)
	}
	if (s.SAML != nil) != (c.Protocol == SAML) || (s.OIDC != nil) != (c.Protocol == OIDC) {
		return nil, s, fmt.Errorf("sso: a configuration of another protocol than %s", c.Protocol)
	}
	if c.RoleMappings == nil {
		c.RoleMappings = []RoleMapping{}
	}
	var err error
	if c.Name, err = field.Text("name", n.Name, field.MaxName); err != nil {
		return nil, s, err
	}
	if c.Name == "" {
		c.Name = defaultName(org.Name, n.Type)
	}
	if c.DefaultRole, err = givenRole(tx, n.DefaultRole); err != nil {
		return nil, s, err
	}
	if c.SetupStep, err = field.Optional("setup_step", &n.SetupStep, field.MaxName); err != nil {
		return nil, s, err
	}
	var wrong faults
	s.check(&wrong)
	c.AttributeMap.check(&wrong)
	if err := wrong.as(ErrInvalid); err != nil {
		return nil, s, err
	}
	if err := checkMappings(tx, c.RoleMappings); err != nil {
		return nil, s, err
	}
	return c, s, c.begin(tx, s)
}

// begin gives a new connection its state.
func (c *Connection) begin(tx *db.OrgTx, s settings) error {
	incomplete := s.complete()
	switch c.State {
	case "":
		c.State = Active
		if incomplete != nil {
			c.State = Draft
		}
	case Active:
		if incomplete != nil {
			return incomplete
		}
	case Draft, Inactive:
	default:
		return badState()
	}
	now := tx.Now()
	if c.State == Active {
		c.ActivatedAt = &now
		if s.watched() {
			due := now.Add(refreshAfter(c.ID))
			c.MetadataDueAt = &due
		}
	}
	if s.SAML != nil && s.SAML.MetadataURL != "" && s.SAML.IDPEntityID != "" {
		c.MetadataCheckedAt = &now
	}
	c.CertificateExpiresAt = s.lastEnd()
	return nil
}

func defaultName(organization string, t Type) string {
	name := []rune(organization)
	suffix := " " + string(t)
	if most := field.MaxName - len([]rune(suffix)); len(name) > most {
		name = name[:most]
	}
	return string(name) + suffix
}

func badType() error {
	var wrong faults
	wrong.add("connection_type", "connection_type is the provider and what it speaks, such as OktaSAML, EntraIdOIDC, GenericSAML or GenericOIDC.")
	return wrong.as(ErrInvalid)
}

func badState() error {
	var wrong faults
	wrong.add("state", "state is active, inactive or draft.")
	return wrong.as(ErrInvalid)
}
