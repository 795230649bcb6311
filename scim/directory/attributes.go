package directory

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/scim/filter"
	"gatehouse/scim/schema"
)

// known are the custom attributes that every directory has, where a person has
// them (reference/wire-api.md 5).
var known = mapped{
	"job_title": target("title"), "username": target("userName"), "employee_type": target("userType"), "emails": target("emails"), "addresses": target("addresses"),
	"department_name": target(schema.EnterpriseURN + ":department"), "division_name": target(schema.EnterpriseURN + ":division"),
	"cost_center_name": target(schema.EnterpriseURN + ":costCenter"),
}

func target(path string) filter.Target {
	t, err := filter.ParseTarget(path)
	if err != nil {
		panic(err) // of the table above
	}
	return t
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
		if err == nil {
			_, err = readable(path)
		}
		if err != nil {
			return nil, badMember("attribute_map", name+` in attribute_map needs the path of an attribute, such as title, emails[type eq "work"].value or `+schema.EnterpriseURN+":department.")
		}
		out[name] = path
	}
	return out, nil
}

// readable is the path of an attribute; what is in brackets has to fit what the
// schema says of the attribute's elements.
func readable(path string) (filter.Target, error) {
	t, err := filter.ParseTarget(path)
	if err == nil && t.Where != nil {
		attr, _ := schema.User.Find(t.Path)
		_, err = filter.BindElement(attr, t.Where)
	}
	return t, err
}

// mapped are the custom attributes of a directory by name.
type mapped map[string]filter.Target

// mapping is the directory's own, which was checked as it was set.
func (d *Directory) mapping() mapped {
	m := make(mapped, len(d.AttributeMap))
	for name, path := range d.AttributeMap {
		if t, err := filter.ParseTarget(path); err == nil {
			m[name] = t
		}
	}
	return m
}

// of are the person's custom attributes: the known ones, and in their place
// those that the directory maps elsewhere. Absent is absent.
func (own mapped) of(r schema.Resource, managerEmail string) map[string]any {
	out := make(map[string]any, len(known)+len(own)+1)
	for name, t := range known {
		put(out, name, at(r, t))
	}
	if managerEmail != "" {
		out["manager_email"] = managerEmail
	}
	for name, t := range own {
		delete(out, name)
		put(out, name, at(r, t))
	}
	return small(out)
}

// maxCustom is how large a person's custom attributes are together: a map may
// name one large attribute fifty times, and what it comes to stands in every
// list and event.
const maxCustom = 64 << 10

// small is the attributes without the largest of them, where all are too large
// together. Nothing is lost: raw_attributes has the whole person.
func small(attributes map[string]any) map[string]any {
	sizes, left := make(map[string]int, len(attributes)), maxCustom
	for name, value := range attributes {
		sizes[name] = len(name) + schema.Least(value)
		left -= sizes[name]
	}
	if left >= 0 {
		return attributes
	}
	left = maxCustom
	for _, name := range slices.SortedFunc(maps.Keys(sizes), func(a, b string) int {
		return cmp.Or(cmp.Compare(sizes[a], sizes[b]), strings.Compare(a, b))
	}) {
		if left -= sizes[name]; left < 0 {
			delete(attributes, name)
		}
	}
	return attributes
}

func put(out map[string]any, name string, v any) {
	if v != nil {
		out[name] = v
	}
}

// at is what a resource has at t; nil for nothing. Of a list's elements it is
// the first that fits the brackets, or without brackets the primary one, where
// a sub-attribute is asked for.
func at(r schema.Resource, t filter.Target) any {
	whole, sub := t.Path, t.Sub
	if t.Where == nil {
		whole.Sub, sub = "", t.Path.Sub
	}
	list, many := r.At(schema.User, whole).([]any)
	if !many {
		if t.Where != nil {
			return nil
		}
		return r.At(schema.User, t.Path)
	}
	if t.Where == nil && sub == "" {
		return list
	}
	element := chosen(list, t)
	if sub == "" {
		return element
	}
	object, ok := element.(map[string]any)
	if !ok {
		return nil
	}
	return schema.Resource(object).At(schema.User, schema.Path{Attr: sub})
}

func chosen(list []any, t filter.Target) any {
	attr, _ := schema.User.Find(t.Path)
	for _, element := range list {
		if t.Where != nil {
			if fits, err := filter.MatchElement(attr, t.Where, element); err == nil && fits {
				return element
			}
		} else if object, _ := element.(map[string]any); object["primary"] == true {
			return element
		}
	}
	if t.Where == nil && len(list) > 0 {
		return list[0]
	}
	return nil
}

// managers are the addresses of these people's managers. A provider names a
// manager by the id that we gave them, or by an address.
func managers(tx *db.OrgTx, d *Directory, list []User) (map[string]string, error) {
	found, named := map[string]string{}, []id.DirectoryUser{}
	for _, u := range list {
		name := managerOf(u.Resource)
		if key, err := id.Parse[id.DirectoryUser](name); err == nil {
			named = append(named, key)
		} else if strings.Contains(name, "@") {
			found[name] = name
		}
	}
	if len(named) == 0 {
		return found, nil
	}
	rows, err := people.List(tx, db.Query{Where: []db.Cond{db.In("id", named), db.Eq("directory_id", d.ID)}})
	for _, m := range rows {
		if m.Email != nil {
			found[string(m.ID)] = *m.Email
		}
	}
	return found, err
}

// managerOf is how the person's manager is named; empty where nobody is.
func managerOf(r schema.Resource) string {
	extension, _ := r[schema.EnterpriseURN].(map[string]any)
	manager, _ := extension["manager"].(map[string]any)
	value, _ := manager["value"].(string)
	return value
}
