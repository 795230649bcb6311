package scim

import (
	"encoding/json"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/filter"
	"gatehouse/scim/provision"
	"gatehouse/scim/schema"
)

// ahead is what is read in the same round trip as the token. Most requests of a
// provider read one person by id or by userName, or add one, of whose address
// has to be known whose it is. Whatever is wrong with such a request is said
// later, once the token has been looked at.
type ahead struct {
	by    db.SCIMKey
	key   string
	want  schema.Selection
	list  listed
	found *db.SCIMUser // nil: the token's directory has nobody like that

	doc       map[string]any // of somebody new; nil: it is for nobody new
	made      schema.Resource
	domain    string // of the address, which is the key
	addressed *db.Addressed
}

// aheadBody is how long a body may be that is read before the token: a stranger
// costs no more by it than by any request.
const aheadBody = 8 << 10

// aheadByAddress is for somebody new.
func aheadByAddress(c *call) *ahead {
	if n := c.Request().ContentLength; n < 1 || n > aheadBody {
		return nil
	}
	var err error
	if c.sent, err = c.body(aheadBody); err != nil {
		return nil
	}
	a := &ahead{by: db.ByAddress}
	if a.doc, err = schema.Decode(c.sent); err != nil {
		return nil
	}
	if a.made, err = schema.User.New(a.doc); err != nil {
		return nil
	}
	if a.key, a.domain = provision.MailboxOf(a.made); a.key == "" {
		return nil
	}
	return a
}

// aheadByID is for one person, and for what may say nothing new of them.
func aheadByID(c *call) *ahead {
	want, err := c.selection()
	key, failed := id.Parse[id.DirectoryUser](c.param("id"))
	if err != nil || failed != nil {
		return nil
	}
	return &ahead{by: db.ByID, key: string(key), want: want}
}

// aheadByName is for GET /Users?filter=userName eq "…", whose page has room for
// whoever it finds.
func aheadByName(c *call) *ahead {
	p, err := c.parameters()
	if err != nil {
		return nil
	}
	l, err := p.list()
	compare, ok := l.Filter.(filter.Compare)
	if err != nil || !ok || compare.Op != filter.Eq || l.StartIndex != 1 || l.Count < 1 || l.SortBy != (schema.Path{}) {
		return nil
	}
	name, isText := compare.Value.(string)
	if !isText || schema.User.Canonical(compare.Path) != (schema.Path{Attr: "userName"}) {
		return nil
	}
	return &ahead{by: db.ByUserName, key: schema.Fold(name), want: l.want, list: l}
}

// has reports whether that person was read.
func (a *ahead) has(key id.DirectoryUser) bool {
	return a != nil && a.found != nil && a.found.ID == key
}

// user is who was found.
func (a *ahead) user() (*directory.User, error) {
	u := &directory.User{ID: a.found.ID, UserName: a.found.UserName, Version: a.found.Version, CreatedAt: a.found.CreatedAt, UpdatedAt: a.found.UpdatedAt}
	return u, json.Unmarshal(a.found.Resource, &u.Resource)
}

// groups are theirs, where they were wanted.
func (a *ahead) groups() []directory.Group {
	groups := make([]directory.Group, len(a.found.Groups))
	for i, g := range a.found.Groups {
		groups[i] = directory.Group{ID: g.ID, DisplayName: g.DisplayName}
	}
	return groups
}
