package provision

import (
	"bytes"
	"encoding/json"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
)

// recordUser records that a person changed, and how they got an account by it.
func recordUser(tx *db.OrgTx, d *directory.Directory, before, after *directory.User, how How) error {
	both, err := directory.ToldWires(tx, d, []directory.User{*before, *after})
	if err != nil {
		return err
	}
	previous, err := previousOf(both[0], both[1])
	if err != nil {
		return err
	}
	if err := audit.Record(tx, audit.DirectoryUserUpdated{DirectoryUser: both[1], PreviousAttributes: previous}); err != nil || how == "" {
		return err
	}
	return audit.Record(tx, audit.DirectoryUserLinked{DirectoryUser: both[1], How: string(how)})
}

// maxPrevious is how large a member may be to be told twice, in bytes: a stream
// whose destination takes no entry of its size goes no further, for whosever
// entries it carries.
const maxPrevious = 64 << 10

// previousOf is the members of a resource on the wire that changed, as they
// were. That it changed at all is why somebody reads it, so updated_at is none.
// What was large is null.
func previousOf(before, after any) (map[string]any, error) {
	was, err := membersOf(before)
	if err != nil {
		return nil, err
	}
	is, err := membersOf(after)
	if err != nil {
		return nil, err
	}
	previous := map[string]any{}
	for name, value := range was {
		switch {
		case name == "updated_at" || bytes.Equal(value, is[name]):
		case len(value) > maxPrevious:
			previous[name] = nil
		default:
			previous[name] = value
		}
	}
	for name := range is {
		if _, had := was[name]; !had {
			previous[name] = nil
		}
	}
	return previous, nil
}

func membersOf(resource any) (map[string]json.RawMessage, error) {
	encoded, err := wire.Encode(resource)
	if err != nil {
		return nil, err
	}
	members := map[string]json.RawMessage{}
	return members, json.Unmarshal(encoded, &members)
}

// groupWires are the groups that a person is in.
func groupWires(tx *db.OrgTx, u *directory.User) ([]wire.DirectoryGroup, error) {
	of, err := directory.GroupsOf(tx, []id.DirectoryUser{u.ID})
	if err != nil {
		return nil, err
	}
	list := make([]wire.DirectoryGroup, len(of[u.ID]))
	for i := range of[u.ID] {
		if list[i], err = directory.GroupWire(&of[u.ID][i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}
