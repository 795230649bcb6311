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

func getUser(c *call) error {
	c.asked.id = c.param("id")
	if c.ahead == nil { // the parameters may be wrong, and not the id
		if _, err := c.selection(); err != nil {
			return err
		}
	}
	if !c.ahead.has(id.DirectoryUser(c.asked.id)) {
		return errNoSuchUser
	}
	name, err := c.ahead.called()
	if err != nil {
		return err
	}
	c.ahead.about(c.asked)
	c.asked.reason = "The provider read " + name + "."
	version := c.ahead.found.Version
	if c.unchanged(version) {
		return c.send(&answer{status: http.StatusNotModified, version: version})
	}
	text, err := c.aheadText()
	if err != nil {
		return err
	}
	return c.send(&answer{status: http.StatusOK, text: text, location: c.location(schema.User, c.asked.id), version: version})
}

// about notes whom it is about.
func (a *asked) about(u *directory.User) { a.id, a.subject = string(u.ID), u.UserName }

func postUser(c *call) error {
	doc, err := c.document(bodyLimit)
	if err != nil {
		return err
	}
	return c.answered(c.createUser(c.asked, doc))
}

func putUser(c *call) error {
	doc, err := c.document(bodyLimit)
	if err != nil {
		return err
	}
	return c.answered(c.replaceUser(c.asked, c.param("id"), doc, conditionsOf(c.Request().Header)))
}

func patchUser(c *call) error {
	doc, err := c.document(bodyLimit)
	if err != nil {
		return err
	}
	return c.answered(c.patchUser(c.asked, c.param("id"), doc, conditionsOf(c.Request().Header)))
}

func deleteUser(c *call) error {
	return c.answered(c.deleteUser(c.asked, c.param("id"), conditionsOf(c.Request().Header)))
}

// answered sends what a change is answered with.
func (c *call) answered(result *answer, err error) error {
	if err != nil {
		return err
	}
	return c.send(result)
}

// createUser is POST /Users (RFC 7644 §3.3).
func (c *call) createUser(a *asked, doc map[string]any) (*answer, error) {
	want, err := c.selection()
	if err != nil {
		return nil, err
	}
	a.subject, _ = doc["userName"].(string)
	next, found, err := c.newUser(doc)
	if err != nil {
		return nil, err
	}
	a.subject = next.UserName()
	return c.change(a, func(tx *db.OrgTx, d *directory.Directory) (*answer, error) {
		known := found
		found = nil // a second try looks itself
		u, err := provision.CreateKnown(tx, d, next, known)
		if err != nil {
			return nil, err
		}
		a.about(u)
		a.applied("user.created", createdReason(d, u))
		return c.userAnswer(tx, http.StatusCreated, u, want)
	})
}

// newUser is who the document says, and what was found of their address with
// the token; nil: nothing was.
func (c *call) newUser(doc map[string]any) (schema.Resource, *db.Addressed, error) {
	if c.ahead != nil && c.ahead.doc != nil {
		return c.ahead.made, c.ahead.addressed, nil
	}
	next, err := schema.User.New(doc)
	return next, nil, err
}

// replaceUser is PUT /Users/{id} (§3.5.1).
func (c *call) replaceUser(a *asked, key string, doc map[string]any, w conditions) (*answer, error) {
	return c.updateUser(a, key, w, func(u *directory.User) (schema.Resource, error) {
		return schema.User.Replace(u.Resource, doc)
	})
}

// patchUser is PATCH /Users/{id} (§3.5.2). Who is patched is answered whole,
// because most providers read it.
func (c *call) patchUser(a *asked, key string, doc map[string]any, w conditions) (*answer, error) {
	ops, err := patch.Of(doc)
	if err != nil {
		return nil, err
	}
	return c.updateUser(a, key, w, func(u *directory.User) (schema.Resource, error) { return patch.User(u.Resource, ops) })
}

func (c *call) updateUser(a *asked, key string, w conditions, makes func(*directory.User) (schema.Resource, error)) (*answer, error) {
	want, err := c.selection()
	if err != nil {
		return nil, err
	}
	if result, err := c.sameUser(a, key, w, makes); result != nil || err != nil {
		return result, err
	}
	return c.changeUser(a, key, w, func(tx *db.OrgTx, d *directory.Directory, u *directory.User) (*answer, error) {
		next, err := makes(u)
		if err != nil {
			return nil, err
		}
		before := *u
		changed, err := provision.UpdateUser(tx, d, u, next)
		if err != nil {
			return nil, err
		}
		a.about(u)
		if changed {
			a.updated(d, &before, u)
		} else {
			a.same()
		}
		return c.userAnswer(tx, http.StatusOK, u, want)
	})
}

// sameUser answers a request that says nothing new of a person, by what was read
// with the token; nil where it does, or where that is not known. Providers send
// most of what they send again and again: it costs no transaction, and waits
// for nobody.
func (c *call) sameUser(a *asked, key string, w conditions, makes func(*directory.User) (schema.Resource, error)) (*answer, error) {
	if !c.ahead.has(id.DirectoryUser(key)) {
		return nil, nil
	}
	u, err := c.ahead.user()
	if err != nil || w.check(u.Version) != nil {
		return nil, err
	}
	next, err := makes(u)
	if err != nil || !u.Resource.Equal(next) {
		return nil, nil // what is wrong is said of the person as they are by then
	}
	a.about(u)
	a.same()
	text, err := c.aheadText()
	return &answer{status: http.StatusOK, text: text, location: c.location(schema.User, key), version: u.Version}, err
}

// deleteUser is DELETE /Users/{id} (§3.6).
func (c *call) deleteUser(a *asked, key string, w conditions) (*answer, error) {
	return c.changeUser(a, key, w, func(tx *db.OrgTx, d *directory.Directory, u *directory.User) (*answer, error) {
		if err := provision.DeleteUser(tx, d, u); err != nil {
			return nil, err
		}
		a.applied("user.deleted", deletedReason(d, u))
		return &gone, nil
	})
}

// changeUser holds the person whom the path names, in the version that is wanted.
func (c *call) changeUser(a *asked, key string, w conditions, do func(*db.OrgTx, *directory.Directory, *directory.User) (*answer, error)) (*answer, error) {
	a.id = key
	person, err := id.Parse[id.DirectoryUser](key)
	if err != nil {
		return nil, errNoSuchUser
	}
	return c.change(a, func(tx *db.OrgTx, d *directory.Directory) (*answer, error) {
		u, err := directory.HoldUser(tx, d.ID, person)
		if err != nil {
			return nil, missing(err, errNoSuchUser)
		}
		a.about(u)
		if err := w.check(u.Version); err != nil {
			return nil, err
		}
		return do(tx, d, u)
	})
}

// userAnswer is a person as a change is answered, with their groups: no change
// of a person is one of those, so what was read with the token will do.
func (c *call) userAnswer(tx *db.OrgTx, status int, u *directory.User, want schema.Selection) (*answer, error) {
	var groups []directory.Group
	switch {
	case status == http.StatusCreated: // nobody is born into a group
	case c.ahead.has(u.ID):
		groups = c.ahead.groups()
	default:
		of, err := groupsOf(tx, want, u.ID)
		if err != nil {
			return nil, err
		}
		groups = of[u.ID]
	}
	return &answer{status: status, body: c.user(u, groups, want), location: c.location(schema.User, string(u.ID)), version: u.Version}, nil
}

// selection is which attributes the answer shall have.
func (c *call) selection() (schema.Selection, error) {
	p, err := c.parameters()
	if err != nil {
		return schema.Selection{}, err
	}
	return p.selection()
}
