package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// A model that no test holds against the migrations fails at its first query,
// in production.
func TestEachModelIsHeldAgainstTheSchema(t *testing.T) {
	checked := map[string]map[string]bool{}
	eachFile(t, func(path string, file *ast.File) {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Name.Name != "TableName" || f.Recv == nil {
				continue
			}
			dir := filepath.Dir(path)
			if checked[dir] == nil {
				checked[dir] = checkedModels(t, dir)
			}
			if model := typeName(f.Recv.List[0].Type); !checked[dir][strings.ToLower(model)] {
				t.Errorf("%s: no test of %s hands %s to dbtest.CheckModels", path, dir, model)
			}
		}
	})
	if len(checked) == 0 {
		t.Fatal("no models found")
	}
}

// checkedModels are the types that a package's tests hand to CheckModels, in
// lower case: a test outside of its package sees a model by an exported alias.
func checkedModels(t *testing.T, dir string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	tests, err := filepath.Glob(filepath.Join("../..", dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range tests {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || typeName(call.Fun) != "CheckModels" {
				return true
			}
			for _, arg := range call.Args {
				if literal, ok := pointedAt(arg).(*ast.CompositeLit); ok {
					names[strings.ToLower(typeName(literal.Type))] = true
				}
			}
			return true
		})
	}
	return names
}

func pointedAt(e ast.Expr) ast.Expr {
	if u, ok := e.(*ast.UnaryExpr); ok {
		return u.X
	}
	return e
}

// typeName is the last word of a name: of T, *T, p.T.
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}
