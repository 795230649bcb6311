package sso

import (
	"reflect"
	"slices"

	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
)

// Change says what becomes of a connection; nil leaves a member as it is.
type Change struct {
	Type         *Type // of the same protocol
	Name         *string
	Domains      *[]string // replaces the set
	IDPInitiated *bool
	JIT          *bool
	AllowGuests  *bool
	DefaultRole  **string // to nil: the deployment's default
	AttributeMap *AttributeMap
	RoleMappings *[]RoleMapping
	SetupStep    **string
	Configure
}

// Update changes a connection. A configuration that replaces another keeps
// that one to go back to (RollBack). An active connection stays complete.
func Update(tx *db.OrgTx, c id.Connection, ch Change) (*Connection, error) {
	before, err := Lock(tx, c)
	if err != nil {
		return nil, err
	}
	set, changed, err := ch.set(tx, before)
	if err != nil {
		return nil, err
	}
	if ch.Domains != nil {
		if moved, err := replaceDomains(tx, c, *ch.Domains); err != nil {
			return nil, err
		} else if moved {
			changed = append(changed, "domains")
		}
	}
	members, err := ch.reconfigure(tx, before, set)
	if err != nil {
		return nil, err
	}
	changed = append(changed, members...)
	if len(changed) == 0 && len(set) == 0 {
		return before, nil
	}
	if len(set) == 0 {
		set["updated_at"] = tx.Now()
	}
	if _, err := connections.Update(tx, c, set); err != nil {
		return nil, err
	}
	after, err := Get(tx, c)
	if err != nil || len(changed) == 0 {
		return after, err
	}
	return after, recordUpdated(tx, after, changed)
}

// set is the columns that a change gives other values, and their names on the
// wire, but for what is the set-up's own.
func (ch Change) set(tx *db.OrgTx, before *Connection) (db.Set, []string, error) {
	set, changed := db.Set{}, []string{}
	note := func(column, member string, value any) {
		set[column] = value
		changed = append(changed, member)
	}
	if ch.Name != nil {
		name, err := field.Required("name", *ch.Name, field.MaxName)
		if err != nil {
			return nil, nil, err
		}
		if name != before.Name {
			note("name", "name", name)
		}
	}
	if ch.Type != nil && *ch.Type != before.Type {
		if ch.Type.Protocol() != before.Protocol {
			return nil, nil, otherProtocol(before.Protocol)
		}
		note("type", "connection_type", *ch.Type)
	}
	for _, b := range []struct {
		column, member string
		to             *bool
		from           bool
	}{{"idp_initiated", "idp_initiated_enabled", ch.IDPInitiated, before.IDPInitiated}, {"jit", "jit_provisioning", ch.JIT, before.JIT}, {"allow_guests", "allow_guests", ch.AllowGuests, before.AllowGuests}} {
		if b.to != nil && *b.to != b.from {
			note(b.column, b.member, *b.to)
		}
	}
	if ch.SetupStep != nil {
		step, err := field.Optional("setup_step", *ch.SetupStep, field.MaxName)
		if err != nil {
			return nil, nil, err
		}
		if !same(step, before.SetupStep) {
			set["setup_step"] = step // nobody looks for it in the log
		}
	}
	return set, changed, ch.setPeople(tx, before, set, note)
}

// setPeople is what concerns those who come: their roles, and their names.
func (ch Change) setPeople(tx *db.OrgTx, before *Connection, set db.Set, note func(column, member string, value any)) error {
	if ch.DefaultRole != nil {
		slug := ""
		if *ch.DefaultRole != nil {
			slug = **ch.DefaultRole
		}
		role, err := givenRole(tx, slug)
		if err != nil {
			return err
		}
		if !same(role, before.DefaultRole) {
			note("default_role", "default_role", role)
		}
	}
	if ch.AttributeMap != nil && !reflect.DeepEqual(*ch.AttributeMap, before.AttributeMap) {
		var wrong faults
		ch.AttributeMap.check(&wrong)
		if err := wrong.as(ErrInvalid); err != nil {
			return err
		}
		note("attribute_map", "attribute_map", db.JSON(*ch.AttributeMap))
		untested(set)
	}
	if ch.RoleMappings != nil && !slices.Equal(*ch.RoleMappings, before.RoleMappings) {
		if err := checkMappings(tx, *ch.RoleMappings); err != nil {
			return err
		}
		note("role_mappings", "role_mappings", db.JSON(*ch.RoleMappings))
	}
	return nil
}

// reconfigure makes a changed configuration what counts, and adds to set what
// follows from it. It says which members changed.
func (ch Change) reconfigure(tx *db.OrgTx, c *Connection, set db.Set) ([]string, error) {
	if ch.Configure.Empty() {
		return nil, nil
	}
	_, before, err := live(tx, c.ID)
	if err != nil {
		return nil, err
	}
	after, err := before.with(c.Protocol, ch.Configure, tx.Now())
	if err != nil {
		return nil, err
	}
	members := before.differs(after)
	if ch.SAML != nil && ch.SAML.Metadata != nil && after.SAML.MetadataURL != "" {
		set["metadata_checked_at"], set["metadata_error"] = tx.Now(), nil
	}
	if len(members) == 0 {
		return nil, nil
	}
	if c.State == Active {
		if err := after.complete(); err != nil {
			return nil, secretAgain(before, after, err)
		}
	}
	after.follows(c, c.State, set, tx.Now())
	untested(set)
	return members, replaceLive(tx, c.ID, after)
}

// secretAgain says why a secret is missing where it was there before.
func secretAgain(before, after settings, err error) error {
	if after.OIDC == nil || before.secret.Empty() || !after.secret.Empty() {
		return err
	}
	var lacks faults
	lacks.missing("oidc.client_secret", ErrSecretAgain.Message)
	return lacks.as(ErrSecretAgain)
}

func otherProtocol(p Protocol) error {
	var wrong faults
	wrong.add("connection_type", "The connection speaks "+map[Protocol]string{SAML: "SAML", OIDC: "OpenID Connect"}[p]+". For another protocol, make another connection.")
	return wrong.as(ErrInvalid)
}

func replaceDomains(tx *db.OrgTx, c id.Connection, names []string) (bool, error) {
	before, err := Domains(tx, c)
	if err != nil {
		return false, err
	}
	if err := setDomains(tx, c, names); err != nil {
		return false, err
	}
	after, err := Domains(tx, c)
	return !slices.Equal(before, after), err
}

func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }
