package provision

import (
	"context"
	"errors"
	"slices"

	"gatehouse/apikeys"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
	"gatehouse/tenants"
	"gatehouse/users"
)

// Mapping gives who is in a group a role.
type Mapping struct {
	Group id.DirectoryGroup
	Role  string
}

// maxMappings bounds the groups of a directory that give a role.
const maxMappings = 1000

// RoleMappings are the groups of a directory that give a role.
func RoleMappings(tx db.OwnedScope, d *directory.Directory) ([]wire.DirectoryRoleMapping, error) {
	return directory.MappingWires(tx, d.ID)
}

// SetRoleMappings makes the groups that give roles those of want. The roles of
// who is in a group that gives another one than before follow: of few people in
// this transaction, of many by a job, so that a group of 50,000 does not keep
// others waiting.
func SetRoleMappings(tx *db.OrgTx, d *directory.Directory, want []Mapping) error {
	held, err := directory.Hold(tx, d.ID)
	if err != nil {
		return err
	}
	remove, add, err := compare(tx, held, want)
	if err != nil || len(remove)+len(add) == 0 {
		return err
	}
	if err := mayMap(tx, add); err != nil {
		return err
	}
	touched, err := exchange(tx, held, remove, add)
	if err != nil {
		return err
	}
	if err := held.RecordMappings(tx); err != nil {
		return err
	}
	for _, g := range touched {
		if err := regradeGroup(tx, d.ID, g); err != nil {
			return err
		}
	}
	return nil
}

// exchange writes other mappings, and says of which groups. Those are held
// first: nobody comes into them or leaves meanwhile.
func exchange(tx *db.OrgTx, d *directory.Directory, remove []directory.RoleMapping, add []Mapping) ([]id.DirectoryGroup, error) {
	touched := make([]id.DirectoryGroup, 0, len(remove)+len(add))
	for _, m := range remove {
		touched = append(touched, m.GroupID)
	}
	for _, m := range add {
		touched = append(touched, m.Group)
	}
	slices.Sort(touched)
	touched = slices.Compact(touched)
	for _, g := range touched {
		if _, err := directory.HoldGroup(tx, d.ID, g); err != nil {
			return nil, err
		}
	}
	for _, m := range remove {
		if err := directory.RemoveMapping(tx, m.ID); err != nil {
			return nil, err
		}
	}
	for _, m := range add {
		if err := directory.AddMapping(tx, d.ID, m.Group, m.Role); err != nil {
			return nil, err
		}
	}
	return touched, nil
}

// compare is what has to go and what has to come so that the mappings are those
// of want. One that gives another role goes and comes.
func compare(tx *db.OrgTx, d *directory.Directory, want []Mapping) (remove []directory.RoleMapping, add []Mapping, err error) {
	if len(want) > maxMappings {
		return nil, nil, ErrMappings
	}
	ranks, err := ranksOf(tx)
	if err != nil {
		return nil, nil, err
	}
	wanted := make(map[id.DirectoryGroup]string, len(want))
	for _, m := range want {
		switch _, twice := wanted[m.Group]; {
		case twice:
			return nil, nil, ErrMappedTwice
		case m.Role == tenants.OwnerRole:
			return nil, nil, ErrOwnerRole
		case ranks[m.Role].Slug == "":
			return nil, nil, tenants.ErrInvalidRole
		}
		wanted[m.Group] = m.Role
	}
	now, err := directory.Mappings(tx, d.ID)
	if err != nil {
		return nil, nil, err
	}
	for _, m := range now {
		if wanted[m.GroupID] != m.RoleSlug {
			remove = append(remove, m)
			continue
		}
		delete(wanted, m.GroupID)
	}
	for _, m := range want {
		if _, missing := wanted[m.Group]; missing {
			add = append(add, m)
		}
	}
	return remove, add, nil
}

// OwnersAlone reports whether only an owner, or whoever runs the service, makes
// groups give the role: whoever has it can do more than members.
func OwnersAlone(r tenants.Role) bool { return r.AboveMembers() }

// mayMap refuses roles above members' to whom an owner's word is not behind: a
// directory's admin at the identity provider would choose the organization's
// admins, and somebody with a link to the portal would choose that group.
func mayMap(tx *db.OrgTx, add []Mapping) error {
	all, err := tenants.Roles(tx)
	if err != nil {
		return err
	}
	above := slices.ContainsFunc(add, func(m Mapping) bool {
		return slices.ContainsFunc(all, func(r tenants.Role) bool { return r.Slug == m.Role && OwnersAlone(r) })
	})
	if !above {
		return nil
	}
	return asOwner(tx)
}

// asOwner is nil where whoever acts is an owner of the organization or runs the
// service: an operator, or a key that is not one organization's.
func asOwner(tx *db.OrgTx) error {
	who := tx.Actor()
	switch who.Kind {
	case actor.KindOperator, actor.KindSystem:
		return nil
	case actor.KindAPIKey:
		deployment, err := locateDeploymentKey(tx, id.APIKey(who.ID))
		if err != nil || deployment {
			return err
		}
	case actor.KindPortal, actor.KindUser:
		user, err := id.Parse[id.User](who.ID)
		if err != nil {
			return ErrMapper // came by a link
		}
		m, err := users.MembershipOf(tx, user)
		if err == nil && m.Status == users.Active && m.RoleSlug == tenants.OwnerRole {
			return nil
		}
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return err
		}
	}
	return ErrMapper
}

// locateDeploymentKey reports whether a key is no single organization's.
func locateDeploymentKey(tx *db.OrgTx, key id.APIKey) (yes bool, err error) {
	err = tx.Locate(func(tx *db.AllTx) error {
		k, err := apikeys.Get(tx, key)
		yes = err == nil && k.OrganizationID == nil
		return unlessAbsent(err) // revoked meanwhile: nobody's word
	})
	return yes, err
}

// regradeGroup brings the roles of a group's members up to date, here or by a job.
func regradeGroup(tx *db.OrgTx, d id.Directory, g id.DirectoryGroup) error {
	members, err := directory.PeopleIn(tx, g, "", regradeAtOnce+1)
	if err != nil {
		return err
	}
	if len(members) > regradeAtOnce {
		return jobs.Enqueue(tx.Tx, regradeAllArgs{tx.Organization(), d, g, ""})
	}
	return regradeMembers(tx, members)
}

// regradeAllArgs asks for the roles of everybody in a group to be brought up to
// date, or, without a group, of everybody in the directory; after says how far
// that has come. It may run twice: roles are computed from what is stored.
type regradeAllArgs struct {
	Organization id.Organization   `json:"organization"`
	Directory    id.Directory      `json:"directory"`
	Group        id.DirectoryGroup `json:"group,omitempty"`
	After        id.DirectoryUser  `json:"after,omitempty"`
}

// Kind names the job.
func (regradeAllArgs) Kind() string { return "directory_regrade_all" }

// regradesOfAJob is how many times one job looks at the next people: enough
// that the queue is no part of how long it takes, and few enough to end soon.
const regradesOfAJob = 20

// regradeAll looks at the next people, each some in a transaction of their own,
// and asks for those after them: a worker that is killed does a part again.
func (s *Service) regradeAll(ctx context.Context, a regradeAllArgs) error {
	for range regradesOfAJob {
		more := false
		err := s.DB.InOrg(ctx, a.Organization, keeper, func(tx *db.OrgTx) error {
			next, err := a.next(tx)
			if err != nil || len(next) == 0 {
				return err
			}
			people, err := directory.HoldUsers(tx, next)
			if err != nil {
				return err
			}
			a.After, more = next[len(next)-1], len(next) == regradeAtOnce
			return regrade(tx, accountsOf(people)...)
		})
		if err != nil || !more {
			return err
		}
	}
	return s.DB.InOrg(ctx, a.Organization, keeper, func(tx *db.OrgTx) error { return jobs.Enqueue(tx.Tx, a) })
}

func (a regradeAllArgs) next(tx *db.OrgTx) ([]id.DirectoryUser, error) {
	if a.Group != "" {
		return directory.PeopleIn(tx, a.Group, a.After, regradeAtOnce)
	}
	rows, err := directory.UsersAfter(tx, a.Directory, a.After, regradeAtOnce)
	next := make([]id.DirectoryUser, len(rows))
	for i, u := range rows {
		next[i] = u.ID
	}
	return next, err
}
