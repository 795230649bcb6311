package scim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/filter"
	"gatehouse/scim/schema"
)

// listMembers is how many members of each group of a list are read at once.
const listMembers = 100

// listed is a question for a part of a list.
type listed struct {
	directory.Search
	want schema.Selection
}

func (p parameters) list() (l listed, err error) {
	if l.Search, err = p.search(); err != nil {
		return l, err
	}
	l.want, err = p.selection()
	return l, err
}

func listUsers(c *call) error {
	if c.ahead != nil {
		return c.foundAhead()
	}
	p, err := c.parameters()
	if err != nil {
		return err
	}
	return c.listUsers(p)
}

// foundAhead answers with the one person who was looked for by name, or nobody.
func (c *call) foundAhead() error {
	l := c.ahead.list
	if c.ahead.found == nil {
		c.asked.found(l, "user", 0)
		return c.list(l, []map[string]any{}, 0)
	}
	text, err := c.aheadText()
	if err != nil {
		return err
	}
	c.asked.id = string(c.ahead.found.ID)
	c.asked.found(l, "user", 1)
	b := make([]byte, 0, len(text)+192)
	b = append(b, `{"Resources":[`...)
	b = append(b, text...)
	b = append(b, `],"itemsPerPage":1,"schemas":["`+listURN+`"],"startIndex":1,"totalResults":1}`...)
	noStore(c.Response().Header())
	return c.Blob(http.StatusOK, MediaType, b)
}

// list is a ListResponse (RFC 7644 §3.4.2).
func (c *call) list(l listed, list []map[string]any, total int64) error {
	return c.json(http.StatusOK, map[string]any{"schemas": []string{listURN}, "totalResults": total, "startIndex": l.StartIndex, "itemsPerPage": len(list), "Resources": list})
}

// searchUsers is POST /Users/.search (RFC 7644 §3.4.3): the same, where a
// filter shall not stand in an address.
func searchUsers(c *call) error {
	p, err := c.searched()
	if err != nil {
		return err
	}
	return c.listUsers(p)
}

func listGroups(c *call) error {
	p, err := c.parameters()
	if err != nil {
		return err
	}
	return c.listGroups(p)
}

func searchGroups(c *call) error {
	p, err := c.searched()
	if err != nil {
		return err
	}
	return c.listGroups(p)
}

func (c *call) searched() (parameters, error) {
	doc, err := c.document(bodyLimit)
	if err != nil {
		return nil, err
	}
	return searchParameters(doc)
}

func (c *call) listUsers(p parameters) error {
	l, err := p.list()
	if err != nil {
		return err
	}
	d, err := directory.Of(c.token)
	if err != nil {
		return err
	}
	var people []directory.User
	var total int64
	var groups map[id.DirectoryUser][]directory.Group
	err = c.read(func(tx *db.OrgTx) error {
		if people, total, err = directory.FindUsers(tx, d, l.Search); err != nil {
			return err
		}
		keys := make([]id.DirectoryUser, len(people))
		for i := range people {
			keys[i] = people[i].ID
		}
		groups, err = groupsOf(tx, l.want, keys...)
		return err
	})
	if err != nil {
		return err
	}
	c.asked.found(l, "user", total)
	if len(people) == 1 && total == 1 {
		c.asked.id = string(people[0].ID)
	}
	list := make([]map[string]any, len(people))
	for i := range people {
		list[i] = c.user(&people[i], groups[people[i].ID], l.want)
	}
	return c.list(l, list, total)
}

func (c *call) listGroups(p parameters) error {
	l, err := p.list()
	if err != nil {
		return err
	}
	d, err := directory.Of(c.token)
	if err != nil {
		return err
	}
	var all []peopled
	var total int64
	err = c.read(func(tx *db.OrgTx) error {
		var groups []directory.Group
		if groups, total, err = directory.FindGroups(tx, d, l.Search); err != nil {
			return err
		}
		all, err = withFirstMembers(tx, groups, l.want)
		return err
	})
	if err != nil {
		return err
	}
	c.asked.found(l, "group", total)
	if len(all) == 1 && total == 1 {
		c.asked.id = string(all[0].ID)
	}
	return c.stream(func(w *writer) error { return w.groups(l, all, total) })
}

// withFirstMembers is groups with the first members of each, where somebody
// wants them: one query for all.
func withFirstMembers(tx db.OwnedScope, groups []directory.Group, want schema.Selection) ([]peopled, error) {
	var of map[id.DirectoryGroup][]directory.Member
	if want.Wants(pathMembers) && len(groups) > 0 {
		var err error
		if of, err = directory.FirstMembers(tx, groups, listMembers); err != nil {
			return nil, err
		}
	}
	all := make([]peopled, len(groups))
	for i := range groups {
		page := of[groups[i].ID]
		all[i] = peopled{Group: &groups[i], page: page, more: len(page) == listMembers}
	}
	return all, nil
}

// groups writes a list of groups.
func (w *writer) groups(l listed, all []peopled, total int64) error {
	err := w.open(map[string]any{"schemas": []string{listURN}, "totalResults": total, "startIndex": l.StartIndex, "itemsPerPage": len(all)})
	if err == nil {
		err = w.text(`,"Resources":[`)
	}
	for i := 0; i < len(all) && err == nil; i++ {
		if i > 0 {
			err = w.text(",")
		}
		if err == nil {
			err = w.group(all[i], l.want)
		}
	}
	if err == nil {
		err = w.text("]}")
	}
	return err
}

// found notes what was looked for. A look-up by name is about whoever has it.
func (a *asked) found(l listed, what string, total int64) {
	name := nameIn(l.Filter)
	switch {
	case name != "":
		a.does, a.subject = what+".looked_up", name
		a.reason = fmt.Sprintf("The provider looked up the %s %s: there is none.", what, name)
		if total > 0 {
			a.reason = fmt.Sprintf("The provider looked up the %s %s, and found it.", what, name)
		}
	case l.Filter != nil:
		a.does = what + "s.searched"
		a.reason = fmt.Sprintf("The provider searched: %s. It found %d.", filter.Print(l.Filter), total)
	default:
		a.does = what + "s.listed"
		a.reason = fmt.Sprintf("The provider listed %ss: there are %d.", what, total)
	}
}

// nameIn is the name that a filter asks for, as providers look somebody up
// before they create them.
func nameIn(n filter.Node) string {
	switch n := n.(type) {
	case filter.And: // Entra's emails[type eq "work"].value eq "…"
		if name := nameIn(n.Right); name != "" {
			return name
		}
		return nameIn(n.Left)
	case filter.Some:
		if schema.Fold(n.Path.Attr) == "emails" {
			return nameIn(n.Of)
		}
	case filter.Compare:
		text, _ := n.Value.(string)
		if n.Op == filter.Eq && slices.Contains(names, schema.Fold(strings.TrimSuffix(n.Path.Attr+"."+n.Path.Sub, "."))) {
			return text
		}
	}
	return ""
}

// names are the attributes that people and groups are looked up by.
var names = []string{"username", "displayname", "externalid", "emails", "emails.value", "value"}
