package directory

import (
	"fmt"

	"gatehouse/scim/schema"
	"gatehouse/users"
)

// longest bounds, in bytes, what a person or a group is looked up by: a row of
// an index on Postgres holds no more than 2,704.
const longest = 1024

// address is a person's address as look-ups compare it.
type address struct {
	value, kind string
	primary     bool
}

// take makes u what r says: each column but the account is a function of the
// resource, and this is it.
func (u *User) take(r schema.Resource) error {
	if err := fits(r, "userName", "externalId"); err != nil {
		return err
	}
	u.Resource, u.UserName, u.UserNameKey = r, r.UserName(), schema.Fold(r.UserName())
	u.ExternalID, u.Active = some(r.ExternalID()), r.Active()
	u.Email, u.EmailKey = some(r.PrimaryEmail()), nil
	if u.Email == nil {
		return nil
	}
	if parsed, err := users.ParseEmail(*u.Email); err == nil { // else it is no mailbox, and nobody's account is found by it
		u.EmailKey = &parsed.Key
	}
	return nil
}

// take makes g what r says.
func (g *Group) take(r schema.Resource) error {
	if err := fits(r, "displayName", "externalId"); err != nil {
		return err
	}
	g.Resource, g.DisplayName, g.DisplayNameKey = r, r.DisplayName(), schema.Fold(r.DisplayName())
	g.ExternalID = some(r.ExternalID())
	return nil
}

// fits refuses a resource without the first of these attributes, and one in
// which one of them is too long to be looked up by.
func fits(r schema.Resource, names ...string) error {
	for i, name := range names {
		text, _ := r[name].(string)
		if i == 0 && text == "" {
			return schema.ErrValue.WithMessage(name + " is required.")
		}
		if len(schema.Fold(text)) > longest {
			return schema.ErrValue.WithMessage(fmt.Sprintf("%s is longer than %d bytes.", name, longest))
		}
	}
	return nil
}

// addresses are the person's addresses, each once.
func addresses(r schema.Resource) (map[address]bool, error) {
	set := map[address]bool{}
	for _, e := range r.Emails() {
		a := address{schema.Fold(e.Value), schema.Fold(e.Type), e.Primary}
		if len(a.value) > longest || len(a.kind) > longest {
			return nil, schema.ErrValue.WithMessage(fmt.Sprintf("An address in emails is longer than %d bytes.", longest))
		}
		set[a] = true
	}
	return set, nil
}

func some(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
