package schema

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Resource is a user or group as it is stored and answered: attributes in their
// canonical spelling, extensions under their URN, values as they came (numbers
// as json.Number). It holds nothing that is read-only or secret: no id, meta,
// groups, password, and no members.
type Resource map[string]any

// Email is one of a person's addresses, as the provider wrote it.
type Email struct {
	Value   string
	Type    string
	Primary bool
}

// UnmarshalJSON reads a resource that is stored. Numbers keep their digits.
func (r *Resource) UnmarshalJSON(b []byte) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	m := map[string]any{}
	err := d.Decode(&m)
	*r = m
	return err
}

// UserName is the person's name at the provider.
func (r Resource) UserName() string { return r.text("userName") }

// DisplayName is the name of the group, or of the person.
func (r Resource) DisplayName() string { return r.text("displayName") }

// ExternalID is the provider's own id, or empty. It is never an id of ours.
func (r Resource) ExternalID() string { return r.text("externalId") }

// Active is whether the person is let in; who says nothing of it means yes.
func (r Resource) Active() bool {
	active, said := r["active"].(bool)
	return active || !said
}

// Emails are the person's addresses in the order in which they came, less those
// without a value.
func (r Resource) Emails() []Email {
	list, _ := r["emails"].([]any)
	emails := make([]Email, 0, len(list))
	for _, v := range list {
		element, _ := v.(map[string]any)
		e := Email{}
		e.Value, _ = element["value"].(string)
		e.Type, _ = element["type"].(string)
		e.Primary, _ = element["primary"].(bool)
		if e.Value != "" {
			emails = append(emails, e)
		}
	}
	return emails
}

// PrimaryEmail is the address to use for the person: the one that is primary,
// else the one for work, else the first. Who has no mailbox at an Entra tenant
// comes with a userName alone, and it has the form of an address. It is empty
// where there is none.
func (r Resource) PrimaryEmail() string {
	emails := r.Emails()
	for _, e := range emails {
		if e.Primary {
			return e.Value
		}
	}
	for _, e := range emails {
		if Fold(e.Type) == "work" {
			return e.Value
		}
	}
	if len(emails) > 0 {
		return emails[0].Value
	}
	if name := r.UserName(); looksLikeAddress(name) {
		return name
	}
	return ""
}

// At is what stands at p: nil where nothing does. Of a multi-valued attribute
// it is the list, whose elements p.Sub does not reach into.
func (r Resource) At(t *Type, p Path) any {
	p = t.Canonical(p)
	holder := map[string]any(r)
	if p.URN != "" {
		if holder, _ = r[KeyOf(r, p.URN)].(map[string]any); p.Attr == "" && holder != nil {
			return holder
		}
	}
	value := holder[KeyOf(holder, p.Attr)]
	if p.Sub == "" {
		return value
	}
	within, _ := value.(map[string]any)
	return within[KeyOf(within, p.Sub)]
}

func (r Resource) text(name string) string {
	s, _ := r[name].(string)
	return s
}

// KeyOf is the key of m that is called name, in whatever case; name where there
// is none.
func KeyOf(m map[string]any, name string) string {
	if _, ok := m[name]; ok {
		return name
	}
	for key := range m {
		if sameName(key, name) {
			return key
		}
	}
	return name
}

func looksLikeAddress(s string) bool {
	local, domain, found := strings.Cut(s, "@")
	return found && local != "" && strings.Contains(domain, ".") && !strings.ContainsAny(s, " \t") && !strings.Contains(domain, "@")
}
