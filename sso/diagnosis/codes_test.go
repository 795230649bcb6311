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
	found := 0
	for _, dir := range []string{"..", "../saml", "../oidc", "../people"} {
		for code, where := range declared(t, dir) {
			found++
			if !Known(code) {
				t.Errorf("%s has no entry in the catalogue (declared in %s)", code, where)
			}
		}
	}
	if found < 40 {
		t.Errorf("only %d codes were found: the search is broken", found)
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
