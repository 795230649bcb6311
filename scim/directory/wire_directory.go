package directory

import (
	"errors"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/tenants"
)

// The states on the wire (reference/wire-api.md 5): of a directory itself, and
// within events, where there are two.
var states, eventStates = map[State]string{Waiting: "validating", Active: "linked", Inactive: "unlinked", Deleting: "deleting"},
	map[State]string{Waiting: "inactive", Active: "active", Inactive: "inactive", Deleting: "inactive"}

// Wire is the directory as every caller sees it.
func (d *Directory) Wire() wire.Directory {
	return wire.Directory{ID: d.ID, OrganizationID: d.OrganizationID, ExternalKey: string(d.ID), Type: d.Type, State: states[d.State], Name: d.Name,
		CreatedAt: wire.At(d.CreatedAt), UpdatedAt: wire.At(d.UpdatedAt)}
}

// EventOf is the directory as events tell of it.
func EventOf(tx *db.OrgTx, d *Directory) (wire.DirectoryEvent, error) {
	w := wire.DirectoryEvent{Directory: d.Wire(), State: eventStates[d.State]}
	all, err := tenants.Domains(tx)
	if err != nil {
		return w, err
	}
	for _, domain := range all {
		w.Domains = append(w.Domains, domain.Wire())
	}
	w.Domain = domainOf(d.OrganizationID, all)
	return w, nil
}

// domainOf is the domain that stands with an organization's directories: the
// first that it has verified.
func domainOf(org id.Organization, all []tenants.Domain) string {
	for _, domain := range all {
		if domain.OrganizationID == org && domain.State == tenants.Verified {
			return domain.Domain
		}
	}
	return ""
}

// record writes the entry that make makes of the directory as it is now.
func (d *Directory) record(tx *db.OrgTx, entry func(audit.Directory) audit.Entry) error {
	w, err := EventOf(tx, d)
	if err != nil {
		return err
	}
	return audit.Record(tx, entry(audit.Directory{DirectoryEvent: w}))
}

// Endpoint is where the directory's provider pushes; base is the deployment's address.
func Endpoint(base string, d id.Directory) string { return base + "/scim/v2/" + string(d) }

// Show is the directory with all that is set of it.
func Show(tx db.OwnedScope, base string, d *Directory) (wire.DirectoryDetail, error) {
	w := wire.DirectoryDetail{SCIM: wire.DirectorySCIM{Endpoint: Endpoint(base, d.ID)}, AttributeMap: d.AttributeMap, TrustRoles: d.TrustRoles, JIT: d.JIT, Staged: d.Staged,
		HeldAt: wire.MaybeAt(d.HeldAt), LastSyncedAt: wire.MaybeAt(d.LastSyncedAt), ActivatedAt: wire.MaybeAt(d.ActivatedAt)}
	all, err := Wires(tx, []Directory{*d})
	if err != nil {
		return w, err
	}
	w.Directory = all[0]
	return w, nil
}

// Wires are directories with their domains and with how many are in them, as
// lists show them.
func Wires(tx db.OwnedScope, list []Directory) ([]wire.Directory, error) {
	orgs, keys := make([]id.Organization, len(list)), make([]id.Directory, len(list))
	for i, d := range list {
		orgs[i], keys[i] = d.OrganizationID, d.ID
	}
	all, err1 := tenants.Domains(tx, orgs...)
	counts, err2 := db.CountDirectories(tx, keys)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	out := make([]wire.Directory, len(list))
	for i := range list {
		n, m := counts[list[i].ID], &wire.DirectoryMetadata{}
		m.Users.Active, m.Users.Inactive, m.Groups = n.UsersActive, n.UsersInactive, n.GroupsTotal
		out[i] = list[i].Wire()
		out[i].Domain, out[i].Metadata = domainOf(list[i].OrganizationID, all), m
	}
	return out, nil
}
