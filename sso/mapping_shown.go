package sso

import "strings"

// Mapped is a field of a person, and where an answer had it.
type Mapped struct {
	Field string   // its name on the wire
	Names []string // that the admin chose; empty: those that providers are known to use
	Known []string // those
	Found string   // the name that the answer has; "" where it has none
	Value string   // an example
}

// NameIDName stands for a SAML response's NameID among the names of attributes.
const NameIDName = "Name ID"

// Mapped are the fields of a person, and what an answer would give for each. a
// may be nil: nobody has come yet.
func (c *Connection) Mapped(a *Attempt) []Mapped {
	known := samlNames
	if c.Protocol == OIDC {
		if known = oidcNames; c.Type == entraOIDC {
			known.email = entraEmail
		}
	}
	m := c.AttributeMap
	fields := []Mapped{{Field: "email", Names: m.Email, Known: known.email}, {Field: "first_name", Names: m.FirstName, Known: known.firstName},
		{Field: "last_name", Names: m.LastName, Known: known.lastName}, {Field: "groups", Names: m.Groups, Known: known.groups},
		{Field: "idp_id", Names: m.IDPID, Known: known.stable}, {Field: "external_id", Names: m.ExternalID}}
	if a == nil {
		return fields
	}
	all := attributes{byName: a.Attributes}
	for i := range fields {
		fields[i].look(all)
	}
	if a.Email != nil && fields[0].Found == "" && *a.Email != "" {
		fields[0].Found, fields[0].Value = NameIDName, *a.Email
	}
	if a.Subject != nil && fields[4].Found == "" && len(m.IDPID) == 0 {
		fields[4].Found, fields[4].Value = NameIDName, *a.Subject
		if c.Protocol == OIDC {
			fields[4].Found = "sub"
		}
	}
	return fields
}

func (f *Mapped) look(all attributes) {
	for _, name := range or(f.Names, f.Known) {
		values := all.byName[name]
		switch f.Field {
		case "email":
			f.Value = attributes{byName: map[string][]string{name: values}}.address([]string{name})
		case "groups":
			f.Value = strings.Join(attributes{byName: map[string][]string{name: values}}.groups([]string{name}), ", ")
		default:
			f.Value = attributes{byName: map[string][]string{name: values}}.first([]string{name})
		}
		if f.Value != "" {
			f.Found = name
			return
		}
	}
}
