package tenants_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/tenants"
)

// Every spelling of a verified domain is that domain; else somebody claims the
// variant (attacks T5).
func TestDomainsHaveOneSpelling(t *testing.T) {
	for typed, want := range map[string]string{
		"example.com": "example.com", " Example.COM. ": "example.com", "bücher.example": "xn--bcher-kva.example",
		"BÜCHER.example": "xn--bcher-kva.example", "xn--bcher-kva.example": "xn--bcher-kva.example", "例え。テスト": "xn--r8jz45g.xn--zckzah",
		"sub.example.com": "sub.example.com", "ａcme.example": "acme.example", "acme．example．": "acme.example", "例え。テスト。": "xn--r8jz45g.xn--zckzah",
		"XN--BCHER-KVA.Example": "xn--bcher-kva.example", "acme｡example.": "acme.example", "\u200bacme.example": "acme.example", "ac\u00adme.example": "acme.example",
	} {
		if got, err := tenants.NormalizeDomain(typed); got != want || err != nil {
			t.Errorf("%q: %q, %v", typed, got, err)
		}
	}
	for _, typed := range []string{
		"", ".", "localhost", "a..b", ".example.com", "ex ample.com", "a_b.example", "192.0.2.1", "1.2.3", "[::1]", "https://x.example", "x.example/", "x.example:80",
		"x@y.example", "*.example.com", "-a.example", strings.Repeat("a", 64) + ".example", strings.Repeat("a.", 130) + "example", "a\x00.example", "xn--\xff.example",
		"a.example..", "a.example.。", "。a.example", "xn--acme-.example", "аcme..example", "a/b.example", "a.example#", "１９２．０．２．１",
	} {
		if got, err := tenants.NormalizeDomain(typed); !errors.Is(err, tenants.ErrInvalidDomain) {
			t.Errorf("%q: %q, %v", typed, got, err)
		}
	}
}

// What is everybody's is nobody's: whoever verified it would take in strangers
// and decide how they sign in.
func TestEverybodysDomainsAreRefused(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		o := create(t, d, tenants.New{Name: "x"})
		for typed, want := range map[string]error{
			"co.uk": tenants.ErrPublicSuffix, "GitHub.io.": tenants.ErrPublicSuffix, "公司.cn": tenants.ErrPublicSuffix, "xn--55qx5d.cn": tenants.ErrPublicSuffix,
			"gmail.com": tenants.ErrMailProvider, "ＧＭＡＩＬ．ｃｏｍ": tenants.ErrMailProvider, "Outlook.COM.": tenants.ErrMailProvider,
			"acme.co.uk": nil, "acme.github.io": nil, "mail.gmail.com": nil, strings.Repeat("a.", 112) + "example": tenants.ErrInvalidDomain,
		} {
			for _, state := range []tenants.DomainState{tenants.Pending, tenants.Verified} {
				err := d.InOrg(t.Context(), o.ID, who, func(tx *db.OrgTx) error {
					added, err := tenants.AddDomain(tx, typed, state)
					if err == nil {
						err = tenants.DeleteDomain(tx, added.ID)
					}
					return err
				})
				if !errors.Is(err, want) {
					t.Errorf("%q: %v", typed, err)
				}
			}
		}
	})
}

// Every spelling of a verified domain finds its organization, and no
// subdomain, sibling or look-alike does (attacks T5).
func TestNoVariantOfADomainIsFree(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		o := create(t, d, tenants.New{Name: "x", Domains: []tenants.NewDomain{{Domain: "bücher.example", State: tenants.Verified}}})
		other := create(t, d, tenants.New{Name: "y"})
		for typed, held := range map[string]bool{
			"BÜCHER.example.": true, "xn--bcher-kva.EXAMPLE": true, "bücher。example": true, "bu\u0308cher.example": true, "ｂücher．example": true,
			"www.bücher.example": false, "example": false, "bucher.example": false, "bücher.example.com": false, "xbücher.example": false, "büchеr.example": false,
		} {
			must(t, d.Locate(t.Context(), func(tx *db.AllTx) error {
				org, found, err := tenants.LocateDomain(tx, typed)
				if found != held || held && org != o.ID {
					t.Errorf("%q: %v %v", typed, org, found)
				}
				return err
			}))
			if !held {
				continue
			}
			err := d.InOrg(t.Context(), other.ID, who, func(tx *db.OrgTx) error {
				_, err := tenants.AddDomain(tx, typed, tenants.Verified)
				return err
			})
			if !errors.Is(err, tenants.ErrDomainTaken) {
				t.Errorf("%q is held twice: %v", typed, err)
			}
		}
	})
}

// A claim is not a proof: only who verified a domain is found by it.
func TestOnlyVerifiedDomainsAreLocated(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		claims := create(t, d, tenants.New{Name: "claims", Domains: []tenants.NewDomain{{Domain: "a.example"}}})
		locate := func() (found id.Organization, ok bool) {
			must(t, d.Locate(t.Context(), func(tx *db.AllTx) (err error) {
				found, ok, err = tenants.LocateDomain(tx, "A.example.")
				return err
			}))
			return
		}
		if _, ok := locate(); ok {
			t.Error("a claim was taken for a proof")
		}
		holds := create(t, d, tenants.New{Name: "holds", Domains: []tenants.NewDomain{{Domain: "a.example", State: tenants.Verified}}})
		if found, ok := locate(); !ok || found != holds.ID {
			t.Errorf("%v %v", found, ok)
		}
		err := d.InOrg(t.Context(), claims.ID, who, func(tx *db.OrgTx) error {
			_, err := tenants.Update(tx, tenants.Change{Domains: &[]tenants.NewDomain{{Domain: "a.example", State: tenants.Verified}}})
			return err
		})
		if !errors.Is(err, tenants.ErrDomainTaken) {
			t.Errorf("a second holder: %v", err)
		}
	})
}

// Another organization's domain is not found, and stays.
func TestDomainsOfOthersAreNotFound(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a := create(t, d, tenants.New{Name: "a"})
		b := create(t, d, tenants.New{Name: "b", Domains: []tenants.NewDomain{{Domain: "b.example"}}})
		var foreign tenants.Domain
		must(t, d.ReadDeployment(t.Context(), func(tx *db.AllTx) error {
			all, err := tenants.Domains(tx, b.ID)
			foreign = all[0]
			if owner, err := tenants.LocateDomainOwner(tx, foreign.ID); owner != b.ID || err != nil {
				t.Errorf("%v, %v", owner, err)
			}
			return err
		}))
		must(t, d.InOrg(t.Context(), a.ID, who, func(tx *db.OrgTx) error {
			if err := tenants.DeleteDomain(tx, foreign.ID); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("deleting: %v", err)
			}
			if all, err := tenants.Domains(tx, b.ID); len(all) != 0 || err != nil {
				t.Errorf("listing: %v, %v", all, err)
			}
			return nil
		}))
	})
}

// An organization has the deployment's roles and no operator's; seeding twice
// changes nothing.
func TestRolesAreTheDeployments(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		var system id.Organization
		for range 2 {
			must(t, d.InDeployment(t.Context(), who, func(tx *db.AllTx) (err error) {
				if err := tenants.SeedRoles(tx); err != nil {
					return err
				}
				system, err = tenants.EnsureSystemOrganization(tx)
				return err
			}))
		}
		o := create(t, d, tenants.New{Name: "x"})
		for org, want := range map[id.Organization][]string{
			o.ID:   {"owner", "admin", "member"},
			system: {"owner", "admin", "developer", "member", "support", "viewer"},
		} {
			must(t, d.ReadOrg(t.Context(), org, func(tx *db.OrgTx) error {
				rows, err := tenants.Roles(tx)
				var slugs []string
				for _, r := range rows {
					slugs = append(slugs, r.Slug)
				}
				if !slices.Equal(slugs, want) {
					t.Errorf("%v, want %v", slugs, want)
				}
				return err
			}))
		}
		must(t, d.ReadOrg(t.Context(), o.ID, func(tx *db.OrgTx) error {
			if _, err := tenants.RoleBySlug(tx, tenants.ViewerRole); !errors.Is(err, tenants.ErrInvalidRole) {
				t.Errorf("an operator's role in a customer's organization: %v", err)
			}
			r, err := tenants.RoleBySlug(tx, tenants.OwnerRole)
			if err == nil && r.Wire().Type != "EnvironmentRole" {
				t.Errorf("%+v", r.Wire())
			}
			return err
		}))
	})
}

// Two nodes that start at once on an empty database make one system organization.
func TestOneSystemOrganization(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		var wg sync.WaitGroup
		found := make([]id.Organization, 4)
		for i := range found {
			wg.Go(func() {
				err := d.InDeployment(t.Context(), who, func(tx *db.AllTx) (err error) {
					found[i], err = tenants.EnsureSystemOrganization(tx)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, org := range found {
			if org == "" || org != found[0] {
				t.Errorf("%v", found)
			}
		}
	})
}

const png = "\x89PNG\r\n\x1a\nrest"

// A look that cannot be drawn, linked or served safely is refused.
func TestBrandingRefusesWhatIsNotSafe(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		o := create(t, d, tenants.New{Name: "x"})
		round := int64(99)
		for name, b := range map[string]tenants.Branding{
			"a colour":     {Color: p("red;}body{display:none")},
			"a radius":     {Radius: &round},
			"a layout":     {Layout: "sideways"},
			"a script":     {PrivacyURL: p("javascript:alert(1)")},
			"plain http":   {TermsURL: p("http://x.example")},
			"no host":      {TermsURL: p("https:///x")},
			"an SVG":       {Logo: []byte("<svg onload=alert(1)>")},
			"a large logo": {Logo: []byte(png + strings.Repeat("x", 256<<10))},
			"words":        {PanelWords: p(strings.Repeat("x", 281))},
		} {
			err := d.InOrg(t.Context(), o.ID, who, func(tx *db.OrgTx) error { _, err := tenants.SetBranding(tx, b); return err })
			if err == nil {
				t.Errorf("%s was taken", name)
			}
		}
	})
}

// Branding is kept, replaced as a whole, and found for the login page.
func TestBrandingIsReplaced(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		o := create(t, d, tenants.New{Name: "x"})
		liar := "text/html"
		must(t, d.InOrg(t.Context(), o.ID, who, func(tx *db.OrgTx) error {
			if b, err := tenants.GetBranding(tx); b != nil || err != nil {
				t.Errorf("before: %v, %v", b, err)
			}
			first := tenants.Branding{Color: p("#0a0"), Logo: []byte(png), LogoType: &liar, SupportURL: p("mailto:help@x.example"), SecuredBy: true}
			if _, err := tenants.SetBranding(tx, first); err != nil {
				return err
			}
			_, err := tenants.SetBranding(tx, tenants.Branding{Color: p("#00a"), Layout: tenants.LayoutSplit, Logo: []byte(png), LogoType: &liar})
			return err
		}))
		must(t, d.Locate(t.Context(), func(tx *db.AllTx) error {
			b, err := tenants.LocateBranding(tx, o.ID)
			must(t, err)
			if *b.Color != "#00a" || b.Layout != "split" || b.SupportURL != nil || b.SecuredBy || *b.LogoType != "image/png" {
				t.Errorf("%+v", b)
			}
			none, err := tenants.LocateBranding(tx, id.New[id.Organization]())
			if none != nil {
				t.Errorf("%+v", none)
			}
			return err
		}))
	})
}
