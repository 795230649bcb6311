package directory

import (
	"fmt"
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
	if len(w.names) > 0 {
		called, err := db.DirectoryMembersCalled(tx, g.ID, w.names)
		if err != nil {
			return nil, false, fmt.Errorf("looking for the members of a group by name: %w", err)
		}
		w.ids = append(w.ids, called...)
	}
	return RemoveMembers(tx, g, w.ids)
}

// wanted is whom a filter over members asks for.
type wanted struct {
	ids   []string
	names []string // folded
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
		w.names = append(w.names, schema.Fold(text))
	default:
		return errMembersFilter
	}
	return nil
}

var errMembersFilter = schema.ErrFilter.WithMessage(`A filter in members[…] is value eq "…" or display eq "…", or several of them joined by or.`)
