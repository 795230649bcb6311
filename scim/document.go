package scim

import (
	"maps"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/schema"
)

// instant is how documents write times (RFC 7643 §2.3.5): whole, because a
// provider asks for what changed after the lastModified that it saw last.
const instant = "2006-01-02T15:04:05.000000Z"

var (
	pathGroups  = schema.Path{Attr: "groups"}
	pathMembers = schema.Path{Attr: "members"}
)

// location is where a resource is, below the directory's address.
func (c *call) location(t *schema.Type, id string) string {
	return c.base() + "/" + t.Plural + "/" + id
}

// document is a resource as it is answered: what is stored, and what the server
// itself says of it.
func (c *call) resource(t *schema.Type, r schema.Resource, id string, version int64, created, updated time.Time) map[string]any {
	doc := make(map[string]any, len(r)+5)
	maps.Copy(doc, r)
	doc["schemas"], doc["id"] = t.SchemasOf(r), id
	doc["meta"] = map[string]any{"resourceType": t.Name, "created": created.UTC().Format(instant), "lastModified": updated.UTC().Format(instant),
		"location": c.location(t, id), "version": etag(version)}
	return doc
}

// user is a person with the groups that they are in; nil: nobody asked for them.
func (c *call) user(u *directory.User, groups []directory.Group, s schema.Selection) map[string]any {
	doc := c.resource(schema.User, u.Resource, string(u.ID), u.Version, u.CreatedAt, u.UpdatedAt)
	if len(groups) > 0 {
		list := make([]any, len(groups))
		for i, g := range groups {
			list[i] = map[string]any{"value": string(g.ID), "$ref": c.location(schema.Group, string(g.ID)), "display": g.DisplayName, "type": "direct"}
		}
		doc["groups"] = list
	}
	return schema.User.Project(doc, s)
}

// groupsOf are the groups of people, where somebody wants them: one query.
func groupsOf(tx db.OwnedScope, s schema.Selection, people ...id.DirectoryUser) (map[id.DirectoryUser][]directory.Group, error) {
	if !s.Wants(pathGroups) {
		return nil, nil
	}
	return directory.GroupsOf(tx, people)
}

// group is a group without its members, or with those of members.
func (c *call) group(g *directory.Group, members []directory.Member, s schema.Selection) map[string]any {
	doc := c.resource(schema.Group, g.Resource, string(g.ID), g.Version, g.CreatedAt, g.UpdatedAt)
	if len(members) > 0 {
		doc["members"] = c.members(members)
	}
	return schema.Group.Project(doc, s)
}

func (c *call) members(list []directory.Member) []any {
	out := make([]any, len(list))
	for i, m := range list {
		t := schema.User
		if m.Type == schema.Group.Name {
			t = schema.Group
		}
		out[i] = map[string]any{"value": m.ID, "$ref": c.location(t, m.ID), "display": m.Display, "type": m.Type}
	}
	return out
}
