package directory

import "gatehouse/internal/wire"

// GroupWire is the group as the management API and events show it.
func GroupWire(g *Group) (wire.DirectoryGroup, error) {
	w := g.brief()
	var err error
	w.RawAttributes, err = raw(g.Resource)
	return w, err
}

// brief is the group within other resources.
func (g *Group) brief() wire.DirectoryGroup {
	w := wire.DirectoryGroup{ID: g.ID, IDPID: string(g.ID), DirectoryID: g.DirectoryID, OrganizationID: g.OrganizationID, Name: g.DisplayName,
		CreatedAt: wire.At(g.CreatedAt), UpdatedAt: wire.At(g.UpdatedAt)}
	if g.ExternalID != nil {
		w.IDPID = *g.ExternalID
	}
	return w
}
