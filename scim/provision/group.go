package provision

import (
	"encoding/json"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
	"gatehouse/scim/patch"
	"gatehouse/scim/schema"
)

// CreateGroup adds a group with its members. A new group gives no role, even
// where one of that name did: mappings are of the group, not of its name.
func CreateGroup(tx *db.OrgTx, d *directory.Directory, r schema.Resource, members []string) (*directory.Group, error) {
	g, err := directory.InsertGroup(tx, d, r)
	if err != nil {
		return nil, err
	}
	added, _, err := directory.AddMembers(tx, g, members)
	if err != nil {
		return nil, err
	}
	w, err := directory.GroupWire(g)
	if err != nil {
		return nil, err
	}
	if err := audit.Record(tx, audit.DirectoryGroupCreated{DirectoryGroup: w}); err != nil {
		return nil, err
	}
	return g, recordMembers(tx, d, w, added, nil)
}

// UpdateGroup makes a group, which the caller holds, what next says, and
// changes who is in it. Roles follow in the same transaction, once, from all
// the groups that each of them is in then. It says whether anything changed.
func UpdateGroup(tx *db.OrgTx, d *directory.Directory, g *directory.Group, next schema.Resource, members []patch.Members) (changed bool, err error) {
	before, err := directory.GroupWire(g)
	if err != nil {
		return false, err
	}
	renamed := !g.Resource.Equal(next)
	if err := directory.UpdateGroup(tx, g, next); err != nil {
		return false, err
	}
	m := moves{}
	for _, change := range members {
		if err := m.make(tx, g, change); err != nil {
			return false, err
		}
	}
	after, err := directory.GroupWire(g)
	if err != nil {
		return false, err
	}
	if renamed {
		previous, err := previousOf(before, after)
		if err != nil {
			return false, err
		}
		if err := audit.Record(tx, audit.DirectoryGroupUpdated{DirectoryGroup: after, PreviousAttributes: previous}); err != nil {
			return false, err
		}
	}
	added, removed := m.sides()
	if err := recordMembers(tx, d, after, added, removed); err != nil {
		return false, err
	}
	gives, err := directory.GivesRole(tx, g.ID)
	if err != nil || !gives {
		return renamed || m.changed, err
	}
	return renamed || m.changed, regradeMembers(tx, append(added, removed...))
}

// moves is what the operations of one request come to: who is put in and taken
// out again was never there for anybody else.
type moves struct {
	net     map[id.DirectoryUser]int
	order   []id.DirectoryUser
	changed bool
}

func (m *moves) make(tx *db.OrgTx, g *directory.Group, c patch.Members) error {
	var added, removed []id.DirectoryUser
	var changed bool
	var err error
	switch {
	case c.Do == patch.Add:
		added, changed, err = directory.AddMembers(tx, g, c.IDs)
	case c.Do == patch.Replace:
		added, removed, changed, err = directory.ReplaceMembers(tx, g, c.IDs)
	case c.Where != nil:
		removed, changed, err = directory.RemoveMembersWhere(tx, g, c.Where)
	default:
		removed, changed, err = directory.RemoveMembers(tx, g, c.IDs)
	}
	m.changed = m.changed || changed
	m.count(added, 1)
	m.count(removed, -1)
	return err
}

func (m *moves) count(people []id.DirectoryUser, by int) {
	if m.net == nil {
		m.net = make(map[id.DirectoryUser]int, len(people))
	}
	for _, u := range people {
		if _, seen := m.net[u]; !seen {
			m.order = append(m.order, u)
		}
		m.net[u] += by
	}
}

func (m *moves) sides() (added, removed []id.DirectoryUser) {
	for _, u := range m.order {
		switch {
		case m.net[u] > 0:
			added = append(added, u)
		case m.net[u] < 0:
			removed = append(removed, u)
		}
	}
	return added, removed
}

// leftAtOnce is how many leave a group that is deleted by one transaction: one
// of 50,000 would keep all others waiting for long.
var leftAtOnce = 2000

// DeleteGroup forgets a group, which the caller holds: for each of its members
// that is leaving it. Of a large group the first leave and done is false: call
// it again, in another transaction. Whoever gives up in between has a smaller
// group, and nothing else.
func DeleteGroup(tx *db.OrgTx, d *directory.Directory, g *directory.Group) (done bool, err error) {
	w, err := directory.GroupWire(g)
	if err != nil {
		return false, err
	}
	some, err := directory.PeopleIn(tx, g.ID, "", leftAtOnce+1)
	if err != nil {
		return false, err
	}
	if done = len(some) <= leftAtOnce; !done {
		some = some[:leftAtOnce]
	}
	gives, err := directory.GivesRole(tx, g.ID)
	if err != nil {
		return false, err
	}
	list := make([]string, len(some))
	for i, u := range some {
		list[i] = string(u)
	}
	removed, _, err := directory.RemoveMembers(tx, g, list)
	if err != nil {
		return false, err
	}
	if done {
		if err := directory.DeleteGroup(tx, g); err != nil {
			return false, err
		}
	}
	if err := recordMembers(tx, d, w, nil, removed); err != nil {
		return false, err
	}
	if done {
		if err := audit.Record(tx, audit.DirectoryGroupDeleted{DirectoryGroup: w}); err != nil {
			return false, err
		}
	}
	if gives {
		err = regradeMembers(tx, removed)
	}
	return done, err
}

// recordAtOnce is of how many people entries are made at a time: a group of
// 50,000 is not held in memory.
const recordAtOnce = 512

// recordMembers records who came into a group and who left it, each once.
func recordMembers(tx *db.OrgTx, d *directory.Directory, g wire.DirectoryGroup, added, removed []id.DirectoryUser) error {
	g.RawAttributes = brief(g.RawAttributes)
	err := eachWire(tx, d, added, func(u wire.DirectoryUser) audit.Entry {
		return audit.DirectoryGroupUserAdded{DirectoryID: d.ID, User: u, Group: g}
	})
	if err != nil {
		return err
	}
	return eachWire(tx, d, removed, func(u wire.DirectoryUser) audit.Entry {
		return audit.DirectoryGroupUserRemoved{DirectoryID: d.ID, User: u, Group: g}
	})
}

// maxBrief is how large the attributes of a person or a group may be that stand
// in the entry of a membership. There is one for each member: a group that has
// 256 KiB of them would be written 50,000 times for a request of one line.
const maxBrief = 16 << 10

// brief is attributes as they stand there: all of them, or none. The resource
// has them, and the entry of its own last change.
func brief(attributes json.RawMessage) json.RawMessage {
	if len(attributes) > maxBrief {
		return json.RawMessage("{}")
	}
	return attributes
}

// briefUser is a person as they stand there.
func briefUser(u wire.DirectoryUser) wire.DirectoryUser {
	if len(u.RawAttributes) <= maxBrief { // what is large of a person stands there, too
		return u
	}
	u.RawAttributes, u.CustomAttributes = brief(u.RawAttributes), map[string]any{}
	for _, text := range []**string{&u.FirstName, &u.LastName, &u.Name, &u.JobTitle} {
		if *text != nil {
			*text = new(directory.Clip(**text, schema.MaxName))
		}
	}
	return u
}

func eachWire(tx *db.OrgTx, d *directory.Directory, people []id.DirectoryUser, entry func(wire.DirectoryUser) audit.Entry) error {
	for len(people) > 0 {
		some := people[:min(len(people), recordAtOnce)]
		people = people[len(some):]
		rows, err := directory.UsersByID(tx, some)
		if err != nil {
			return err
		}
		wires, err := directory.ToldWires(tx, d, rows)
		if err != nil {
			return err
		}
		entries := make([]audit.Entry, len(wires))
		for i := range wires {
			entries[i] = entry(briefUser(wires[i]))
		}
		if err := audit.RecordAll(tx, entries); err != nil {
			return err
		}
	}
	return nil
}
