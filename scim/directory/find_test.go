package directory_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/scim/directory"
	"gatehouse/scim/filter"
	"gatehouse/scim/schema"
)

// crowd is a directory full of people and groups, and the documents that a
// provider sees of them.
type crowd struct {
	d     *db.DB
	org   id.Organization
	dir   *directory.Directory
	users []map[string]any
	group []map[string]any
	told  int // filters that found some and not all
}

// words are values and literals alike, so that comparisons meet: letters that
// fold, signs that patterns and quotes are made of, one a part of another.
var words = []string{"a", "A", "anna", "ANNA", "Anna Åberg", "ÅBERG", "a\u030aberg", "ab", "b", "100%", "_", "%", "o'neil", `"q"`, `\`, "ß", "SS", "Ωmega", "ωMEGA", "кот", "КОТ", "😀", "a b", "work", "home", "true", "False", "x\uFFFD", "\uD7FF"}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func chance(r *rand.Rand, percent int) bool { return r.IntN(100) < percent }

func anyone(r *rand.Rand, i int) map[string]any {
	m := map[string]any{"userName": fmt.Sprintf("%s%d", pick(r, words), i), "active": chance(r, 70)}
	put := func(name string, value func() any) {
		if chance(r, 60) {
			m[name] = value()
		}
	}
	word := func() any { return pick(r, words) }
	put("externalId", word)
	put("displayName", word)
	put("title", word)
	put("name", func() any { return map[string]any{"familyName": word(), "givenName": word()} })
	for _, list := range []string{"emails", "phoneNumbers", "roles"} {
		put(list, func() any {
			var out []any
			for range 1 + r.IntN(3) {
				e := map[string]any{"value": word()}
				if chance(r, 60) {
					e["type"] = pick(r, []string{"work", "Work", "home"})
				}
				if chance(r, 20) {
					delete(e, "value")
					e["display"] = word()
				}
				out = append(out, e)
			}
			if chance(r, 50) {
				out[0].(map[string]any)["primary"] = chance(r, 70)
			}
			return out
		})
	}
	put("addresses", func() any {
		return []any{map[string]any{"country": word(), "type": "work"}, map[string]any{"country": word()}}
	})
	put(schema.EnterpriseURN, func() any {
		return map[string]any{"department": word(), "manager": map[string]any{"value": word(), "displayName": word()}}
	})
	put("urn:example:params:2.0:User", func() any {
		return map[string]any{"Tag": word(), "flag": chance(r, 50), "list": []any{word(), map[string]any{"value": word()}, true}, "sub": map[string]any{"Deep": word()}, "object": map[string]any{"value": word()}, "n": 5}
	})
	return m
}

const stamp = "2006-01-02T15:04:05.999999Z"

func document(r schema.Resource, key string, created, updated time.Time, version int64, kind string) map[string]any {
	doc := map[string]any{}
	for k, v := range r {
		doc[k] = v
	}
	doc["id"] = key
	doc["meta"] = map[string]any{"resourceType": kind, "created": created.UTC().Format(stamp), "lastModified": updated.UTC().Format(stamp), "version": fmt.Sprintf(`W/"%d"`, version)}
	return doc
}

func newCrowd(t *testing.T, d *db.DB, seed uint64, people, groups int) *crowd {
	r := rand.New(rand.NewPCG(seed, 1))
	forward := clock(d)
	c := &crowd{d: d, org: organization(t, d)}
	c.dir, _ = newDirectory(t, d, c.org, directory.New{})
	list := []*directory.User{}
	for i := range people {
		forward(time.Duration(r.IntN(3)) * 777 * time.Microsecond)
		inOrg(t, d, c.org, func(tx *db.OrgTx) error {
			res, err := schema.User.Normalize(anyone(r, i))
			must(t, err)
			u, err := insert(tx, c.dir, res)
			list = append(list, u)
			return err
		})
	}
	within := map[string][]any{}
	for i := range groups {
		inOrg(t, d, c.org, func(tx *db.OrgTx) error {
			name := fmt.Sprintf("%s%d", pick(r, words), i)
			res, err := schema.Group.Normalize(map[string]any{"displayName": name, "externalId": pick(r, words)})
			must(t, err)
			g, err := directory.InsertGroup(tx, c.dir, res)
			must(t, err)
			members := []any{}
			var ids []string
			for _, u := range list {
				if chance(r, 15) {
					ids = append(ids, string(u.ID))
					members = append(members, map[string]any{"value": string(u.ID), "type": "User"})
					within[string(u.ID)] = append(within[string(u.ID)], map[string]any{"value": string(g.ID), "display": name, "type": "direct"})
				}
			}
			if len(c.group) > 0 && chance(r, 50) {
				child := c.group[0]["id"].(string)
				ids = append(ids, child)
				members = append(members, map[string]any{"value": child, "type": "Group"})
			}
			_, _, err = directory.AddMembers(tx, g, ids)
			doc := document(g.Resource, string(g.ID), g.CreatedAt, g.UpdatedAt, g.Version, "Group")
			if len(members) > 0 {
				doc["members"] = members
			}
			c.group = append(c.group, doc)
			return err
		})
	}
	for _, u := range list {
		doc := document(u.Resource, string(u.ID), u.CreatedAt, u.UpdatedAt, u.Version, "User")
		doc["active"] = u.Active
		if of := within[string(u.ID)]; of != nil {
			doc["groups"] = of
		}
		c.users = append(c.users, doc)
	}
	return c
}

// draw makes filters that Check lets through.
func (c *crowd) draw(r *rand.Rand, docs []map[string]any, paths []string, depth int) string {
	if depth > 0 && chance(r, 60) {
		left, right := c.draw(r, docs, paths, depth-1), c.draw(r, docs, paths, depth-1)
		switch r.IntN(3) {
		case 0:
			return "(" + left + " and " + right + ")"
		case 1:
			return "(" + left + " or " + right + ")"
		}
		return "not (" + left + ")"
	}
	path := pick(r, paths)
	list, sub, brackets := strings.Cut(path, "[")
	if !brackets {
		return c.comparison(r, docs, path, path)
	}
	n := 1 + r.IntN(3)
	var parts []string
	for range n {
		name := pick(r, strings.Split(strings.TrimSuffix(sub, "]"), " "))
		part := c.comparison(r, docs, list+"."+name, name)
		if chance(r, 15) {
			part = "not (" + part + ")"
		}
		parts = append(parts, part)
	}
	text := strings.Join(parts, pick(r, []string{" and ", " and ", " or "}))
	if n > 1 && !strings.HasPrefix(parts[1], "not") && chance(r, 30) {
		return list + "[" + parts[0] + "]." + parts[1]
	}
	return list + "[" + text + "]"
}

func (c *crowd) comparison(r *rand.Rand, docs []map[string]any, path, written string) string {
	if strings.HasPrefix(written, "not (") {
		return written
	}
	last := path[strings.LastIndexAny(path, ".:")+1:]
	op := pick(r, []string{"eq", "eq", "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr"})
	switch {
	case op == "pr":
		return written + " pr"
	case last == "active" || last == "primary" || last == "flag":
		return written + pick(r, []string{" eq ", " ne "}) + pick(r, []string{"true", "false", `"True"`})
	case last == "created" || last == "lastModified":
		at, err := time.Parse(stamp, pick(r, docs)["meta"].(map[string]any)[last].(string))
		if err != nil {
			panic(err)
		}
		at = at.Add(pick(r, []time.Duration{0, 0, 100, -100, time.Microsecond}))
		return written + " " + pick(r, []string{"eq", "ne", "gt", "ge", "lt", "le"}) + ` "` + at.In(time.FixedZone("", 7200)).Format("2006-01-02T15:04:05.0000000Z07:00") + `"`
	}
	if chance(r, 10) {
		return written + pick(r, []string{" eq null", " ne null"})
	}
	word := pick(r, words)
	doc := pick(r, docs)
	switch {
	case last == "id":
		word = doc["id"].(string)
	case last == "version":
		word = `W/"1"`
	case last == "resourceType":
		word = "User"
	case path == "userName" || path == "displayName":
		word, _ = doc[path].(string)
		word = pick(r, []string{word, strings.ToUpper(word), word[:len(word)/2]})
		word = strings.ToValidUTF8(word, "")
	case strings.HasPrefix(path, "groups") && last != "display" && last != "type":
		word = pick(r, c.group)["id"].(string)
	case strings.HasPrefix(path, "groups") && last == "display":
		word = pick(r, c.group)["displayName"].(string)
	case strings.HasPrefix(path, "members") && last != "type":
		word = pick(r, append(slices.Clone(c.users), c.group...))["id"].(string)
	case last == "type":
		word = pick(r, []string{"work", "HOME", "direct", "User", "group"})
	}
	return written + " " + op + " " + filter.Quoted(word)
}

var userPaths = []string{"id", "externalId", "userName", "displayName", "title", "active", "name.familyName", "name.givenName", "name.middleName",
	"emails", "emails.value", "emails.type", "emails.primary", "emails[value type primary display]", "emails[value type]", "phoneNumbers[value type primary]", "roles", "roles[value primary]",
	"addresses.country", "addresses[country type]", "groups", "groups.value", "groups.display", "groups[value display type]",
	schema.EnterpriseURN + ":department", schema.EnterpriseURN + ":manager", schema.EnterpriseURN + ":manager.displayName",
	"urn:example:params:2.0:User:tag", "urn:example:params:2.0:User:flag", "urn:example:params:2.0:User:list", "urn:EXAMPLE:params:2.0:User:sub.deep", "urn:example:params:2.0:User:object",
	"urn:example:params:2.0:User:n", "urn:example:params:2.0:User:none", "meta.created", "meta.lastModified", "meta.version", "meta.resourceType"}

var groupPaths = []string{"id", "externalId", "displayName", "members", "members.value", "members.type", "members[value type]", "meta.created", "meta.lastModified", "meta.resourceType"}

// A filter that the database reads otherwise than SCIM does finds nobody, and
// the provider makes the person a second time; or somebody else, and changes them.
func TestSearchesFindWhatMatches(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		c := newCrowd(t, d, 7, 120, 12)
		r := rand.New(rand.NewPCG(3, uint64(time.Now().UnixNano())))
		for range 400 {
			c.compare(t, c.draw(r, c.users, userPaths, 3), schema.User, c.users)
			c.compare(t, c.draw(r, c.group, groupPaths, 2), schema.Group, c.group)
			if t.Failed() {
				return
			}
		}
		if c.told < 200 {
			t.Errorf("%d of 800 filters found some and not all: the others prove little", c.told)
		}
	})
}

func (c *crowd) compare(t *testing.T, text string, of *schema.Type, docs []map[string]any) {
	t.Helper()
	n, err := filter.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	want := []string{}
	for _, doc := range docs {
		fits, err := filter.Match(of, n, doc)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if fits {
			want = append(want, doc["id"].(string))
		}
	}
	if len(want) > 0 && len(want) < len(docs) {
		c.told++
	}
	got, total, err := c.find(of, directory.Search{Filter: n, Count: 200})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if !slices.Equal(got, want) || total != int64(len(want)) {
		t.Errorf("%s\nfinds   %d: %v\nmatches %d: %v", text, total, got, len(want), want)
	}
}

func (c *crowd) find(of *schema.Type, q directory.Search) (ids []string, total int64, err error) {
	ids = []string{}
	err = c.d.ReadOrg(context.Background(), c.org, func(tx *db.OrgTx) error {
		if of == schema.Group {
			list, n, err := directory.FindGroups(tx, c.dir, q)
			for _, g := range list {
				ids = append(ids, string(g.ID))
			}
			total = n
			return err
		}
		list, n, err := directory.FindUsers(tx, c.dir, q)
		for _, u := range list {
			ids = append(ids, string(u.ID))
		}
		total = n
		return err
	})
	return ids, total, err
}
