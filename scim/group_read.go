package scim

import (
	"bytes"
	"net/http"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
	"gatehouse/scim/schema"
)

// membersPage is how many members are read at a time. A group that has more is
// written while it is read, so that one of fifty thousand takes no more memory
// than that, and no transaction waits for a slow reader.
const membersPage = 1000

func getGroup(c *call) error {
	want, err := c.selection()
	if err != nil {
		return err
	}
	c.asked.id = c.param("id")
	key, err := id.Parse[id.DirectoryGroup](c.asked.id)
	if err != nil {
		return errNoGroup
	}
	var p peopled
	err = c.read(func(tx *db.OrgTx) error {
		g, err := directory.GetGroup(tx, c.token.DirectoryID, key)
		if err != nil {
			return missing(err, errNoGroup)
		}
		if p.Group = g; !c.unchanged(g.Version) {
			p, err = firstMembers(tx, g, want)
		}
		return err
	})
	if err != nil {
		return err
	}
	c.asked.aboutGroup(p.Group)
	c.asked.reason = "The provider read the group " + p.DisplayName + "."
	if c.unchanged(p.Version) {
		return c.send(&answer{status: http.StatusNotModified, version: p.Version})
	}
	h := c.Response().Header()
	h.Set("ETag", etag(p.Version))
	located(h, c.location(schema.Group, c.asked.id))
	return c.stream(func(w *writer) error { return w.group(p, want) })
}

// stream writes a document piece by piece.
func (c *call) stream(write func(*writer) error) error {
	h := c.Response().Header()
	noStore(h)
	h.Set(echo.HeaderContentType, MediaType)
	c.Response().WriteHeader(http.StatusOK)
	return write(&writer{c})
}

// writer writes documents of groups with many members.
type writer struct{ c *call }

func (w *writer) text(s string) error {
	_, err := w.c.Response().Write([]byte(s))
	return err
}

// open writes a document up to its last brace, to which more members are added.
func (w *writer) open(document map[string]any) error {
	text, err := wire.Encode(document)
	if err != nil {
		return err
	}
	_, err = w.c.Response().Write(bytes.TrimSuffix(text, []byte("}")))
	return err
}

// peopled is a group with the first of its members.
type peopled struct {
	*directory.Group
	page []directory.Member
	more bool // there may be others
}

func firstMembers(tx db.OwnedScope, g *directory.Group, want schema.Selection) (p peopled, err error) {
	p.Group = g
	if want.Wants(pathMembers) {
		p.page, err = directory.MembersPage(tx, g, "", membersPage)
	}
	p.more = len(p.page) == membersPage
	return p, err
}

// group writes a group and all its members.
func (w *writer) group(p peopled, want schema.Selection) error {
	if !p.more {
		text, err := wire.Encode(w.c.group(p.Group, p.page, want))
		if err != nil {
			return err
		}
		return w.text(string(text))
	}
	if err := w.open(w.c.group(p.Group, nil, want)); err != nil {
		return err
	}
	if err := w.text(`,"members":[`); err != nil {
		return err
	}
	separator := ""
	for {
		if err := w.members(p.page, want, &separator); err != nil {
			return err
		}
		if !p.more {
			return w.text("]}")
		}
		after := p.page[len(p.page)-1].ID
		err := w.c.read(func(tx *db.OrgTx) (err error) {
			p.page, err = directory.MembersPage(tx, p.Group, after, membersPage)
			return err
		})
		if err != nil {
			return err
		}
		p.more = len(p.page) == membersPage
	}
}

func (w *writer) members(page []directory.Member, want schema.Selection, separator *string) error {
	part := schema.Group.Project(map[string]any{"members": w.c.members(page)}, want)
	list, _ := part["members"].([]any)
	for _, m := range list {
		text, err := wire.Encode(m)
		if err != nil {
			return err
		}
		if err := w.text(*separator + string(text)); err != nil {
			return err
		}
		*separator = ","
	}
	return nil
}
