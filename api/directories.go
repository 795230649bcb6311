package api

import (
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
)

const directoryTag = "Directories"

func (h *Handler) directoryRoutes() []route {
	detail := wire.DirectoryDetail{}
	return []route{
		{Method: http.MethodPost, Path: "/directories", Tag: directoryTag, Summary: "Make a directory that an organization's identity provider pushes into by SCIM 2.0. The answer has the address for the provider and, this once, the token.",
			Body: directoryBody{}, Needs: []string{"organization_id", "type"}, Status: 201, Answer: detail,
			Foreign: absentBody(`{"organization_id":"{organization}","type":"okta scim v2.0"}`), run: createDirectory},
		{Method: http.MethodGet, Path: "/directories", Tag: directoryTag, Summary: "List directories.", Paged: true, Status: 200, Answer: wire.Directory{},
			Query: []param{{Name: "organization_id", About: "Of that organization."}, {Name: "search", About: "Within the name."}, {Name: "domain", About: "Whose organization has this domain."},
				{Name: "type", About: "Of that type."}, {Name: "state", About: "linked, unlinked or validating."}},
			Foreign: hidden(), run: listDirectories},
		{Method: http.MethodGet, Path: "/directories/:id", Tag: directoryTag, Summary: "Get a directory.",
			Status: 200, Answer: detail, Foreign: absent(theirDirectory), run: getDirectory},
		{Method: http.MethodPatch, Path: "/directories/:id", Tag: directoryTag, Summary: "Change a directory: members that are not sent stay. unlinked refuses what the provider pushes; nobody leaves by that. staged: false applies what was kept.",
			Body: directoryChangeBody{}, Status: 200, Answer: detail, Foreign: absent(theirDirectory), run: updateDirectory},
		{Method: http.MethodDelete, Path: "/directories/:id", Tag: directoryTag, Summary: "Delete a directory with the people and groups in it. Members stay members, and are managed by hand from then on.",
			Status: 202, Foreign: absent(theirDirectory), run: deleteDirectory},
	}
}

// directoryBody is what POST reads.
type directoryBody struct {
	OrganizationID  string                   `json:"organization_id"`
	Type            string                   `json:"type"`
	Name            Maybe[string]            `json:"name"`
	AttributeMap    Maybe[map[string]string] `json:"attribute_map"`
	TrustRoles      Maybe[bool]              `json:"trust_roles"`
	JITProvisioning Maybe[bool]              `json:"jit_provisioning"`
	Staged          Maybe[bool]              `json:"staged"`
}

// directoryChangeBody is what PATCH reads.
type directoryChangeBody struct {
	OrganizationID  string                   `json:"organization_id"`
	Type            Maybe[string]            `json:"type"`
	Name            Maybe[string]            `json:"name"`
	State           Maybe[string]            `json:"state"`
	AttributeMap    Maybe[map[string]string] `json:"attribute_map"`
	TrustRoles      Maybe[bool]              `json:"trust_roles"`
	JITProvisioning Maybe[bool]              `json:"jit_provisioning"`
	Staged          Maybe[bool]              `json:"staged"`
}

// holdingDirectory runs fn in the organization of a directory that the key sees.
func (r reach) holdingDirectory(d id.Directory, fn func(*db.OrgTx, *directory.Directory) error) error {
	locate := func(tx *db.AllTx) (id.Organization, error) { return directory.LocateDirectory(tx, d) }
	return r.holder(locate, func(own *db.OrgTx) error {
		row, err := directory.Get(own, d)
		if err != nil {
			return err
		}
		return fn(own, row)
	})
}

// directory answers with a directory as it is now.
func (h *Handler) directory(tx *db.OrgTx, d id.Directory) (answer, error) {
	row, err := directory.Get(tx, d)
	if err != nil {
		return answer{}, err
	}
	w, err := directory.Show(tx, h.Base, row)
	return found(w), err
}

func createDirectory(c *call) error {
	var in directoryBody
	if err := c.decode(&in); err != nil {
		return err
	}
	org, err := required[id.Organization]("organization_id", in.OrganizationID)
	if err != nil {
		return err
	}
	if in.Type == "" {
		return missing("type")
	}
	n := directory.New{Type: in.Type, Name: value(in.Name.Value), AttributeMap: value(in.AttributeMap.Value),
		TrustRoles: value(in.TrustRoles.Value), JIT: value(in.JITProvisioning.Value), Staged: value(in.Staged.Value)}
	return c.change(func(tx reach) (a answer, err error) {
		err = tx.enter(org, func(own *db.OrgTx) error {
			d, issued, err := provision.Create(own, n)
			if err != nil {
				return err
			}
			w, err := directory.Show(own, c.h.Base, d)
			token := issued.Wire()
			w.SCIM.Token = &token
			a = made(w)
			return err
		})
		return a, err
	})
}

// directoryStates are what a list's state may be.
var directoryStates = map[string]directory.State{"validating": directory.Waiting, "linked": directory.Active, "unlinked": directory.Inactive}

func listDirectories(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	q := directory.ListQuery{Search: c.query.Get("search"), Domain: c.query.Get("domain"), Type: c.query.Get("type"), Page: page}
	if text := c.query.Get("organization_id"); text != "" {
		if q.Organization, err = parse[id.Organization](text); err != nil {
			return err
		}
	}
	if text := c.query.Get("state"); text != "" {
		if q.State = directoryStates[text]; q.State == "" {
			return invalid("state", "state is linked, unlinked or validating.")
		}
	}
	return c.read(func(tx reach) (answer, error) {
		if q.Organization != "" {
			if _, err := tx.organization(q.Organization); err != nil {
				return answer{}, err
			}
		}
		rows, paging, err := directory.List(tx.rows, q)
		if err != nil {
			return answer{}, err
		}
		shown, err := directory.Wires(tx.rows, rows)
		return list(shown, paging), err
	})
}

// readDirectory answers what show makes of the directory in the path.
func readDirectory(c *call, show func(*db.OrgTx, *directory.Directory) (answer, error)) error {
	return inDirectory(c, c.read, show)
}

// changeDirectory answers what do makes of the directory in the path.
func changeDirectory(c *call, do func(*db.OrgTx, *directory.Directory) (answer, error)) error {
	return inDirectory(c, c.change, do)
}

func inDirectory(c *call, run func(func(reach) (answer, error)) error, do func(*db.OrgTx, *directory.Directory) (answer, error)) error {
	d, err := idOf[id.Directory](c, "id")
	if err != nil {
		return err
	}
	return run(func(tx reach) (a answer, err error) {
		err = tx.holdingDirectory(d, func(own *db.OrgTx, row *directory.Directory) error {
			a, err = do(own, row)
			return err
		})
		return a, err
	})
}

func getDirectory(c *call) error {
	return readDirectory(c, func(tx *db.OrgTx, d *directory.Directory) (answer, error) { return c.h.directory(tx, d.ID) })
}

func updateDirectory(c *call) error {
	var in directoryChangeBody
	if err := c.decode(&in); err != nil {
		return err
	}
	edit, err := in.edit()
	if err != nil {
		return err
	}
	return changeDirectory(c, func(tx *db.OrgTx, d *directory.Directory) (answer, error) {
		if in.OrganizationID != "" && in.OrganizationID != string(tx.Organization()) {
			return answer{}, invalid("organization_id", "A directory stays in its organization. Make another one there.")
		}
		after, err := provision.Change(tx, d.ID, edit)
		if err != nil {
			return answer{}, err
		}
		if err := stage(tx, after, in.Staged.Value); err != nil {
			return answer{}, err
		}
		return c.h.directory(tx, d.ID)
	})
}

func (b directoryChangeBody) edit() (directory.Edit, error) {
	e := directory.Edit{Type: b.Type.Value, Name: b.Name.Value, AttributeMap: sent(b.AttributeMap), TrustRoles: b.TrustRoles.Value, JIT: b.JITProvisioning.Value}
	if b.State.Value != nil {
		on := *b.State.Value == "linked"
		if !on && *b.State.Value != "unlinked" {
			return e, invalid("state", "state is linked or unlinked. A directory into which nothing came yet is validating by itself.")
		}
		e.On = &on
	}
	return e, nil
}

// stage applies what a staged directory has kept. There is no way back: people
// became members by it.
func stage(tx *db.OrgTx, d *directory.Directory, staged *bool) error {
	switch {
	case staged == nil || *staged == d.Staged:
		return nil
	case *staged:
		return invalid("staged", "What this directory says takes effect already. Make it unlinked to stop it.")
	}
	return provision.Apply(tx, d)
}

func deleteDirectory(c *call) error {
	return changeDirectory(c, func(tx *db.OrgTx, d *directory.Directory) (answer, error) {
		return empty(http.StatusAccepted), c.h.Directories.DeleteDirectory(tx, d)
	})
}
