package sso

import (
	"slices"
	"strings"
	"unicode/utf8"

	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/tenants"
)

// The bounds of what says who gets which role, and under which names a
// provider tells what.
const (
	maxMappings = 500
	maxGroup    = 512 // a distinguished name of a deep directory
	maxSources  = 10
	maxCustom   = 50
	maxKey      = 64
)

// givenRole is the role of that slug, which a connection may give people; nil
// for none.
func givenRole(tx *db.OrgTx, slug string) (*string, error) {
	if slug == "" {
		return nil, nil
	}
	if err := checkRole(tx, "default_role", slug); err != nil {
		return nil, err
	}
	return &slug, nil
}

// checkRole holds that the organization has the role and that a provider may
// give it. Ownership is given by an owner alone: whoever runs the provider
// would own the organization else, and a group that loses its last member
// would leave it without any.
func checkRole(tx *db.OrgTx, member, slug string) error {
	var wrong faults
	if slug == tenants.OwnerRole {
		wrong.add(member, "A connection gives nobody the role owner: an owner does. Give admin, and name owners among the members.")
		return wrong.as(tenants.ErrInvalidRole)
	}
	_, err := tenants.RoleBySlug(tx, slug)
	return err
}

// checkMappings checks groups and their roles.
func checkMappings(tx *db.OrgTx, all []RoleMapping) error {
	var wrong faults
	if len(all) > maxMappings {
		wrong.add("role_mappings", "A connection maps at most 500 groups to roles.")
		return wrong.as(ErrInvalid)
	}
	known := map[string]bool{}
	for i, m := range all {
		if group, err := field.Required("group", m.Group, maxGroup); err != nil || group != m.Group {
			wrong.add("role_mappings", "A group is named as the provider names it, in at most 512 characters.")
		}
		if slices.ContainsFunc(all[:i], func(o RoleMapping) bool { return o.Group == m.Group }) {
			wrong.add("role_mappings", "A group has one role. "+clip(m.Group)+" is there twice.")
		}
		if !known[m.RoleSlug] {
			if err := checkRole(tx, "role_slug", m.RoleSlug); err != nil {
				return err
			}
			known[m.RoleSlug] = true
		}
	}
	return wrong.as(ErrInvalid)
}

func clip(s string) string {
	if utf8.RuneCountInString(s) <= maxKey {
		return s
	}
	return string([]rune(s)[:maxKey]) + "…"
}

// Known are the fields of a map that Gatehouse has a use for, by their names
// on the wire.
func (m *AttributeMap) Known() map[string]*[]string {
	return map[string]*[]string{"email": &m.Email, "first_name": &m.FirstName, "last_name": &m.LastName, "groups": &m.Groups,
		"idp_id": &m.IDPID, "external_id": &m.ExternalID}
}

func (m *AttributeMap) check(wrong *faults) {
	for name, sources := range m.Known() {
		checkSources(wrong, name, *sources)
	}
	if len(m.Custom) > maxCustom {
		wrong.add("attribute_map", "attribute_map has at most 50 names of your own.")
		return
	}
	for name, sources := range m.Custom {
		if name == "" || len(name) > maxKey || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") != "" {
			wrong.add("attribute_map", "A name of your own has at most 64 letters, digits, dots, hyphens and underscores.")
			return
		}
		checkSources(wrong, name, sources)
	}
}

func checkSources(wrong *faults, name string, sources []string) {
	if len(sources) > maxSources {
		wrong.add("attribute_map."+name, "A field is looked for under at most 10 names.")
		return
	}
	for _, s := range sources {
		if _, err := field.Required(name, s, maxWord); err != nil {
			wrong.add("attribute_map."+name, "The name of an attribute or claim has 1 to 256 characters.")
			return
		}
	}
}
