package tenants_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/tenants"
)

var who = actor.System("test")

func p(s string) *string { return &s }

func create(t *testing.T, d *db.DB, n tenants.New) *tenants.Organization {
	t.Helper()
	var o *tenants.Organization
	must(t, d.Tx(t.Context(), who, func(tx *db.Tx) (err error) {
		o, err = tenants.Create(tx, n)
		return err
	}))
	return o
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// events are the types in the organization's log, oldest first
func events(t *testing.T, d *db.DB, org id.Organization) []string {
	t.Helper()
	var types []string
	must(t, d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
		rows, err := audit.List(tx, audit.Filter{Oldest: true})
		for _, e := range rows {
			types = append(types, e.Type)
		}
		return err
	}))
	return types
}

// An organization comes back as it was made, and its own log says so.
func TestCreateKeepsWhatWasSaid(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		made := create(t, d, tenants.New{
			Name: "  Acme ", ExternalID: p("crm-1"), Metadata: map[string]string{"tier": "gold"},
			Domains: []tenants.NewDomain{{Domain: "Acme.Example.", State: tenants.Verified}, {Domain: "bücher.example"}},
		})
		must(t, d.ReadOrg(t.Context(), made.ID, func(tx *db.OrgTx) error {
			o, err := tenants.Get(tx, made.ID)
			must(t, err)
			if o.Name != "Acme" || *o.ExternalID != "crm-1" || o.Metadata["tier"] != "gold" || o.CreatedAt.IsZero() {
				t.Errorf("%+v", o)
			}
			found, err := tenants.GetByExternalID(tx, "crm-1")
			if err != nil || found.ID != made.ID {
				t.Errorf("by external id: %v, %v", found, err)
			}
			domains, err := tenants.Domains(tx)
			if len(domains) != 2 || domains[0].Domain != "acme.example" || domains[0].State != tenants.Verified ||
				domains[0].VerificationStrategy != tenants.Manual || domains[1].Domain != "xn--bcher-kva.example" ||
				domains[1].State != tenants.Pending || domains[1].VerificationToken == nil {
				t.Errorf("%+v", domains)
			}
			return err
		}))
		if got := events(t, d, made.ID); !slices.Equal(got, []string{"organization.created", "organization_domain.created", "organization_domain.created"}) {
			t.Errorf("%v", got)
		}
	})
}

// What an organization may not be called, or hold, is refused and leaves nothing.
func TestCreateRefusesBadMembers(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		create(t, d, tenants.New{Name: "first", ExternalID: p("taken"), Domains: []tenants.NewDomain{{Domain: "held.example", State: tenants.Verified}}})
		for name, c := range map[string]struct {
			n    tenants.New
			want *problem.Error
		}{
			"no name":      {tenants.New{}, problem.ErrInvalid},
			"external id":  {tenants.New{Name: "x", ExternalID: p("taken")}, field.ErrExternalIDTaken},
			"metadata":     {tenants.New{Name: "x", Metadata: map[string]string{strings.Repeat("k", 41): ""}}, field.ErrInvalidMetadata},
			"not a domain": {tenants.New{Name: "x", Domains: []tenants.NewDomain{{Domain: "no domain"}}}, tenants.ErrInvalidDomain},
			"held domain":  {tenants.New{Name: "x", Domains: []tenants.NewDomain{{Domain: "HELD.example", State: tenants.Verified}}}, tenants.ErrDomainTaken},
			"twice":        {tenants.New{Name: "x", Domains: []tenants.NewDomain{{Domain: "a.example"}, {Domain: "A.example."}}}, tenants.ErrDomainTwice},
			"a state":      {tenants.New{Name: "x", Domains: []tenants.NewDomain{{Domain: "b.example", State: "legacy"}}}, problem.ErrInvalid},
		} {
			err := d.Tx(t.Context(), who, func(tx *db.Tx) error { _, err := tenants.Create(tx, c.n); return err })
			if !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		must(t, d.Read(t.Context(), func(tx *db.Tx) error {
			if n, err := tenants.Count(tx); n != 1 || err != nil {
				t.Errorf("%d organizations stayed, %v", n, err)
			}
			return nil
		}))
	})
}

// Only named members change, and null clears.
func TestUpdateChangesWhatIsNamed(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		o := create(t, d, tenants.New{Name: "old", ExternalID: p("x"), Metadata: map[string]string{"a": "1", "b": "2"}})
		create(t, d, tenants.New{Name: "other", ExternalID: p("taken")})
		var none *string
		must(t, d.InOrg(t.Context(), o.ID, who, func(tx *db.OrgTx) error {
			after, err := tenants.Update(tx, tenants.Change{Name: p("new"), Metadata: map[string]*string{"a": nil, "c": p("3")}})
			must(t, err)
			if after.Name != "new" || *after.ExternalID != "x" || len(after.Metadata) != 2 || after.Metadata["c"] != "3" {
				t.Errorf("%+v", after)
			}
			if same, err := tenants.Update(tx, tenants.Change{}); err != nil || !same.UpdatedAt.Equal(after.UpdatedAt) {
				t.Errorf("no change: %+v, %v", same, err)
			}
			after, err = tenants.Update(tx, tenants.Change{ExternalID: &none, ClearMetadata: true})
			must(t, err)
			if after.Name != "new" || after.ExternalID != nil || len(after.Metadata) != 0 {
				t.Errorf("%+v", after)
			}
			taken := p("taken")
			if _, err = tenants.Update(tx, tenants.Change{ExternalID: &taken}); !errors.Is(err, field.ErrExternalIDTaken) {
				t.Errorf("another's external id: %v", err)
			}
			return nil
		}))
		if got := events(t, d, o.ID); !slices.Equal(got, []string{"organization.created", "organization.updated", "organization.updated"}) {
			t.Errorf("%v", got)
		}
	})
}

// Replacing the domains keeps the ids and the proofs of those that stay.
func TestReplacedDomainsKeepTheirProof(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		o := create(t, d, tenants.New{Name: "x", Domains: []tenants.NewDomain{{Domain: "keep.example", State: tenants.Verified}, {Domain: "drop.example"}}})
		must(t, d.InOrg(t.Context(), o.ID, who, func(tx *db.OrgTx) error {
			before, err := tenants.Domains(tx)
			must(t, err)
			_, err = tenants.Update(tx, tenants.Change{Domains: &[]tenants.NewDomain{{Domain: "KEEP.example"}, {Domain: "new.example"}}})
			must(t, err)
			after, err := tenants.Domains(tx)
			if len(after) != 2 || after[0].ID != before[0].ID || after[0].State != tenants.Verified || after[1].Domain != "new.example" {
				t.Errorf("%+v", after)
			}
			return err
		}))
		want := []string{"organization.created", "organization_domain.created", "organization_domain.created", "organization_domain.deleted", "organization_domain.created", "organization.updated"}
		if got := events(t, d, o.ID); !slices.Equal(got, want) {
			t.Errorf("%v", got)
		}
	})
}

// A list never shows the operators' organization, and filters by name and domain.
func TestListFindsCustomers(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		must(t, d.InDeployment(t.Context(), who, func(tx *db.AllTx) error { _, err := tenants.EnsureSystemOrganization(tx); return err }))
		create(t, d, tenants.New{Name: "Acme", Domains: []tenants.NewDomain{{Domain: "acme.example"}}})
		create(t, d, tenants.New{Name: "100%_Zeta"})
		for name, c := range map[string]struct {
			q    tenants.ListQuery
			want []string
		}{
			"all":          {tenants.ListQuery{}, []string{"100%_Zeta", "Acme"}},
			"name":         {tenants.ListQuery{Search: "aCM"}, []string{"Acme"}},
			"wildcards":    {tenants.ListQuery{Search: "%_z"}, []string{"100%_Zeta"}},
			"operators":    {tenants.ListQuery{Search: "Operators"}, nil},
			"domain":       {tenants.ListQuery{Domains: []string{"none.example", "ACME.example."}}, []string{"Acme"}},
			"not a domain": {tenants.ListQuery{Domains: []string{"' OR 1=1"}}, nil},
		} {
			must(t, d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
				rows, _, err := tenants.List(tx, c.q)
				var names []string
				for _, o := range rows {
					names = append(names, o.Name)
				}
				if !slices.Equal(names, c.want) {
					t.Errorf("%s: %v, want %v", name, names, c.want)
				}
				return err
			}))
		}
	})
}

// Deleting takes everything below with it, is told in the log, and is refused
// for the operators' own.
func TestDeleteTakesWhatHangsOnIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		o := create(t, d, tenants.New{Name: "x", Domains: []tenants.NewDomain{{Domain: "x.example", State: tenants.Verified}}})
		must(t, d.InOrg(t.Context(), o.ID, who, func(tx *db.OrgTx) error {
			if _, err := tenants.SetBranding(tx, tenants.Branding{Color: p("#123456")}); err != nil {
				return err
			}
			return tenants.Delete(tx)
		}))
		must(t, d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
			if _, err := tenants.Get(tx, o.ID); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("%v", err)
			}
			if _, ok, err := tenants.LocateDomain(tx, "x.example"); ok || err != nil {
				t.Errorf("the domain is still held, %v", err)
			}
			return nil
		}))
		want := []string{"organization.created", "organization_domain.created", "organization.branding_updated", "organization.deleted"}
		if got := events(t, d, o.ID); !slices.Equal(got, want) {
			t.Errorf("%v", got)
		}
		var system id.Organization
		must(t, d.InDeployment(t.Context(), who, func(tx *db.AllTx) (err error) {
			system, err = tenants.EnsureSystemOrganization(tx)
			return err
		}))
		if err := d.InOrg(t.Context(), system, who, tenants.Delete); !errors.Is(err, tenants.ErrSystemOrganization) {
			t.Errorf("the operators' organization: %v", err)
		}
	})
}
