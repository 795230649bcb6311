package scim

import (
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/patch"
	"gatehouse/scim/provision"
	"gatehouse/scim/schema"
)

// echoed is how many members a change of a group is answered with at most: of
// a larger group they are left out, never in part. Whoever wants them reads it.
const echoed = 200

func postGroup(c *call) error {
	doc, err := c.document(groupLimit)
	if err != nil {
		return err
	}
	return c.answered(c.createGroup(c.asked, doc))
}

func putGroup(c *call) error {
	doc, err := c.document(groupLimit)
	if err != nil {
		return err
	}
	return c.answered(c.replaceGroup(c.asked, c.param("id"), doc, conditionsOf(c.Request().Header)))
}

func patchGroup(c *call) error {
	doc, err := c.document(groupLimit)
	if err != nil {
		return err
	}
	return c.answered(c.patchGroup(c.asked, c.param("id"), doc, conditionsOf(c.Request().Header)))
}

func deleteGroup(c *call) error {
	return c.answered(c.deleteGroup(c.asked, c.param("id"), conditionsOf(c.Request().Header)))
}

// createGroup is POST /Groups.
func (c *call) createGroup(a *asked, doc map[string]any) (*answer, error) {
	want, err := c.selection()
	if err != nil {
		return nil, err
	}
	a.subject, _ = doc["displayName"].(string)
	next, err := schema.Group.New(doc)
	if err != nil {
		return nil, err
	}
	a.subject = next.DisplayName()
	members, err := schema.MembersOf(doc)
	if err != nil {
		return nil, err
	}
	return c.change(a, func(tx *db.OrgTx, d *directory.Directory) (*answer, error) {
		g, err := provision.CreateGroup(tx, d, next, members)
		if err != nil {
			return nil, err
		}
		a.aboutGroup(g)
		a.applied("group.created", "Created the group "+g.DisplayName+withMembers(len(members))+".")
		return c.groupAnswer(tx, http.StatusCreated, g, want)
	})
}

// replaceGroup is PUT /Groups/{id}: who is not named is not a member any more.
func (c *call) replaceGroup(a *asked, key string, doc map[string]any, w conditions) (*answer, error) {
	want, err := c.selection()
	if err != nil {
		return nil, err
	}
	members, err := schema.MembersOf(doc)
	if err != nil {
		return nil, err
	}
	makes := func(g *directory.Group) (schema.Resource, []patch.Members, error) {
		next, err := schema.Group.Replace(g.Resource, doc)
		return next, []patch.Members{{Do: patch.Replace, IDs: members}}, err
	}
	return c.updateGroup(a, key, w, makes, func(tx *db.OrgTx, g *directory.Group) (*answer, error) {
		return c.groupAnswer(tx, http.StatusOK, g, want)
	})
}

// patchGroup is PATCH /Groups/{id}. It is answered without a body unless
// somebody says what of it they want: members by the thousand are never echoed,
// and providers do not read it.
func (c *call) patchGroup(a *asked, key string, doc map[string]any, w conditions) (*answer, error) {
	p, err := c.parameters()
	if err != nil {
		return nil, err
	}
	want, err := p.selection()
	if err != nil {
		return nil, err
	}
	ops, err := patch.Of(doc)
	if err != nil {
		return nil, err
	}
	makes := func(g *directory.Group) (schema.Resource, []patch.Members, error) {
		return patch.Group(g.Resource, ops)
	}
	return c.updateGroup(a, key, w, makes, func(tx *db.OrgTx, g *directory.Group) (*answer, error) {
		if !p.selects() {
			return &answer{status: http.StatusNoContent, location: c.location(schema.Group, string(g.ID)), version: g.Version}, nil
		}
		return c.groupAnswer(tx, http.StatusOK, g, want)
	})
}

// deleteGroup is DELETE /Groups/{id}. A large group goes in parts, each a
// transaction: the last one is what is recorded of the request.
func (c *call) deleteGroup(a *asked, key string, w conditions) (*answer, error) {
	for {
		done := false
		result, err := c.changeGroup(a, key, w, func(tx *db.OrgTx, d *directory.Directory, g *directory.Group) (_ *answer, err error) {
			if done, err = provision.DeleteGroup(tx, d, g); err != nil || !done {
				return nil, err
			}
			a.applied("group.deleted", "Deleted the group "+g.DisplayName+": what it gave its members is theirs no more.")
			return &gone, nil
		})
		if err != nil || done {
			return result, err
		}
		w = conditions{} // each part makes another version
	}
}

type (
	makesGroup   func(*directory.Group) (schema.Resource, []patch.Members, error)
	answersGroup func(*db.OrgTx, *directory.Group) (*answer, error)
)

func (c *call) updateGroup(a *asked, key string, w conditions, makes makesGroup, answers answersGroup) (*answer, error) {
	return c.changeGroup(a, key, w, func(tx *db.OrgTx, d *directory.Directory, g *directory.Group) (*answer, error) {
		next, members, err := makes(g)
		if err != nil {
			return nil, err
		}
		before := *g
		changed, err := provision.UpdateGroup(tx, d, g, next, members)
		if err != nil {
			return nil, err
		}
		a.aboutGroup(g)
		if err := a.updatedGroup(tx, changed, &before, g, members); err != nil {
			return nil, err
		}
		return answers(tx, g)
	})
}

// changeGroup holds the group that the path names, in the version that is wanted.
func (c *call) changeGroup(a *asked, key string, w conditions, do func(*db.OrgTx, *directory.Directory, *directory.Group) (*answer, error)) (*answer, error) {
	a.id = key
	group, err := id.Parse[id.DirectoryGroup](key)
	if err != nil {
		return nil, errNoGroup
	}
	return c.change(a, func(tx *db.OrgTx, d *directory.Directory) (*answer, error) {
		g, err := directory.HoldGroup(tx, d.ID, group)
		if err != nil {
			return nil, missing(err, errNoGroup)
		}
		a.aboutGroup(g)
		if err := w.check(g.Version); err != nil {
			return nil, err
		}
		return do(tx, d, g)
	})
}

// aboutGroup notes which group it is about.
func (a *asked) aboutGroup(g *directory.Group) { a.id, a.subject = string(g.ID), g.DisplayName }

// groupAnswer is a group as a change is answered, with its members where they
// are few.
func (c *call) groupAnswer(tx *db.OrgTx, status int, g *directory.Group, want schema.Selection) (*answer, error) {
	var members []directory.Member
	if want.Wants(pathMembers) {
		var err error
		if members, err = directory.MembersPage(tx, g, "", echoed+1); err != nil {
			return nil, err
		}
		if len(members) > echoed {
			members = nil
		}
	}
	return &answer{status: status, body: c.group(g, members, want), location: c.location(schema.Group, string(g.ID)), version: g.Version}, nil
}
