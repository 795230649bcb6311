package diagnosis

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// refusing are the kinds of problem that end a sign-in. The others are told
// to whoever changes a connection, and stand beside a field.
var refusing = []string{"BadRequest", "Forbidden", "Unavailable", "TooLarge", "Unauthorized", "Gone"}

// A code without words leaves an admin with a code, and no idea what to do.
func TestEveryRefusalHasWords(t *testing.T) {
	found := map[string]bool{"sso_no_answer": true, "oidc_no_answer": true} // the portal's own, of what is still awaited
	for _, dir := range []string{"..", "../saml", "../oidc", "../people"} {
		for code, where := range declared(t, dir) {
			found[code] = true
			if !Known(code) {
				t.Errorf("%s has no entry in the catalogue (declared in %s)", code, where)
			}
		}
	}
	if len(found) < 40 {
		t.Errorf("only %d codes were found: the search is broken", len(found))
	}
	for code := range catalogue {
		if !found[code] {
			t.Errorf("the catalogue has words for %s, which nothing refuses with", code)
		}
	}
}

// A check without words stands on the page by the name that programs have for it.
func TestEveryCheckHasWords(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../trail/trail.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	checks := 0
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, spec := range g.Specs {
			v, _ := spec.(*ast.ValueSpec)
			if v == nil || v.Type != nil || len(v.Values) != 1 { // outcomes have a type
				continue
			}
			if text, ok := v.Values[0].(*ast.BasicLit); ok && text.Kind == token.STRING {
				checks++
				name, err := strconv.Unquote(text.Value)
				if err != nil {
					t.Fatal(err)
				}
				if words := CheckWords[name]; words.Holds == "" || words.Fails == "" {
					t.Errorf("the check %s has no words", name)
				}
			}
		}
	}
	if checks < 14 || checks != len(CheckWords) {
		t.Errorf("%d checks, %d have words", checks, len(CheckWords))
	}
}

// declared are the codes of problem.New in a package, with their files.
func declared(t *testing.T, dir string) map[string]string {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]string{}
	for _, f := range files {
		if name := filepath.Join(dir, f.Name()); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			for _, code := range declaredIn(t, name) {
				codes[code] = name
			}
		}
	}
	return codes
}

func declaredIn(t *testing.T, name string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 3 || !selects(call.Fun, "problem", "New") {
			return true
		}
		kind, _ := call.Args[0].(*ast.SelectorExpr)
		text, _ := call.Args[1].(*ast.BasicLit)
		if kind == nil || text == nil {
			t.Errorf("%s: a problem whose kind or code is not written out", name)
			return true
		}
		code, err := strconv.Unquote(text.Value)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(refusing, kind.Sel.Name) {
			codes = append(codes, code)
		}
		return true
	})
	return codes
}

func selects(e ast.Expr, pkg, name string) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := s.X.(*ast.Ident)
	return ok && x.Name == pkg && s.Sel.Name == name
}
