package guide

import (
	"net/url"
	"strings"
	"testing"
)

// A mark in the list that is not in the drawing, or the other way round, sends
// an admin looking for a field that isn't there.
func TestMarksOfValuesAndDrawingAgree(t *testing.T) {
	for _, g := range All() {
		for _, s := range g.Steps {
			values := map[string]Paste{}
			for _, p := range s.Paste {
				if (p.Value == "") == (p.Fixed == "") {
					t.Errorf("%s: %q needs one of ours, or a fixed value", g.Key, p.Field)
				}
				if _, twice := values[p.Mark]; twice && p.Mark != "" {
					t.Errorf("%s: two values %s", g.Key, p.Mark)
				}
				values[p.Mark] = p
			}
			if s.Form == nil {
				continue
			}
			for _, f := range s.Form.Fields {
				if f.Mark == "" {
					continue
				}
				if p, ok := values[f.Mark]; !ok || f.Value != p.Value || p.Fixed != f.Text {
					t.Errorf("%s: field %s %q draws %q, the list says %q%s", g.Key, f.Mark, f.Label, f.Value, p.Value, p.Fixed)
				}
			}
		}
	}
}

// An admin who is stuck reads the guide for who may do it, how, and where the
// next step's values are.
func TestEveryGuideIsWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, g := range All() {
		if seen[g.Key] || seen[g.Type] {
			t.Errorf("%s (%s) is there twice", g.Key, g.Type)
		}
		seen[g.Key], seen[g.Type] = true, true
		if g.Name == "" || g.Provider == "" || len(g.Role) == 0 || g.Minutes < 1 || g.Title == "" || g.Done == "" || len(g.Lede) == 0 || len(g.Steps) < 3 {
			t.Errorf("%s: not whole", g.Key)
		}
		switch g.Protocol {
		case "saml":
			if len(g.Metadata.Where) == 0 || !g.Metadata.Has(ByFile) || !g.Metadata.Has(ByHand) || g.Metadata.Issuer == "" || g.Metadata.SignInURL == "" || g.Metadata.Certificate == "" {
				t.Errorf("%s: where the metadata is", g.Key)
			}
			mustHave(t, g, EntityID, ACSURL)
		case "oidc":
			if len(g.Client.Where) == 0 || g.Client.Issuer == "" || g.Client.ID == "" || g.Client.Secret == "" || g.Client.Example == "" {
				t.Errorf("%s: where the client is", g.Key)
			}
			mustHave(t, g, RedirectURI)
		default:
			t.Errorf("%s: protocol %q", g.Key, g.Protocol)
		}
	}
}

func mustHave(t *testing.T, g Guide, values ...Value) {
	t.Helper()
	for _, v := range values {
		found := false
		for _, s := range g.Steps {
			for _, p := range s.Paste {
				found = found || p.Value == v
			}
		}
		if !found {
			t.Errorf("%s never says where %s goes", g.Key, v)
		}
	}
}

// A star that is not closed would be shown to customers, and a link must lead
// to the provider.
func TestTextsAreWellFormed(t *testing.T) {
	for _, g := range All() {
		check := func(where string, text Text) {
			if plain := text.With(g.Words("Fieldnote")).String(); strings.ContainsAny(plain, "*`{}") {
				t.Errorf("%s, %s: %q", g.Key, where, plain)
			}
		}
		check("role", g.Role)
		check("lede", g.Lede)
		check("metadata", g.Metadata.Where)
		check("metadata looks", g.Metadata.Looks)
		check("client", g.Client.Where)
		check("client's note", g.Client.Note)
		for _, s := range g.Steps {
			check(s.Title, s.Text)
			if u, err := url.Parse(s.Console.URL); s.Console.Label != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
				t.Errorf("%s: console %q", g.Key, s.Console.URL)
			}
		}
		for _, m := range g.Mistakes {
			check(m.Holds, m.Says)
		}
		for s, p := range g.Places {
			check(string(s), p.Path)
			if p.Field == "" {
				t.Errorf("%s: %s has no name", g.Key, s)
			}
		}
	}
}

// The diagnosis sends admins to these places; every provider must have each.
func TestEveryPlaceIsSomewhere(t *testing.T) {
	for _, g := range All() {
		needed := []Subject{Audience, ACS, Signing, Algorithm, Trust, Encryption, NameID, Claims, Assignment, Tile, Issuer}
		if g.Protocol == "oidc" {
			needed = []Subject{Redirect, Secret, Issuer, Claims, Assignment}
		}
		for _, s := range needed {
			if p := g.At(s); len(p.Path) == 0 || p.Field == "" {
				t.Errorf("%s: no place for %s", g.Key, s)
			}
		}
	}
}

// Runs are what pages are drawn from: a menu path that loses its marks reads
// as prose.
func TestSayReadsMarks(t *testing.T) {
	got := Say("Go to *Apps*, type `x*y`, and 2 * 3.").With(Words{})
	want := Text{{Plain, "Go to "}, {Screen, "Apps"}, {Plain, ", type "}, {Typed, "x*y"}, {Plain, ", and 2 * 3."}}
	if len(got) != len(want) {
		t.Fatalf("%q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("run %d is %q, want %q", i, got[i], want[i])
		}
	}
}

// A connection of a provider without a guide must not be shown Okta's.
func TestOthersHaveTheGuideOfAnyProvider(t *testing.T) {
	if g := For("CyberArkSAML", "saml"); g.Key != "saml" || g.Provider != "CyberArk" || g.Type != "CyberArkSAML" {
		t.Errorf("%+v", g)
	}
	if g := For("CleverOIDC", "oidc"); g.Key != "oidc" || g.Provider != "Clever" {
		t.Errorf("%+v", g)
	}
	if g := For("OktaOIDC", "oidc"); g.Key != "okta-oidc" {
		t.Errorf("%+v", g)
	}
	if w := For("GenericSAML", "saml").Words("Fieldnote"); w.Fill("{Provider} and {provider}") != "Your provider and your provider" {
		t.Errorf("%q", w.Fill("{Provider} and {provider}"))
	}
}

// The right address must never be called a mistake, and the usual mistake must.
func TestMistakesAreTold(t *testing.T) {
	for _, g := range All() {
		for _, right := range []string{g.Metadata.Example, g.Client.Example} {
			if says := g.Mistaken(right); right != "" && len(says) > 0 {
				t.Errorf("%s: %s is called a mistake: %s", g.Key, right, says)
			}
		}
	}
	if says := oktaSAML.Mistaken("https://halden.okta.com/app/exk1/sso/saml").String(); !strings.HasPrefix(says, "This is the sign-in page, not the metadata. In Okta use Sign On") {
		t.Errorf("%q", says)
	}
}
