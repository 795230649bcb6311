package sso

import (
	"errors"
	"slices"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/tenants"
)

const maxDomains = 100

// Domains are the domains of these connections, or of the one.
func Domains(tx db.OwnedScope, cs ...id.Connection) ([]Domain, error) {
	if len(cs) == 0 {
		return nil, nil
	}
	return domains.List(tx, db.Query{Where: []db.Cond{db.In("connection_id", cs)}})
}

// setDomains makes a connection's domains those of names. One that stays keeps
// its id. Whether the organization holds them is asked at each sign-in: a
// domain may be proven later, and may be lost.
func setDomains(tx *db.OrgTx, c id.Connection, names []string) error {
	want, err := normalized(names)
	if err != nil {
		return err
	}
	have, err := Domains(tx, c)
	if err != nil {
		return err
	}
	for _, d := range have {
		at := slices.Index(want, d.Domain)
		if at >= 0 {
			want = slices.Delete(want, at, at+1)
			continue
		}
		if _, err := domains.Delete(tx, d.ID); err != nil {
			return err
		}
	}
	for _, name := range want {
		err := domains.Insert(tx, &Domain{ID: id.New[id.ConnectionDomain](), ConnectionID: c, Domain: name})
		if err != nil && !errors.Is(err, db.ErrDuplicate) {
			return err
		}
	}
	return nil
}

// normalized are the names in their one spelling, each once.
func normalized(names []string) ([]string, error) {
	var wrong faults
	if len(names) > maxDomains {
		wrong.add("domains", "A connection has at most 100 domains.")
		return nil, wrong.as(ErrInvalid)
	}
	var out []string
	for _, name := range names {
		domain, err := tenants.NormalizeDomain(name)
		if err != nil {
			return nil, tenants.ErrInvalidDomain.WithDetails(problem.Detail{Code: "invalid_domain", Field: "domains", Message: tenants.ErrInvalidDomain.Message})
		}
		if !slices.Contains(out, domain) {
			out = append(out, domain)
		}
	}
	return out, nil
}

// LocateForDomain is home-realm discovery: the connections that sign in the
// people of a mail domain. They are active ones of the organization that has
// verified it: those that name the domain, or else those that name none.
func LocateForDomain(tx *db.AllTx, domain string) ([]Connection, error) {
	org, held, err := tenants.LocateDomain(tx, domain)
	if err != nil || !held {
		return nil, err
	}
	name, err := tenants.NormalizeDomain(domain)
	if err != nil {
		return nil, nil // no domain is nobody's
	}
	all, err := LocateActive(tx, org)
	if err != nil {
		return nil, err
	}
	ids := make([]id.Connection, len(all))
	for i, c := range all {
		ids[i] = c.ID
	}
	theirs, err := Domains(tx, ids...)
	if err != nil {
		return nil, err
	}
	var named, open []Connection
	for _, c := range all {
		its := slices.DeleteFunc(slices.Clone(theirs), func(d Domain) bool { return d.ConnectionID != c.ID })
		switch {
		case len(its) == 0:
			open = append(open, c)
		case slices.ContainsFunc(its, func(d Domain) bool { return d.Domain == name }):
			named = append(named, c)
		}
	}
	if len(named) > 0 {
		return named, nil
	}
	return open, nil
}
