package sso_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/sso"
	"gatehouse/tenants"
)

// A connection comes back as it was made; complete ones sign people in at
// once, others wait; and the organization's log says so.
func TestCreateKeepsWhatWasSaid(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := organization(t, d, "halden.example")
		n := newConnection(t, "OktaSAML", byHand(0))
		n.Domains, n.DefaultRole = []string{"Halden.Example.", "halden.example", "bücher.example"}, "admin"
		n.AttributeMap = sso.AttributeMap{Email: []string{"mail"}, Custom: map[string][]string{"desk": {"office"}}}
		c := make1(t, d, org, n)
		if c.State != sso.Active || c.Name != "Halden Marine OktaSAML" || c.ActivatedAt == nil || c.OrganizationID != org || *c.DefaultRole != "admin" {
			t.Errorf("%+v", c)
		}
		if end := providerKeys()[0].Certificate.NotAfter; c.CertificateExpiresAt == nil || !c.CertificateExpiresAt.Equal(end) {
			t.Errorf("certificate ends %v, want %v", c.CertificateExpiresAt, end)
		}
		s := load(t, d, c)
		if s.Connection.AttributeMap.Email[0] != "mail" || s.Connection.AttributeMap.Custom["desk"][0] != "office" || s.Live.SAML.IDPEntityID != "https://idp.halden.example" ||
			!s.Live.SAML.SignRequests || s.Live.SAML.ClockSkewSeconds != 180 || len(s.Live.SAML.Certificates) != 1 {
			t.Errorf("%+v %+v", s.Connection, s.Live.SAML)
		}
		draft := make1(t, d, org, newConnection(t, "GenericOIDC", sso.Configure{}))
		if draft.State != sso.Draft || draft.Protocol != sso.OIDC {
			t.Errorf("%+v", draft)
		}
		must(t, d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
			domains, err := sso.Domains(tx, c.ID)
			if len(domains) != 2 || domains[0].Domain != "halden.example" || domains[1].Domain != "xn--bcher-kva.example" {
				t.Errorf("%+v", domains)
			}
			return err
		}))
		if got := happened(t, d, org); !slices.Equal(got, []string{"created", "activated", "created"}) {
			t.Errorf("%v", got)
		}
	})
}

// What cannot be kept is refused by name, and nothing is made.
func TestCreateRefuses(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := organization(t, d)
		for name, c := range map[string]struct {
			spoil func(*sso.New)
			field string
		}{
			"no such type":        {func(n *sso.New) { n.Type = "MagicLink" }, "connection_type"},
			"no such state":       {func(n *sso.New) { n.State = "validating" }, "state"},
			"active, not set up":  {func(n *sso.New) { n.State, n.Configuration = sso.Active, sso.Configuration{} }, "saml.idp_entity_id"},
			"no domain":           {func(n *sso.New) { n.Domains = []string{"localhost"} }, "domains"},
			"too many domains":    {func(n *sso.New) { n.Domains = slices.Repeat([]string{"a.example"}, 101) }, "domains"},
			"owner by default":    {func(n *sso.New) { n.DefaultRole = tenants.OwnerRole }, "default_role"},
			"owner by a group":    {func(n *sso.New) { n.RoleMappings = []sso.RoleMapping{{Group: "g", RoleSlug: "owner"}} }, "role_slug"},
			"a group twice":       {func(n *sso.New) { n.RoleMappings = []sso.RoleMapping{{"g", "admin"}, {"g", "member"}} }, "role_mappings"},
			"an empty attribute":  {func(n *sso.New) { n.AttributeMap.Email = []string{" "} }, "attribute_map.email"},
			"a name with control": {func(n *sso.New) { n.Name = "a\nb" }, "name"},
		} {
			n := newConnection(t, "GenericSAML", byHand(0))
			c.spoil(&n)
			err := in(t, d, org, func(tx *db.OrgTx) error { _, err := sso.Create(tx, n); return err })
			t.Run(name, func(t *testing.T) { faulty(t, err, c.field) })
		}
		n := newConnection(t, "GenericSAML", byHand(0))
		n.DefaultRole = "captain"
		if err := in(t, d, org, func(tx *db.OrgTx) error { _, err := sso.Create(tx, n); return err }); !errors.Is(err, tenants.ErrInvalidRole) {
			t.Errorf("an unknown role: %v", err)
		}
		if got := happened(t, d, org); len(got) != 0 {
			t.Errorf("%v", got)
		}
	})
}

// Another organization's connection is not there: not to read, change or delete.
func TestAConnectionBelongsToItsOrganization(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := make1(t, d, organization(t, d), newConnection(t, "GenericSAML", byHand(0)))
		other := organization(t, d)
		for name, try := range map[string]func(tx *db.OrgTx) error{
			"get":    func(tx *db.OrgTx) error { _, err := sso.Get(tx, c.ID); return err },
			"load":   func(tx *db.OrgTx) error { _, err := sso.Load(tx, c.ID); return err },
			"update": func(tx *db.OrgTx) error { _, err := sso.Update(tx, c.ID, sso.Change{Name: p("x")}); return err },
			"off":    func(tx *db.OrgTx) error { _, err := sso.Deactivate(tx, c.ID); return err },
			"delete": func(tx *db.OrgTx) error { return sso.Delete(tx, c.ID) },
			"key":    func(tx *db.OrgTx) error { _, err := sso.AddKey(tx, c.ID, providerKeys()[0]); return err },
			"trust":  func(tx *db.OrgTx) error { _, err := sso.AddCertificate(tx, c.ID, pem(1)); return err },
			"try":    func(tx *db.OrgTx) error { return sso.SetCandidate(tx, c.ID, byHand(1)) },
		} {
			if err := in(t, d, other, try); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		must(t, d.Locate(t.Context(), func(tx *db.AllTx) error {
			org, err := sso.LocateConnection(tx, c.ID)
			if org != c.OrganizationID {
				t.Errorf("located in %s", org)
			}
			return err
		}))
	})
}

// Turning on and off is said once, and a connection without a provider is not
// turned on: people would be sent nowhere.
func TestTurningOnAndOff(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := organization(t, d)
		c := make1(t, d, org, newConnection(t, "GenericSAML", sso.Configure{}))
		on := func(tx *db.OrgTx) error { _, err := sso.Activate(tx, c.ID); return err }
		off := func(tx *db.OrgTx) error { _, err := sso.Deactivate(tx, c.ID); return err }
		faulty(t, in(t, d, org, on), "saml.idp_entity_id", "saml.idp_sso_url", "saml.idp_certificates")
		must(t, in(t, d, org, func(tx *db.OrgTx) error {
			_, err := sso.Update(tx, c.ID, sso.Change{Configure: byHand(0)})
			return err
		}))
		for _, step := range []func(*db.OrgTx) error{on, on, off, off} {
			must(t, in(t, d, org, step))
		}
		err := in(t, d, org, func(tx *db.OrgTx) error { _, err := sso.ChangeState(tx, c.ID, sso.Draft); return err })
		if !errors.Is(err, sso.ErrState) {
			t.Errorf("back to a draft: %v", err)
		}
		must(t, in(t, d, org, func(tx *db.OrgTx) error { return sso.Delete(tx, c.ID) }))
		if got := happened(t, d, org); !slices.Equal(got, []string{"created", "updated", "activated", "deactivated", "deleted"}) {
			t.Errorf("%v", got)
		}
	})
}

// Home-realm discovery sends nobody to a provider of an organization that has
// not verified the domain, and asks where several may be meant.
func TestLocateForDomain(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org := organization(t, d, "halden.example", "halden.net")
		n := newConnection(t, "GenericSAML", byHand(0))
		open := make1(t, d, org, n)
		n.Domains = []string{"halden.net"}
		named, twin := make1(t, d, org, n), make1(t, d, org, n)
		n.State = sso.Inactive
		make1(t, d, org, n)
		other := organization(t, d)
		n.State, n.Domains = sso.Active, []string{"halden.example", "stranger.example"}
		make1(t, d, other, n)
		for domain, want := range map[string][]id.Connection{
			"halden.example": {open.ID}, "HALDEN.example.": {open.ID}, "halden.net": {named.ID, twin.ID},
			"mail.halden.net": nil, "stranger.example": nil, "": nil, "not a domain": nil,
		} {
			must(t, d.Locate(t.Context(), func(tx *db.AllTx) error {
				rows, err := sso.LocateForDomain(tx, domain)
				var got []id.Connection
				for _, c := range rows {
					got = append(got, c.ID)
				}
				if !slices.Equal(got, want) {
					t.Errorf("%q: %v, want %v", domain, got, want)
				}
				return err
			}))
		}
	})
}

// Lists are filtered as the wire says, each page costs the same, and a
// stranger's rows are in none.
func TestList(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		org, other := organization(t, d), organization(t, d)
		n := newConnection(t, "OktaSAML", byHand(0))
		n.Name, n.Domains = "Okta of Halden", []string{"halden.example"}
		okta := make1(t, d, org, n)
		oidc := newConnection(t, "GenericOIDC", sso.Configure{})
		oidc.Name = "Draft 100%"
		draft := make1(t, d, org, oidc)
		foreign := make1(t, d, other, newConnection(t, "OktaSAML", byHand(0)))
		all := []id.Connection{foreign.ID, draft.ID, okta.ID}
		for _, c := range []struct {
			q    sso.ListQuery
			want []id.Connection
		}{
			{sso.ListQuery{}, all},
			{sso.ListQuery{Organization: org}, all[1:]},
			{sso.ListQuery{Type: "OktaSAML"}, []id.Connection{foreign.ID, okta.ID}},
			{sso.ListQuery{Domain: "HALDEN.example"}, []id.Connection{okta.ID}},
			{sso.ListQuery{Domain: "none.example"}, nil}, {sso.ListQuery{Domain: "'"}, nil},
			{sso.ListQuery{Search: "100%"}, []id.Connection{draft.ID}}, {sso.ListQuery{Search: "okta of"}, []id.Connection{okta.ID}},
			{sso.ListQuery{State: sso.Draft}, []id.Connection{draft.ID}}, {sso.ListQuery{Protocol: sso.OIDC}, []id.Connection{draft.ID}},
			{sso.ListQuery{CertificateBefore: time.Now()}, nil},
			{sso.ListQuery{CertificateBefore: time.Now().AddDate(11, 0, 0)}, []id.Connection{foreign.ID, okta.ID}},
			{sso.ListQuery{Page: db.Page{Limit: 1, After: string(foreign.ID)}}, []id.Connection{draft.ID}},
		} {
			must(t, d.Locate(t.Context(), func(tx *db.AllTx) error {
				rows, _, err := sso.List(tx, c.q)
				var got []id.Connection
				for _, row := range rows {
					got = append(got, row.ID)
				}
				if !slices.Equal(got, c.want) {
					t.Errorf("%+v: %v, want %v", c.q, got, c.want)
				}
				return err
			}))
		}
		must(t, d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
			rows, _, err := sso.List(tx, sso.ListQuery{Type: "OktaSAML"})
			if len(rows) != 1 || rows[0].ID != okta.ID {
				t.Errorf("%v", rows)
			}
			return err
		}))
	})
}

// Okta takes no underscore in an address; people and old links bring both
// spellings back.
func TestAddresses(t *testing.T) {
	c := id.New[id.Connection]()
	for _, address := range []string{sso.MetadataURL("https://sso.example", c), sso.ACSURL("https://sso.example", c), sso.SLOURL("https://sso.example", c),
		sso.StartURL("https://sso.example", c), sso.RedirectURI("https://sso.example", c), sso.JWKSURL("https://sso.example", c), sso.BackchannelURL("https://sso.example", c)} {
		part, _, _ := strings.Cut(address[strings.Index(address, "conn"):], "/")
		if strings.Contains(address, "_") || !strings.HasPrefix(address, "https://sso.example/sso/") {
			t.Error(address)
		}
		if got, err := sso.ParseParam(part); err != nil || got != c {
			t.Errorf("%s: %q, %v", part, got, err)
		}
	}
	if got, err := sso.ParseParam(string(c)); err != nil || got != c {
		t.Errorf("%q, %v", got, err)
	}
	for _, bad := range []string{"", "conn-", "conn-1", "org_01J9ZZZZZZZZZZZZZZZZZZZZZZ", strings.ToLower(string(c)), "conn-" + string(c)} {
		if got, err := sso.ParseParam(bad); !errors.Is(err, db.ErrNotFound) {
			t.Errorf("%q: %q, %v", bad, got, err)
		}
	}
}
