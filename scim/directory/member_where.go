package directory

import (
	"strings"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/filter"
	"gatehouse/scim/schema"
)

// RemoveMembersWhere takes out of a group that is held whoever fits what stands
// in the brackets of members[…]: value eq, display eq, or several of them
// joined by or. That is what providers send; anything else is refused.
func RemoveMembersWhere(tx *db.OrgTx, g *Group, where filter.Node) (removed []id.DirectoryUser, changed bool, err error) {
	var w wanted
	if err := w.read(where); err != nil {
		return nil, false, err
	}
	list, err := w.named(tx, g)
	if err != nil {
		return nil, false, err
	}
	return RemoveMembers(tx, g, append(list, w.ids...))
}

// wanted is whom a filter over members asks for.
type wanted struct {
	ids   []string
	names map[string]bool // folded
}

func (w *wanted) read(n filter.Node) error {
	switch n := n.(type) {
	case filter.Or:
		if err := w.read(n.Left); err != nil {
			return err
		}
		return w.read(n.Right)
	case filter.Compare:
		return w.compare(n)
	}
	return errMembersFilter
}

func (w *wanted) compare(c filter.Compare) error {
	text, isText := c.Value.(string)
	if c.Op != filter.Eq || !isText || c.Path.URN != "" || c.Path.Sub != "" {
		return errMembersFilter
	}
	switch strings.ToLower(c.Path.Attr) {
	case "value":
		w.ids = append(w.ids, text)
	case "display":
		if w.names == nil {
			w.names = map[string]bool{}
		}
		w.names[schema.Fold(text)] = true
	default:
		return errMembersFilter
	}
	return nil
}

var errMembersFilter = schema.ErrFilter.WithMessage(`A filter in members[…] is value eq "…" or display eq "…", or several of them joined by or.`)

// named are the members that are called so. A name is compared as all names
// are, which no database does: the members are read, page by page. Nobody but
// an administrator with a script sends this.
func (w *wanted) named(tx *db.OrgTx, g *Group) (list []string, err error) {
	for after := ""; len(w.names) > 0; {
		page, err := MembersPage(tx, g, after, namesPage)
		if err != nil {
			return nil, err
		}
		for _, m := range page {
			if w.names[schema.Fold(m.Display)] {
				list = append(list, m.ID)
			}
		}
		if len(page) < namesPage {
			return list, nil
		}
		after = page[len(page)-1].ID
	}
	return nil, nil
}

const namesPage = 1000
