package directory

import (
	"errors"
	"fmt"
	"slices"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/schema"
)

// Member is who or what is in a group.
type Member struct {
	ID      string // of a person or of a group
	Display string
	Type    string // User or Group (RFC 7643 §4.2)
}

// batch is how many ids one statement takes.
const batch = 500

// memberIDs are the members that a request names, by what they are. Each stands once,
// in the order of the ids: that is the order in which rows are locked.
type memberIDs struct {
	people []id.DirectoryUser
	groups []id.DirectoryGroup
	others []string // nothing that a directory could have
}

func readMembers(list []string) memberIDs {
	var of memberIDs
	for _, one := range list {
		if person, err := id.Parse[id.DirectoryUser](one); err == nil {
			of.people = append(of.people, person)
		} else if group, err := id.Parse[id.DirectoryGroup](one); err == nil {
			of.groups = append(of.groups, group)
		} else {
			of.others = append(of.others, one)
		}
	}
	of.people, of.groups = sortedIDs(of.people), sortedIDs(of.groups)
	return of
}

// AddMembers puts people and groups of the directory into a group that is held,
// and returns the people who were not in it. Whoever the directory does not
// have is an error that names them.
func AddMembers(tx *db.OrgTx, g *Group, list []string) (added []id.DirectoryUser, changed bool, err error) {
	of := readMembers(list)
	if len(of.others) > 0 {
		return nil, false, unknownMember(of.others[0])
	}
	added, err = addTo(tx, g, of.people)
	if err != nil {
		return nil, false, err
	}
	children, err := addTo(tx, g, of.groups)
	if err != nil || len(added)+len(children) == 0 {
		return nil, false, err
	}
	return added, true, BumpGroup(tx, g)
}

// RemoveMembers takes people and groups out of a group that is held, and
// returns the people who were in it. Who is not in it is gone already.
func RemoveMembers(tx *db.OrgTx, g *Group, list []string) (removed []id.DirectoryUser, changed bool, err error) {
	of := readMembers(list)
	removed, err = removeFrom(tx, g, of.people)
	if err != nil {
		return nil, false, err
	}
	children, err := removeFrom(tx, g, of.groups)
	if err != nil || len(removed)+len(children) == 0 {
		return nil, false, err
	}
	return removed, true, BumpGroup(tx, g)
}

// ReplaceMembers makes the group's members these and no others. The database
// finds the difference, and that alone is written.
func ReplaceMembers(tx *db.OrgTx, g *Group, list []string) (added, removed []id.DirectoryUser, changed bool, err error) {
	of := readMembers(list)
	if len(of.others) > 0 {
		return nil, nil, false, unknownMember(of.others[0])
	}
	added, removed, err = replaceIn(tx, g, of.people)
	if err != nil {
		return nil, nil, false, err
	}
	more, less, err := replaceIn(tx, g, of.groups)
	if err != nil || len(added)+len(removed)+len(more)+len(less) == 0 {
		return nil, nil, false, err
	}
	return added, removed, true, BumpGroup(tx, g)
}

// addTo puts sorted ids into the group, and says which were not in it.
func addTo[K id.DirectoryUser | id.DirectoryGroup](tx *db.OrgTx, g *Group, list []K) ([]K, error) {
	members := db.DirectoryMembers[K]{Group: g.ID}
	var all []K
	for _, some := range batches(list) {
		added, err := members.Add(tx, some)
		if err != nil {
			return nil, fmt.Errorf("adding members to a group: %w", err)
		}
		all = append(all, added...)
		if len(added) == len(some) {
			continue
		}
		// Who was not added is in the group already, or nobody in this directory.
		if missing, err := members.Missing(tx, some); err != nil {
			return nil, fmt.Errorf("looking for the members of a group: %w", err)
		} else if len(missing) > 0 {
			return nil, unknownMember(string(missing[0]))
		}
	}
	return all, nil
}

func removeFrom[K id.DirectoryUser | id.DirectoryGroup](tx *db.OrgTx, g *Group, list []K) ([]K, error) {
	var all []K
	for _, some := range batches(list) {
		removed, err := db.DirectoryMembers[K]{Group: g.ID}.Remove(tx, some)
		if err != nil {
			return nil, fmt.Errorf("removing members of a group: %w", err)
		}
		all = append(all, removed...)
	}
	return all, nil
}

func replaceIn[K id.DirectoryUser | id.DirectoryGroup](tx *db.OrgTx, g *Group, list []K) (added, removed []K, err error) {
	members := db.DirectoryMembers[K]{Group: g.ID}
	if removed, err = members.Keep(tx, list); err != nil {
		return nil, nil, fmt.Errorf("removing the other members of a group: %w", err)
	}
	if len(list) == 0 {
		return nil, removed, nil
	}
	missing, err := members.Missing(tx, list)
	if err != nil {
		return nil, nil, fmt.Errorf("looking for the members of a group: %w", err)
	}
	added, err = addTo(tx, g, sortedIDs(missing))
	return added, removed, err
}

// MembersPage is the members after one (empty: from the start), in the order of
// the primary key: a list of any length is read page by page.
func MembersPage(tx db.OwnedScope, g *Group, after string, limit int) ([]Member, error) {
	rows, err := db.ListDirectoryMembers(tx, g.ID, after, limit)
	if err != nil {
		return nil, fmt.Errorf("listing the members of a group: %w", err)
	}
	page := make([]Member, len(rows))
	for i, row := range rows {
		page[i] = memberOf(row)
	}
	return page, nil
}

// FirstMembers is the first page of the members of each of these groups: one
// query for all.
func FirstMembers(tx db.OwnedScope, list []Group, limit int) (map[id.DirectoryGroup][]Member, error) {
	ids := make([]id.DirectoryGroup, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	rows, err := db.ListFirstDirectoryMembers(tx, ids, limit)
	if err != nil {
		return nil, fmt.Errorf("listing the members of groups: %w", err)
	}
	of := make(map[id.DirectoryGroup][]Member, len(list))
	for _, row := range rows {
		of[row.GroupID] = append(of[row.GroupID], memberOf(row))
	}
	return of, nil
}

func memberOf(row db.DirectoryMember) Member {
	m := Member{ID: row.ID, Display: row.Display, Type: "User"}
	if row.IsGroup {
		m.Type = "Group"
	}
	return m
}

// PeopleIn are the people in a group after one, by their ids alone.
func PeopleIn(tx db.OwnedScope, g id.DirectoryGroup, after id.DirectoryUser, limit int) ([]id.DirectoryUser, error) {
	page, err := db.DirectoryMembers[id.DirectoryUser]{Group: g}.Page(tx, after, limit)
	if err != nil {
		return nil, fmt.Errorf("listing the people in a group: %w", err)
	}
	return page, nil
}

// IsMember says which of these are in the group.
func IsMember(tx db.OwnedScope, g *Group, list ...string) (map[string]bool, error) {
	of, in := readMembers(list), map[string]bool{}
	return in, errors.Join(noteIn(tx, g, of.people, in), noteIn(tx, g, of.groups, in))
}

func noteIn[K id.DirectoryUser | id.DirectoryGroup](tx db.OwnedScope, g *Group, list []K, in map[string]bool) error {
	if len(list) == 0 {
		return nil
	}
	missing, err := db.DirectoryMembers[K]{Group: g.ID}.Missing(tx, list)
	for _, one := range list {
		in[string(one)] = !slices.Contains(missing, one)
	}
	return err
}

func unknownMember(member string) error {
	if len(member) > 64 {
		member = member[:64] + "…"
	}
	return schema.ErrValue.WithMessage(fmt.Sprintf("members: this directory has no user and no group with the id %q.", member))
}

func sortedIDs[K ~string](list []K) []K {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

func batches[K any](list []K) (all [][]K) { return slices.Collect(slices.Chunk(list, batch)) }
