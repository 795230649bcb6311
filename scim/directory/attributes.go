package directory

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"gatehouse/internal/field"
	"gatehouse/scim/schema"
)

// enterprise is the schema of RFC 7643 §4.3.
const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

// known are the custom attributes that every directory has, where a person has
// them (reference/wire-api.md 5).
var known = map[string]string{
	"job_title": "title", "username": "userName", "employee_type": "userType", "emails": "emails", "addresses": "addresses",
	"department_name": enterprise + ":department", "division_name": enterprise + ":division", "cost_center_name": enterprise + ":costCenter",
}

// The bounds of an attribute map.
const (
	maxMapped     = 50
	maxMappedName = 64
	maxMappedPath = 255
)

// checkMap is an attribute map as it is stored: names that can be members of
// JSON anywhere, and paths of a resource.
func checkMap(m map[string]string) (map[string]string, error) {
	out := make(map[string]string, len(m))
	if len(m) > maxMapped {
		return nil, badMember("attribute_map", "attribute_map has at most "+strconv.Itoa(maxMapped)+" attributes.")
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if name == "" || len(name) > maxMappedName || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			return nil, badMember("attribute_map", "The names in attribute_map have 1 to "+strconv.Itoa(maxMappedName)+" letters a to z, digits and underscores.")
		}
		path, err := field.Required("attribute_map", m[name], maxMappedPath)
		if err != nil {
			return nil, badMember("attribute_map", name+" in attribute_map needs the path of an attribute, such as title or "+enterprise+":department.")
		}
		out[name] = path
	}
	return out, nil
}

// attributes are the person's custom attributes: the known ones, and those that
// the directory maps, which come before them.
func (d *Directory) attributes(u *User) map[string]any {
	out := make(map[string]any, len(known)+len(d.AttributeMap))
	put := func(name, path string) {
		if v := at(u.Resource, path); v != nil {
			out[name] = v
		}
	}
	for name, path := range known {
		put(name, path)
	}
	if email := managerEmail(u.Resource); email != nil {
		out["manager_email"] = *email
	}
	for name, path := range d.AttributeMap {
		delete(out, name) // mapped elsewhere, and absent there: absent
		put(name, path)
	}
	return out
}

// managerEmail is the manager's address, where the provider sends that in the
// place of their id.
func managerEmail(r schema.Resource) *string {
	value := textAt(r, enterprise, "manager", "value")
	if value == nil || !strings.Contains(*value, "@") {
		return nil
	}
	return value
}

// at is what a resource has at a path: [URN:]attribute[.sub]; nil for nothing.
func at(r schema.Resource, path string) any {
	var where any = map[string]any(r)
	if colon := strings.LastIndexByte(path, ':'); colon >= 0 {
		// The URN may hold dots, and the attribute none before its own.
		where, path = member(where, path[:colon]), path[colon+1:]
	}
	for _, name := range strings.Split(path, ".") {
		where = member(where, name)
	}
	return where
}

// member is a member of an object, whatever the case of its name (RFC 7643
// §2.1); of a list it is that of the primary element, else of the first.
func member(where any, name string) any {
	if list, ok := where.([]any); ok {
		where = primaryOf(list)
	}
	m, _ := where.(map[string]any)
	if v, ok := m[name]; ok {
		return v
	}
	for key, v := range m {
		if strings.EqualFold(key, name) {
			return v
		}
	}
	return nil
}

func primaryOf(list []any) any {
	for _, e := range list {
		if m, ok := e.(map[string]any); ok && m["primary"] == true {
			return e
		}
	}
	if len(list) > 0 {
		return list[0]
	}
	return nil
}
