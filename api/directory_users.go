package api

import (
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
)

func (h *Handler) directoryUserRoutes() []route {
	return []route{
		{Method: http.MethodGet, Path: "/directory_users", Tag: directoryTag, Summary: "List the people of a directory, or of a group in one.", Paged: true, Status: 200, Answer: wire.DirectoryUser{},
			Query: []param{{Name: "directory", About: "Of this directory. directory or group must be given."}, {Name: "group", About: "Who is in this group."},
				{Name: "idp_id", About: "Whom the provider calls so."}, {Name: "email", About: "Who has this address."}},
			Foreign: absentQuery("directory={directory}"), run: listDirectoryUsers},
		{Method: http.MethodGet, Path: "/directory_users/:id", Tag: directoryTag, Summary: "Get a person as a directory has them.",
			Status: 200, Answer: wire.DirectoryUser{}, Foreign: absent(theirDirectoryUser), run: getDirectoryUser},
	}
}

// whole is what a list of people or groups is of.
type whole struct {
	directory id.Directory
	group     id.DirectoryGroup
	user      id.DirectoryUser
}

// noDirectory is said of a list that names nothing to list from.
func noDirectory(sentence string) error {
	return problem.ErrInvalid.WithMessage(sentence).WithDetails(problem.Detail{Code: "directory_required", Message: sentence, Field: "directory"})
}

// within runs fn in the directory that w names, or that holds the group or the
// person that it names: somebody else's is not found.
func (r reach) within(w whole, fn func(*db.OrgTx, *directory.Directory) error) error {
	inside := func(tx *db.OrgTx, d *directory.Directory) error {
		if w.directory != "" && d.ID != w.directory {
			return db.ErrNotFound
		}
		return fn(tx, d)
	}
	switch {
	case w.group != "":
		locate := func(tx *db.AllTx) (id.Organization, error) { return directory.LocateGroup(tx, w.group) }
		return r.holder(locate, func(own *db.OrgTx) error {
			d, _, err := directory.FindGroup(own, w.group)
			if err != nil {
				return err
			}
			return inside(own, d)
		})
	case w.user != "":
		locate := func(tx *db.AllTx) (id.Organization, error) { return directory.LocateUser(tx, w.user) }
		return r.holder(locate, func(own *db.OrgTx) error {
			d, _, err := directory.FindUser(own, w.user)
			if err != nil {
				return err
			}
			return inside(own, d)
		})
	}
	return r.holdingDirectory(w.directory, fn)
}

// named reads an id in the query that something is listed from. What is no id
// of that kind is nobody's.
func named[K id.Kind](c *call, name string, into *K) (err error) {
	if text := c.query.Get(name); text != "" {
		*into, err = parse[K](text)
	}
	return err
}

func listDirectoryUsers(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	var w whole
	if err := named(c, "directory", &w.directory); err != nil {
		return err
	}
	if err := named(c, "group", &w.group); err != nil {
		return err
	}
	if w.directory == "" && w.group == "" {
		return noDirectory("Give directory or group: the id of what to list from.")
	}
	q := directory.PeopleQuery{Group: w.group, IDPID: c.query.Get("idp_id"), Email: c.query.Get("email"), Page: page}
	return c.read(func(tx reach) (a answer, err error) {
		err = tx.within(w, func(own *db.OrgTx, d *directory.Directory) error {
			q.Directory = d.ID
			rows, paging, err := directory.People(own, q)
			if err != nil {
				return err
			}
			shown, err := directory.UserWires(own, d, rows)
			a = list(shown, paging)
			return err
		})
		return a, err
	})
}

func getDirectoryUser(c *call) error {
	user, err := idOf[id.DirectoryUser](c, "id")
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (a answer, err error) {
		locate := func(tx *db.AllTx) (id.Organization, error) { return directory.LocateUser(tx, user) }
		err = tx.holder(locate, func(own *db.OrgTx) error {
			d, u, err := directory.FindUser(own, user)
			if err != nil {
				return err
			}
			w, err := directory.UserWire(own, d, u)
			a = found(w)
			return err
		})
		return a, err
	})
}
