package patch

import (
	"slices"

	"gatehouse/scim/filter"
	"gatehouse/scim/schema"
)

// changeMembers notes what becomes of a group's members.
func (w *work) changeMembers(p place, a *schema.Attribute, value any) error {
	switch {
	case p.Where != nil:
		return w.changeSelected(p, a, value)
	case p.Sub != "":
		return schema.ErrMutability.WithMessage("A member's " + p.Sub + " cannot be changed; add or remove the member.")
	case p.op == OpRemove && value == nil:
		w.note(Members{Do: Replace})
		return nil
	}
	ids, err := schema.MemberIDs(value)
	if err != nil {
		return err
	}
	switch p.op {
	case OpReplace:
		w.note(Members{Do: Replace, IDs: ids})
	case OpAdd:
		w.note(Members{Do: Add, IDs: ids})
	case OpRemove:
		w.note(Members{Do: Remove, IDs: ids})
	}
	return nil
}

// changeSelected is changeMembers for members[…].
func (w *work) changeSelected(p place, a *schema.Attribute, value any) error {
	if err := w.spend(matching * clauses(p.Where)); err != nil {
		return err
	}
	if _, err := filter.BindElement(a, p.Where); err != nil {
		return err
	}
	ids, byID := idsOf(p.Where)
	if p.op == OpRemove {
		switch {
		case p.Sub != "":
			return schema.ErrMutability.WithMessage("A member's " + p.Sub + " cannot be removed; remove the member.")
		case byID:
			w.note(Members{Do: Remove, IDs: ids})
		default:
			w.note(Members{Do: Remove, Where: p.Where})
		}
		return nil
	}
	if !byID || len(ids) != 1 {
		return schema.ErrNoTarget.WithMessage(`To add a member, name their id: members[value eq "…"], or a value.`)
	}
	return w.addSelected(p, ids, value)
}

// addSelected is add or replace at members[value eq "id"]: the member is there
// afterwards, as an element of any list would be. Another id is another member.
func (w *work) addSelected(p place, ids []string, value any) error {
	if p.Sub != "" {
		value = map[string]any{p.Sub: value}
	}
	if sent, ok := value.(map[string]any); ok {
		value = sent[schema.KeyOf(sent, "value")]
	}
	if id, ok := value.(string); schema.Assigned(value) && (!ok || id != ids[0]) {
		return schema.ErrMutability.WithMessage("A member's value cannot be changed; remove the one and add the other.")
	}
	w.note(Members{Do: Add, IDs: ids})
	return nil
}

// idsOf are the ids in value eq "a" or value eq "b"; false for any other filter.
func idsOf(n filter.Node) ([]string, bool) {
	switch n := n.(type) {
	case filter.Or:
		left, ok := idsOf(n.Left)
		right, also := idsOf(n.Right)
		return append(left, right...), ok && also
	case filter.Compare:
		id, ok := n.Value.(string)
		return []string{id}, ok && n.Op == filter.Eq && schema.Group.Canonical(schema.Path{Attr: "members", Sub: n.Path.Attr}).Sub == "value"
	}
	return nil, false
}

// note adds a change, unless it is none: to add or remove nobody.
func (w *work) note(m Members) {
	if m.Do != Replace && len(m.IDs) == 0 && m.Where == nil {
		return
	}
	w.members = append(w.members, m)
}

// gather makes one change of neighbours that do the same, and names each id once:
// Okta adds a hundred people by a hundred operations.
func gather(changes []Members) []Members {
	var out []Members
	for _, m := range changes {
		last := len(out) - 1
		if last >= 0 && m.Do != Replace && m.Where == nil && out[last].Do == m.Do && out[last].Where == nil {
			out[last].IDs = append(out[last].IDs, m.IDs...)
			continue
		}
		m.IDs = slices.Clone(m.IDs)
		out = append(out, m)
	}
	for i := range out {
		seen := make(map[string]bool, len(out[i].IDs))
		out[i].IDs = slices.DeleteFunc(out[i].IDs, func(id string) bool {
			twice := seen[id]
			seen[id] = true
			return twice
		})
	}
	return out
}
