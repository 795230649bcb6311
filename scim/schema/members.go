package schema

import (
	"maps"
	"slices"
	"strconv"
)

// MembersOf are the ids of the members that a group's document names, each once,
// in their order. They are no part of its Resource: they have their own table.
func MembersOf(doc map[string]any) ([]string, error) {
	m := memberList{seen: map[string]bool{}}
	for _, key := range slices.Sorted(maps.Keys(doc)) {
		value := doc[key]
		switch nameKey(key) {
		case nameKey(GroupURN):
			within, _ := value.(map[string]any)
			value = within[KeyOf(within, "members")]
		case "members", nameKey(GroupURN + ":members"):
		default:
			continue
		}
		if err := m.take(value, true); err != nil {
			return nil, err
		}
	}
	return m.ids, nil
}

// MemberIDs are the ids in a value of members: a list, an object, or an id
// alone; the elements of a list likewise. $ref and display are not read.
func MemberIDs(value any) ([]string, error) {
	m := memberList{seen: map[string]bool{}}
	err := m.take(value, true)
	return m.ids, err
}

type memberList struct {
	ids  []string
	seen map[string]bool
}

func (m *memberList) take(value any, mayBeList bool) error {
	switch v := value.(type) {
	case []any:
		if !mayBeList {
			break
		}
		for _, element := range v {
			if err := m.take(element, false); err != nil {
				return err
			}
		}
		return nil
	case map[string]any:
		return m.object(v)
	case string:
		return m.id(v)
	case nil:
		return nil
	}
	return bad("members", "must be a list of objects with a value")
}

func (m *memberList) object(object map[string]any) error {
	if !Assigned(object) {
		return nil
	}
	id, ok := object[KeyOf(object, "value")].(string)
	if !ok || id == "" {
		return bad("members.value", "is missing: it is the id of the person or group")
	}
	return m.id(id)
}

func (m *memberList) id(id string) error {
	if len(id) > maxMember {
		return bad("members.value", "has at most "+strconv.Itoa(maxMember)+" bytes")
	}
	if id != "" && !m.seen[id] {
		m.seen[id] = true
		m.ids = append(m.ids, id)
	}
	return nil
}
