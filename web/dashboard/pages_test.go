package dashboard_test

import (
	"html"
	"net/http"
	"strings"
	"testing"

	nethtml "golang.org/x/net/html"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/web/dashboard"
)

// Each page in its full state is a whole document, whatever people are called.
func TestEachPageIsSound(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		for _, r := range dashboard.Table() {
			if r.Method == http.MethodGet && !strings.HasSuffix(r.Path, "/html") && !strings.HasSuffix(r.Path, "/file") { // a mail: TestKeptMailsAreTrustedWithNothing; a file: TestAnExport
				path, least := w.fill(r.Path), r.Least
				if strings.Contains(r.Path, "/:view") {
					least = "support" // the view is the team's
				}
				sound(t, path, w.get("owner", path))
				sound(t, path, w.get(least, path))
			}
		}
		for _, path := range []string{"/admin/search?q=osterberg", "/admin/users?q=nobody", "/admin/organizations?q=söhne", "/admin/audit-log?q=osterberg",
			"/admin/audit-log?type=user.created", "/admin/audit-log?actor=nobody@example.com", "/admin/audit-log?event=event_x", "/admin/audit-log?filter=1&since=2026-01-01T00:00&until=2026-02-01T00:00&result=failed", "/admin/audit-log?live=1", "/admin/audit-log?period=1h&target=x&address=::1&organization=x", "/admin/applications/new?type=web"} {
			sound(t, path, w.get("viewer", strings.Replace(path, "new?", "new?", 1)))
		}
	})
}

// A new deployment has no rows; each list says what it is for.
func TestEmptyListsSayWhatTheyAreFor(t *testing.T) {
	w := empty(t, dbtest.SQLite(t))
	for path, words := range map[string]string{
		"/admin": "Create your first organization", "/admin/organizations": "No organizations yet", "/admin/applications": "No applications yet",
		"/admin/api-keys": "No API keys yet", "/admin/organizations?q=x": "No organizations match", "/admin/directories": "No directories yet", "/admin/directories?needs=any": "No directories match", "/admin/users?q=nobody": "No users match",
		"/admin/audit-log?q=nothing-like-it": "No events match", "/admin/search?q=nothing": "Nothing matches",
	} {
		a := w.get("owner", path)
		sound(t, path, a)
		w.want(a, http.StatusOK, words)
	}
}

// A viewer is not shown buttons that lead to a refusal.
func TestAViewerSeesNoForms(t *testing.T) {
	w := full(t, dbtest.SQLite(t))
	for _, r := range dashboard.Table() {
		if r.Method != http.MethodGet || r.Least != "viewer" {
			continue
		}
		a := w.get("viewer", w.fill(r.Path))
		for _, form := range find(t, a.body, "form") {
			if action := attr(form, "action"); attr(form, "method") == "post" && action != "/logout" && !strings.HasPrefix(action, "/admin/audit-log/views") { // what they keep for themselves
				t.Errorf("%s holds a form to %s", r.Path, action)
			}
		}
	}
}

// sound checks what holds for every page.
func sound(t *testing.T, path string, a answer) {
	t.Helper()
	if a.StatusCode == http.StatusForbidden && strings.Contains(path, "applications/new") {
		return
	}
	if a.StatusCode != http.StatusOK {
		t.Errorf("%s: %d", path, a.StatusCode)
		return
	}
	if a.Header.Get("Cache-Control") != "no-store" || !strings.Contains(a.Header.Get("Content-Security-Policy"), "script-src 'self'") {
		t.Errorf("%s lacks the headers of a page", path)
	}
	if n := len(find(t, a.body, "h1")); n != 1 {
		t.Errorf("%s has %d h1", path, n)
	}
	if primary := strings.Count(a.body, `class="btn primary`); primary > 1 {
		t.Errorf("%s has %d primary buttons", path, primary)
	}
	if strings.Contains(a.body, "<b>&amp;amp;") || strings.Contains(a.body, longName) {
		t.Errorf("%s writes a name without escaping it", path)
	}
	document(t, path, a.body)
}

func document(t *testing.T, path, body string) {
	t.Helper()
	ids, labels := map[string]int{}, map[string]bool{}
	all := nodes(t, body)
	for _, n := range all {
		if key := attr(n, "id"); key != "" {
			ids[key]++
		}
		if n.Data == "label" {
			labels[attr(n, "for")] = true
		}
	}
	for key, n := range ids {
		if n > 1 {
			t.Errorf("%s: id %s is there %d times", path, key, n)
		}
	}
	for _, n := range all {
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Val, "javascript:") {
				t.Errorf("%s: <%s %s> is inline", path, n.Data, a.Key)
			}
		}
		if n.Data == "style" || n.Data == "script" && n.FirstChild != nil {
			t.Errorf("%s: an inline <%s>", path, n.Data)
		}
		named(t, path, n, ids, labels)
	}
}

// named checks that whoever hears the page hears what each control is.
func named(t *testing.T, path string, n *nethtml.Node, ids map[string]int, labels map[string]bool) {
	t.Helper()
	for _, key := range []string{"aria-describedby", "aria-labelledby", "for", "popovertarget"} {
		for ref := range strings.FieldsSeq(attr(n, key)) {
			if ids[ref] == 0 {
				t.Errorf("%s: %s=%q leads nowhere", path, key, ref)
			}
		}
	}
	switch n.Data {
	case "input", "select", "textarea":
		if attr(n, "type") != "hidden" && !labels[attr(n, "id")] && !within(n, "label") {
			t.Errorf("%s: %s has no label", path, attr(n, "name"))
		}
	case "a", "button", "summary":
		if strings.TrimSpace(words(n)) == "" && attr(n, "aria-label") == "" {
			t.Errorf("%s: a nameless <%s>", path, n.Data)
		}
	case "form":
		if attr(n, "action") == "" || attr(n, "method") == "" {
			t.Errorf("%s: a form without action or method", path)
		}
	}
}

func nodes(t *testing.T, body string) []*nethtml.Node {
	t.Helper()
	root, err := nethtml.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	var all []*nethtml.Node
	for n := range root.Descendants() {
		if n.Type == nethtml.ElementNode {
			all = append(all, n)
		}
	}
	return all
}

func find(t *testing.T, body, tag string) []*nethtml.Node {
	t.Helper()
	var found []*nethtml.Node
	for _, n := range nodes(t, body) {
		if n.Data == tag {
			found = append(found, n)
		}
	}
	return found
}

func attr(n *nethtml.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func within(n *nethtml.Node, tag string) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == tag {
			return true
		}
	}
	return false
}

func words(n *nethtml.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == nethtml.TextNode {
			b.WriteString(d.Data)
		}
	}
	return html.UnescapeString(b.String())
}
