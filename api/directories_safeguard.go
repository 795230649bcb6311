package api

import (
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
	"gatehouse/scim/provision"
)

func (h *Handler) directorySafeguardRoutes() []route {
	guard, mappings := wire.DirectorySafeguard{}, wire.WholeList[wire.DirectoryRoleMapping]{}
	return []route{
		{Method: http.MethodGet, Path: "/directories/:id/safeguard", Tag: directoryTag, Summary: "Get when people's leaving is held, and whether it is now.",
			Status: 200, Answer: guard, Foreign: absent(theirDirectory), run: getSafeguard},
		{Method: http.MethodPatch, Path: "/directories/:id/safeguard", Tag: directoryTag, Summary: "Change when people's leaving is held. null takes a bound away, state: off both, state: on brings the usual ones back where there are none.",
			Body: safeguardBody{}, Status: 200, Answer: guard, Foreign: absent(theirDirectory), run: updateSafeguard},
		{Method: http.MethodPost, Path: "/directories/:id/safeguard/release", Tag: directoryTag, Summary: "Let people's leaving go on that is held. The provider sends it again.",
			Status: 200, Answer: guard, Foreign: absent(theirDirectory), run: releaseSafeguard},
		{Method: http.MethodGet, Path: "/directories/:id/role_mappings", Tag: directoryTag, Summary: "List which groups give which role.",
			Status: 200, Answer: mappings, Foreign: absent(theirDirectory), run: getDirectoryMappings},
		{Method: http.MethodPut, Path: "/directories/:id/role_mappings", Tag: directoryTag, Summary: "Replace which groups give which role. Of several roles the highest counts; nobody becomes an owner by a group.",
			Body: []directoryMappingBody{}, Status: 200, Answer: mappings, Foreign: absentArray(theirDirectory), run: setDirectoryMappings},
		{Method: http.MethodGet, Path: "/directories/:id/preview", Tag: directoryTag, Summary: "Get what applying a staged directory would do.",
			Status: 200, Answer: wire.DirectoryPreview{}, Foreign: absent(theirDirectory), run: previewDirectory},
		{Method: http.MethodPost, Path: "/directories/:id/apply", Tag: directoryTag, Summary: "Let what a staged directory has kept take effect: its people become members, in the background.",
			Status: 202, Answer: wire.DirectoryDetail{}, Foreign: absent(theirDirectory), run: applyDirectory},
	}
}

func safeguard(tx *db.OrgTx, d id.Directory) (answer, error) {
	row, err := directory.Get(tx, d)
	if err != nil {
		return answer{}, err
	}
	w, err := provision.SafeguardOf(tx, row)
	return found(w), err
}

func getSafeguard(c *call) error {
	return readDirectory(c, func(tx *db.OrgTx, d *directory.Directory) (answer, error) { return safeguard(tx, d.ID) })
}

type safeguardBody struct {
	State            Maybe[string] `json:"state"`
	MaxDeactivations Maybe[int64]  `json:"max_deactivations"`
	MaxPercent       Maybe[int64]  `json:"max_percent"`
	WindowSeconds    Maybe[int64]  `json:"window_seconds"`
}

// change is what the body asks of a safeguard: off is no bound at all.
func (b safeguardBody) change(d *directory.Directory) (provision.SafeguardChange, error) {
	c := provision.SafeguardChange{MaxDeactivations: b.MaxDeactivations.change(), MaxPercent: b.MaxPercent.change(), WindowSeconds: b.WindowSeconds.Value}
	switch value(b.State.Value) {
	case "":
	case "off":
		if b.MaxDeactivations.Value != nil || b.MaxPercent.Value != nil {
			return c, invalid("state", "A safeguard that is off has no bounds. Leave state out to set them.")
		}
		none := (*int64)(nil)
		c.MaxDeactivations, c.MaxPercent = &none, &none
	case "on":
		if off := d.MaxDeactivations == nil && d.MaxPercent == nil; off && !b.MaxDeactivations.Sent && !b.MaxPercent.Sent {
			most, percent := directory.UsualBounds()
			c.MaxDeactivations, c.MaxPercent = &most, &percent
		}
	default:
		return c, invalid("state", "state is on or off. What is held is let go by POST to safeguard/release.")
	}
	return c, nil
}

func updateSafeguard(c *call) error {
	var in safeguardBody
	if err := c.decode(&in); err != nil {
		return err
	}
	return changeDirectory(c, func(tx *db.OrgTx, d *directory.Directory) (answer, error) {
		change, err := in.change(d)
		if err != nil {
			return answer{}, err
		}
		if err := provision.SetSafeguard(tx, d, change); err != nil {
			return answer{}, err
		}
		return safeguard(tx, d.ID)
	})
}

func releaseSafeguard(c *call) error {
	return changeDirectory(c, func(tx *db.OrgTx, d *directory.Directory) (answer, error) {
		if err := provision.Release(tx, d); err != nil {
			return answer{}, err
		}
		return safeguard(tx, d.ID)
	})
}

func directoryMappings(tx *db.OrgTx, d *directory.Directory) (answer, error) {
	all, err := provision.RoleMappings(tx, d)
	return found(wire.WholeList[wire.DirectoryRoleMapping]{Data: all}), err
}

func getDirectoryMappings(c *call) error { return readDirectory(c, directoryMappings) }

type directoryMappingBody struct {
	DirectoryGroupID string `json:"directory_group_id" api:"required"`
	RoleSlug         string `json:"role_slug" api:"required"`
}

func setDirectoryMappings(c *call) error {
	var in []directoryMappingBody
	if err := c.decode(&in); err != nil {
		return err
	}
	want := make([]provision.Mapping, len(in))
	for i, m := range in {
		group, err := id.Parse[id.DirectoryGroup](m.DirectoryGroupID)
		if err != nil {
			return unknownGroup(m.DirectoryGroupID)
		}
		want[i] = provision.Mapping{Group: group, Role: m.RoleSlug}
	}
	return changeDirectory(c, func(tx *db.OrgTx, d *directory.Directory) (answer, error) {
		if err := provision.SetRoleMappings(tx, d, want); err != nil {
			return answer{}, err
		}
		return directoryMappings(tx, d)
	})
}

func unknownGroup(text string) error {
	sentence := "directory_group_id is the id of a group in this directory."
	if text == "" {
		sentence = "directory_group_id is missing."
	}
	return problem.ErrInvalid.WithMessage(sentence).WithDetails(problem.Detail{Code: "invalid_directory_group_id", Message: sentence, Field: "directory_group_id"})
}

func previewDirectory(c *call) error {
	return readDirectory(c, func(tx *db.OrgTx, d *directory.Directory) (answer, error) {
		p, err := provision.PreviewOf(tx, d)
		return found(wire.DirectoryPreview{DirectoryID: d.ID, Staged: d.Staged, Added: p.Added, Matched: p.Matched, Pending: p.Pending, NoAddress: p.NoAddress, Inactive: p.Inactive, Removed: p.Removed}), err
	})
}

func applyDirectory(c *call) error {
	return changeDirectory(c, func(tx *db.OrgTx, d *directory.Directory) (answer, error) {
		if err := provision.Apply(tx, d); err != nil {
			return answer{}, err
		}
		a, err := c.h.directory(tx, d.ID)
		a.status = http.StatusAccepted
		return a, err
	})
}
