package api

import (
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
)

func (h *Handler) directoryGroupRoutes() []route {
	return []route{
		{Method: http.MethodGet, Path: "/directory_groups", Tag: directoryTag, Summary: "List the groups of a directory, or those that a person is in.", Paged: true, Status: 200, Answer: wire.DirectoryGroup{},
			Query:   []param{{Name: "directory", About: "Of this directory. directory or user must be given."}, {Name: "user", About: "In which this person of a directory is."}},
			Foreign: absentQuery("directory={directory}"), run: listDirectoryGroups},
		{Method: http.MethodGet, Path: "/directory_groups/:id", Tag: directoryTag, Summary: "Get a group as a directory has it.",
			Status: 200, Answer: wire.DirectoryGroup{}, Foreign: absent(theirDirectoryGroup), run: getDirectoryGroup},
	}
}

func listDirectoryGroups(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	var w whole
	if err := named(c, "directory", &w.directory); err != nil {
		return err
	}
	if err := named(c, "user", &w.user); err != nil {
		return err
	}
	if w.directory == "" && w.user == "" {
		return noDirectory("Give directory or user: the id of what to list from.")
	}
	q := directory.GroupQuery{User: w.user, Page: page}
	return c.read(func(tx reach) (a answer, err error) {
		err = tx.within(w, func(own *db.OrgTx, d *directory.Directory) error {
			q.Directory = d.ID
			rows, paging, err := directory.ListGroups(own, q)
			if err != nil {
				return err
			}
			shown := make([]wire.DirectoryGroup, len(rows))
			for i := range rows {
				if shown[i], err = directory.GroupWire(&rows[i]); err != nil {
					return err
				}
			}
			a = list(shown, paging)
			return nil
		})
		return a, err
	})
}

func getDirectoryGroup(c *call) error {
	group, err := idOf[id.DirectoryGroup](c, "id")
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (a answer, err error) {
		locate := func(tx *db.AllTx) (id.Organization, error) { return directory.LocateGroup(tx, group) }
		err = tx.holder(locate, func(own *db.OrgTx) error {
			_, g, err := directory.FindGroup(own, group)
			if err != nil {
				return err
			}
			w, err := directory.GroupWire(g)
			a = found(w)
			return err
		})
		return a, err
	})
}
