package directory

import (
	"maps"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
)

// Edit says what becomes of a directory; nil leaves a member as it is.
type Edit struct {
	Type         *Type
	Name         *string
	On           *bool // false: every request is refused
	AttributeMap *map[string]string
	TrustRoles   *bool
	JIT          *bool
	SetupStep    **string
}

// Change edits a directory, and gives it back as it is then.
func Change(tx *db.OrgTx, d id.Directory, e Edit) (*Directory, error) {
	before, err := Hold(tx, d)
	if err == nil && before.State == Deleting {
		err = db.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	set, changed, err := e.set(before)
	if err != nil || len(set) == 0 {
		return before, err
	}
	if _, err := directories.Update(tx, d, set); err != nil {
		return nil, err
	}
	after, err := Get(tx, d)
	if err != nil || len(changed) == 0 {
		return after, err
	}
	return after, after.RecordUpdated(tx, changed...)
}

// RecordUpdated records that these members of the directory changed.
func (d *Directory) RecordUpdated(tx *db.OrgTx, changed ...string) error {
	return d.record(tx, func(e audit.Directory) audit.Entry { return audit.DirectoryUpdated{Directory: e, Changed: changed} })
}

// set is the columns that get other values, and their names on the wire, but
// for what is the set-up's own.
func (e Edit) set(before *Directory) (db.Set, []string, error) {
	set, changed := db.Set{}, []string{}
	note := func(column, member string, value any) {
		set[column] = value
		changed = append(changed, member)
	}
	if e.Type != nil && *e.Type != before.Type {
		if err := checkType(*e.Type); err != nil {
			return nil, nil, err
		}
		note("type", "type", *e.Type)
	}
	if e.Name != nil {
		name, err := field.Required("name", *e.Name, field.MaxName)
		if err != nil {
			return nil, nil, err
		}
		if name != before.Name {
			note("name", "name", name)
		}
	}
	if e.On != nil && before.switched(*e.On) != before.State {
		note("state", "state", before.switched(*e.On))
	}
	if e.AttributeMap != nil {
		attributes, err := checkMap(*e.AttributeMap)
		if err != nil {
			return nil, nil, err
		}
		if !maps.Equal(attributes, before.AttributeMap) {
			note("attribute_map", "attribute_map", db.JSON(attributes))
		}
	}
	if e.TrustRoles != nil && *e.TrustRoles != before.TrustRoles {
		note("trust_roles", "trust_roles", *e.TrustRoles)
	}
	if e.JIT != nil && *e.JIT != before.JIT {
		note("jit", "jit_provisioning", *e.JIT)
	}
	if e.SetupStep != nil {
		step, err := field.Optional("setup_step", *e.SetupStep, field.MaxName)
		if err != nil {
			return nil, nil, err
		}
		set["setup_step"] = step // nobody looks for it in the log
	}
	return set, changed, nil
}

// switched is the state of a directory that is turned on or off. One into
// which nothing came yet waits for it again.
func (d *Directory) switched(on bool) State {
	switch {
	case !on:
		return Inactive
	case d.ActivatedAt == nil:
		return Waiting
	}
	return Active
}

// Activate makes a directory that waits an active one: a provider's first
// request was let in. It reports whether this was the first.
func Activate(tx *db.OrgTx, d *Directory) (bool, error) {
	now := tx.Now()
	n, err := directories.Update(tx, d.ID, db.Set{"state": Active, "activated_at": now}, db.Eq("state", Waiting))
	if err != nil || n == 0 {
		return false, err
	}
	d.State, d.ActivatedAt = Active, &now
	return true, d.record(tx, func(e audit.Directory) audit.Entry { return audit.DirectoryActivated{Directory: e} })
}
