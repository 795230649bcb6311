package scim

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/filter"
	"gatehouse/scim/patch"
	"gatehouse/scim/schema"
)

// What was decided and why, in a sentence for the organization's admin.

// called is what people call the person.
func called(u *directory.User) string {
	for _, p := range []schema.Path{{Attr: "displayName"}, {Attr: "name", Sub: "formatted"}} {
		if name, _ := u.Resource.At(schema.User, p).(string); name != "" {
			return name
		}
	}
	first, _ := u.Resource.At(schema.User, schema.Path{Attr: "name", Sub: "givenName"}).(string)
	last, _ := u.Resource.At(schema.User, schema.Path{Attr: "name", Sub: "familyName"}).(string)
	if name := strings.TrimSpace(first + " " + last); name != "" {
		return name
	}
	return u.UserName
}

func createdReason(d *directory.Directory, u *directory.User) string {
	name := called(u)
	switch {
	case d.Staged:
		return "Created " + name + ". Nobody becomes a member before the directory is applied."
	case !u.Active:
		return "Created " + name + " as inactive: they are no member until the provider activates them."
	case u.UserID != nil:
		return "Created " + name + ": they are a member."
	case u.Email == nil:
		return "Created " + name + ". They have no email address, by which an account could be theirs, so they are no member yet."
	}
	return "Created " + name + ". Their membership waits until they prove that " + *u.Email + " is theirs, because the organization has not verified its domain."
}

// updated notes what of a person changed.
func (a *asked) updated(d *directory.Directory, before, after *directory.User) {
	name := called(after)
	switch {
	case before.Active && !after.Active:
		a.applied("user.deactivated", departed(d, after, "Deactivated "+name))
	case !before.Active && after.Active:
		a.applied("user.reactivated", "Activated "+name+reactivated(d, after)+".")
	default:
		a.applied("user.updated", "Changed "+changes(before.Resource, after.Resource)+" of "+name+".")
	}
}

func reactivated(d *directory.Directory, u *directory.User) string {
	switch {
	case d.Staged:
		return ". Nobody becomes a member before the directory is applied"
	case u.UserID == nil:
		return ". Their membership waits until they prove their mailbox"
	}
	return ": they are a member, with the role that their groups give. No old session comes back"
}

func deletedReason(d *directory.Directory, u *directory.User) string {
	if !u.Active {
		return "Deleted " + called(u) + ", who was deactivated already."
	}
	return departed(d, u, "Deleted "+called(u))
}

// departed says what ended when somebody left.
func departed(d *directory.Directory, u *directory.User, did string) string {
	if d.Staged {
		return did + ". The directory is not applied yet, so nobody left the organization."
	}
	left := u.Left()
	switch {
	case u.UserID == nil && (left == nil || left.UserID == nil && !left.Kept):
		return did + ". They had not become a member yet."
	case left == nil:
		return did + ": their membership is suspended."
	case left.Kept:
		return did + " in the directory. They are the organization's last owner and stay a member: somebody else has to become an owner first."
	case left.UserID == nil:
		return did + ". Another directory of the organization still has them, so they stay a member."
	}
	return fmt.Sprintf("%s: their membership is suspended, %s.", did, ended(left))
}

func ended(left *directory.Departure) string {
	what := []string{count(left.Sessions, "session")}
	if left.APIKeys > 0 {
		what = append(what, count(left.APIKeys, "API key"))
	}
	if left.Sessions == 0 && left.APIKeys == 0 {
		return "and they had no session to end"
	}
	return "and " + strings.Join(what, " and ") + " ended"
}

func count[N int | int64](n N, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// maxChanges is how many attributes a sentence names.
const maxChanges = 6

// changes names the attributes that differ.
func changes(before, after schema.Resource) string {
	names := map[string]bool{}
	note := func(a, b map[string]any, prefix string) {
		for key, value := range a {
			if other, ok := b[key]; !ok || !schema.Same(value, other) {
				names[prefix+key] = true
			}
		}
	}
	for _, key := range slices.Concat(slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(after))) {
		a, isObject := before[key].(map[string]any)
		b, also := after[key].(map[string]any)
		switch {
		case strings.Contains(key, ":") && (isObject || also): // an extension: its attributes have names
			note(a, b, "")
			note(b, a, "")
		case !schema.Same(before[key], after[key]):
			names[key] = true
		}
	}
	sorted := slices.Sorted(maps.Keys(names))
	if len(sorted) > maxChanges {
		sorted = append(sorted[:maxChanges], "more")
	}
	return list(sorted)
}

// list joins words as a sentence does.
func list(words []string) string {
	switch n := len(words); n {
	case 0:
		return "what is stored"
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}

func withMembers(n int) string {
	if n == 0 {
		return ", without members"
	}
	return " with " + count(n, "member")
}

// updatedGroup notes what of a group changed.
func (a *asked) updatedGroup(tx *db.OrgTx, changed bool, before, after *directory.Group, members []patch.Members) error {
	does, whom, err := a.membersOf(tx, members)
	if err != nil {
		return err
	}
	renamed := before.DisplayName != after.DisplayName
	switch {
	case !changed:
		a.same()
		if does != "" && len(members) == 1 {
			a.does = does
		}
	case len(members) == 0 && renamed:
		a.applied("group.renamed", "Renamed the group "+before.DisplayName+" to "+after.DisplayName+". It keeps its members and what it gives.")
	case len(members) == 0:
		a.applied("group.updated", "Changed "+changes(before.Resource, after.Resource)+" of the group "+after.DisplayName+".")
	default:
		reason := whom + " " + after.DisplayName + "."
		if renamed {
			reason += " Its name was " + before.DisplayName + "."
		}
		a.applied(does, reason)
	}
	return nil
}

// membersOf says what becomes of members, and of whom where it is one person.
func (a *asked) membersOf(tx *db.OrgTx, members []patch.Members) (does, sentence string, err error) {
	if len(members) == 0 {
		return "", "", nil
	}
	if len(members) > 1 {
		return "group.members_changed", "Changed who is in the group", nil
	}
	m := members[0]
	if only := namedIn(m.Where); only != "" {
		m.IDs, m.Where = []string{only}, nil
	}
	who := count(len(m.IDs), "member")
	if len(m.IDs) == 1 {
		if who, err = a.member(tx, m.IDs[0]); err != nil {
			return "", "", err
		}
	}
	switch {
	case m.Do == patch.Add:
		return "group.members_added", "Added " + who + " to the group", nil
	case m.Do == patch.Remove && m.Where != nil:
		return "group.members_removed", "Removed whoever fits the filter from the group", nil
	case m.Do == patch.Remove:
		return "group.members_removed", "Removed " + who + " from the group", nil
	case len(m.IDs) == 0:
		return "group.members_replaced", "Removed everybody from the group", nil
	}
	return "group.members_replaced", "Made " + who + " all that are in the group", nil
}

// member is what people call the one person whom a change is about.
func (a *asked) member(tx *db.OrgTx, key string) (string, error) {
	person, err := id.Parse[id.DirectoryUser](key)
	if err != nil {
		return "1 member", nil
	}
	a.person = &person
	u, err := directory.GetUser(tx, a.c.token.DirectoryID, person)
	if errors.Is(err, db.ErrNotFound) {
		return "somebody who is not in the directory", nil
	}
	if err != nil {
		return "", err
	}
	return called(u), nil
}

// namedIn is the one member that members[value eq "…"] names.
func namedIn(n filter.Node) string {
	c, ok := n.(filter.Compare)
	if !ok || c.Op != filter.Eq || schema.Fold(c.Path.Attr) != "value" {
		return ""
	}
	text, _ := c.Value.(string)
	return text
}
