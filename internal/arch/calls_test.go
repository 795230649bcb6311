package arch

import (
	"go/ast"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// onlyIn says which packages may import a module: the walls around the ORM,
// the drivers and the environment.
var onlyIn = map[string][]string{
	"gorm.io/":                   {"internal/db"},
	"github.com/jackc/pgx":       {"internal/db", "internal/jobs"},
	"modernc.org/sqlite":         {"internal/db"},
	"github.com/riverqueue/":     {"internal/jobs"},
	"github.com/pressly/goose":   {"internal/db"},
	"database/sql":               {"internal/db", "internal/jobs"},
	"github.com/twmb/franz-go":   {"export/sink"},
	"github.com/crewjam/saml":    {"sso/saml"},
	"github.com/coreos/go-oidc":  {"sso/oidc"},
	"github.com/go-jose/":        {"oauth", "sso/oidc"},
	"golang.org/x/crypto/argon2": {"users/password"},
	"math/rand":                  {},
	"math/rand/v2":               {},
	"html/template":              {},
	"unsafe":                     {},
}

func TestModulesStayBehindTheirWalls(t *testing.T) {
	eachFile(t, func(path string, file *ast.File) {
		dir := filepath.ToSlash(filepath.Dir(path))
		for _, i := range file.Imports {
			name, _ := strconv.Unquote(i.Path.Value)
			for prefix, allowed := range onlyIn {
				if (name == prefix || strings.HasSuffix(prefix, "/") && strings.HasPrefix(name, prefix) || strings.HasPrefix(name, prefix+"/")) && !slices.Contains(allowed, dir) {
					t.Errorf("%s imports %s, which belongs to %v", path, name, allowed)
				}
			}
		}
	})
}

// calls says who may call what: selector → packages.
var calls = map[string][]string{
	// reading across organizations
	"InDeployment":   {"internal/db", "login/pace", "audit/ingest", "tenants", "apikeys", "lifecycle", "api", "web/dashboard", "internal/app", "oauth", "audit/search", "audit/retention", "audit/archive", "export/webhook", "export/webhook", "export/stream", "export/signal"},
	"ReadDeployment": {"internal/db", "tenants", "apikeys", "lifecycle", "api", "web/dashboard", "internal/app", "oauth", "audit/sequence", "audit/search", "audit/retention", "audit/archive", "export/webhook", "export/webhook", "export/stream", "export/signal"},
	"AsDeployment":   {"internal/db", "invitations", "audit"},
	// the transaction's own connection
	"Native": {"internal/db", "internal/jobs"},
	"Pools":  {"internal/db", "internal/jobs"},
}

func TestCallsStayWhereTheyBelong(t *testing.T) {
	eachFile(t, func(path string, file *ast.File) {
		dir := filepath.ToSlash(filepath.Dir(path))
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			s, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if allowed, ok := calls[s.Sel.Name]; ok && !slices.Contains(allowed, dir) {
				t.Errorf("%s calls %s, which belongs to %v", path, s.Sel.Name, allowed)
			}
			forbidden(t, path, dir, s)
			return true
		})
	})
}

// forbidden holds calls that are wrong wherever product code makes them.
func forbidden(t *testing.T, path, dir string, s *ast.SelectorExpr) {
	receiver, _ := s.X.(*ast.Ident)
	name := s.Sel.Name
	switch {
	case dir == "internal/db" && name == "Save":
		t.Errorf("%s: Save overwrites a foreign row when its UPDATE finds none", path)
	case name == "AutoMigrate":
		t.Errorf("%s: the schema is made by the migrations alone", path)
	case receiver != nil && receiver.Name == "os" && (name == "Getenv" || name == "LookupEnv" || name == "Environ") && dir != "cmd/server" && dir != "cmd/worker" && dir != "internal/config":
		t.Errorf("%s: only internal/config reads the environment", path)
	case receiver != nil && receiver.Name == "tenants" && name == "DeleteDomain" && dir != "users":
		t.Errorf("%s: users.DeleteDomain also makes guests of whoever came by the domain", path)
	case receiver != nil && receiver.Name == "invitations" && slices.Contains([]string{"Foresee", "Admit", "LocateOffers", "Accept"}, name) && dir != "scim/provision":
		t.Errorf("%s: provision.%s also asks the organization's directories", path, name)
	case receiver != nil && receiver.Name == "http" && slices.Contains([]string{"Get", "Post", "Head", "PostForm"}, name):
		t.Errorf("%s: http.%s has no time-out and follows redirects", path, name)
	}
}

// A look-up across organizations says so in its name: grep Locate is the list.
func TestWhoeverLocatesSaysSo(t *testing.T) {
	allowed := []string{"Locate", "EachMembership"}
	eachFile(t, func(path string, file *ast.File) {
		dir := filepath.ToSlash(filepath.Dir(path))
		if slices.Contains([]string{"internal/db", "api", "web/dashboard", "login", "account", "oauth", "lifecycle", "internal/app"}, dir) {
			return // openers of transactions, which call the named functions
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			ast.Inspect(f.Body, func(n ast.Node) bool {
				s, ok := n.(*ast.SelectorExpr)
				if ok && s.Sel.Name == "Locate" && !slices.ContainsFunc(allowed, func(p string) bool { return strings.HasPrefix(strings.ToLower(f.Name.Name), strings.ToLower(p)) }) {
					t.Errorf("%s: %s looks across organizations without saying so in its name", path, f.Name.Name)
				}
				return true
			})
		}
	})
}
