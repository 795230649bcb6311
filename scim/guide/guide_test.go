package guide

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"gatehouse/sso/guide"
)

// A mark in the list that is not in the drawing, or the other way round, sends
// an admin looking for a field that isn't there.
func TestMarksOfValuesAndDrawingAgree(t *testing.T) {
	for _, g := range All() {
		for _, s := range g.Steps {
			values := map[string]guide.Paste{}
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

// An admin who is stuck reads the guide for who may do it, how, what it looks
// like when it is right, and when to expect the first people.
func TestEveryGuideIsWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, g := range All() {
		if seen[g.Key] || seen[g.Name] {
			t.Errorf("%s (%s) is there twice", g.Key, g.Name)
		}
		seen[g.Key], seen[g.Name] = true, true
		if g.Type == "" || g.Name == "" || g.Provider == "" || len(g.Role) == 0 || g.Minutes < 1 || g.Title == "" || g.Done == "" || len(g.Lede) == 0 || len(g.Steps) < 3 {
			t.Errorf("%s: not whole", g.Key)
		}
		if len(g.Right) == 0 || len(g.First) == 0 || len(g.Leaving) == 0 {
			t.Errorf("%s: what it looks like, when the first people come, or what is sent of leavers", g.Key)
		}
		for _, needed := range []guide.Value{Endpoint, Token} {
			found := 0
			for _, s := range g.Steps {
				for _, p := range s.Paste {
					if p.Value == needed {
						found++
					}
				}
			}
			if found != 1 {
				t.Errorf("%s says %d times where %s goes", g.Key, found, needed)
			}
		}
	}
}

// A star that is not closed would be shown to customers, and a link must lead
// to the provider.
func TestTextsAreWellFormed(t *testing.T) {
	for _, g := range All() {
		check := func(where string, text guide.Text) {
			if plain := text.With(g.Words("Fieldnote")).String(); strings.ContainsAny(plain, "*`{}") {
				t.Errorf("%s, %s: %q", g.Key, where, plain)
			}
		}
		for where, text := range map[string]guide.Text{"role": g.Role, "lede": g.Lede, "right": g.Right, "first": g.First, "leaving": g.Leaving} {
			check(where, text)
		}
		for _, s := range g.Steps {
			check(s.Title, s.Text)
			if u, err := url.Parse(s.Console.URL); s.Console.Label != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
				t.Errorf("%s: console %q", g.Key, s.Console.URL)
			}
		}
		for s, p := range g.Places {
			check(string(s), p.Path)
		}
	}
}

// The sync activity sends admins to these places; every provider must have each.
func TestEveryPlaceIsSomewhere(t *testing.T) {
	for _, g := range All() {
		for _, s := range []Subject{Credentials, Mapping, Assignment, Groups, Again} {
			if p := g.At(s); len(p.Path) == 0 || p.Field == "" {
				t.Errorf("%s: no place for %s", g.Key, s)
			}
		}
	}
	if p, ok := okta.Mend("invalidValue"); !ok || p.Field != "Attribute Mappings" {
		t.Errorf("a value that Okta sends wrongly is mended at %q", p.Field)
	}
	if p, ok := okta.Mend("precondition_failed"); ok {
		t.Errorf("a stale version is mended at %q", p.Field)
	}
}

// Two providers share one type of the wire: the directory's name tells which
// guide is whose. A type without a guide must not be shown Okta's.
func TestTheGuideOfADirectory(t *testing.T) {
	for _, c := range []struct{ kind, name, want string }{
		{"okta scim v2.0", "Okta", "okta"},
		{"okta scim v2.0", "Halden's people", "okta"},
		{pingType, "PingOne", "pingone"},
		{pingType, "pingfederate", "pingfederate"},
		{pingType, "Crew", "pingone"},
		{"generic scim v2.0", "Google Workspace", "google"},
		{"generic scim v2.0", "Crew", "scim"},
		{"workday", "Workday", "scim"},
	} {
		if g := For(c.kind, c.name); g.Key != c.want || g.Type != c.kind {
			t.Errorf("%s, %s: %s of %s", c.kind, c.name, g.Key, g.Type)
		}
	}
}

// OneLogin refuses a template that is not JSON, without saying where.
func TestOneLoginsTemplateIsJSON(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal([]byte(oneLoginTemplate), &doc); err != nil {
		t.Fatal(err)
	}
	for _, needed := range []string{"schemas", "userName", "active", "emails"} {
		if doc[needed] == nil {
			t.Errorf("%s is missing", needed)
		}
	}
}
