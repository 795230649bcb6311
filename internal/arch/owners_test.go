package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// owners says which package owns which tables; nobody else declares a model
// over one.
var owners = map[string][]string{
	"internal/db":     {"data_keys"},
	"internal/limit":  {"rate_limits"},
	"tenants":         {"deployment", "organizations", "organization_domains", "branding", "roles", "organization_policies"},
	"users":           {"users", "passwords", "memberships", "identities"},
	"mfa":             {"authentication_factors", "authentication_challenges", "recovery_codes", "passkeys", "passkey_ceremonies"},
	"mailbox":         {"email_proofs"},
	"social":          {"social_providers", "social_requests"},
	"invitations":     {"invitations"},
	"internal/mail":   {"mails"},
	"internal/puzzle": {"solved_puzzles"},
	"sessions":        {"browser_sessions", "sessions"},
	"login":           {"login_attempts"},
	"login/pace":      {"sign_in_times"},
	"oauth":           {"clients", "client_secrets", "redirect_uris", "authorization_requests", "grants", "refresh_tokens", "signing_keys", "device_authorizations", "sso_tokens"},
	"sso":             {"connections", "connection_domains", "connection_configurations", "connection_keys", "sso_requests", "assertions_seen", "sso_attempts"},
	"sso/people":      {"sso_identities", "sso_sessions"},
	"scim/directory":  {"directories", "directory_tokens", "directory_counts", "directory_users", "directory_user_emails", "directory_groups", "directory_group_members", "directory_group_groups", "directory_role_mappings", "directory_departures", "scim_requests"},
	"portal":          {"portal_links", "portal_sessions"},
	"apikeys":         {"api_keys", "member_api_keys", "idempotency_keys"},
	"lifecycle":       {"setup_links"},
	"audit":           {"audit_events", "audit_pending", "audit_tiles", "audit_heads", "audit_keys", "audit_checkpoints", "audit_expiries", "audit_cursors", "audit_rollups", "audit_people", "audit_active_days", "audit_schemas", "audit_repeats"},
	"audit/archive":   {"audit_exports"},
	"audit/views":     {"audit_views"},
	"export/webhook":  {"webhook_endpoints", "webhook_deliveries", "webhook_attempts"},
	"export/stream":   {"log_streams"},
}

// Two owners of a table are two truths about it.
func TestEachTableHasOneOwner(t *testing.T) {
	ownerOf := map[string]string{}
	for p, tables := range owners {
		for _, table := range tables {
			ownerOf[table] = p
		}
	}
	eachFile(t, func(path string, file *ast.File) {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Name.Name != "TableName" || f.Body == nil {
				continue
			}
			table := returnedString(f)
			if p := filepath.ToSlash(filepath.Dir(path)); ownerOf[table] != p {
				t.Errorf("%s declares a model of %q, which %q owns", path, table, ownerOf[table])
			}
		}
	})
	for table := range tablesOfMigrations(t) {
		if ownerOf[table] == "" {
			t.Errorf("table %s has no owner", table)
		}
	}
}

func returnedString(f *ast.FuncDecl) string {
	for _, s := range f.Body.List {
		if r, ok := s.(*ast.ReturnStmt); ok && len(r.Results) == 1 {
			if l, ok := r.Results[0].(*ast.BasicLit); ok {
				text, _ := strconv.Unquote(l.Value)
				return text
			}
		}
	}
	return ""
}

func tablesOfMigrations(t *testing.T) map[string]bool {
	files, err := filepath.Glob("../../migrations/postgres/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal("no migrations")
	}
	tables := map[string]bool{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^(CREATE|DROP) TABLE (\w+)(?: \(|;)`).FindAllStringSubmatch(string(text), -1) {
			if m[1] == "CREATE" {
				tables[m[2]] = true
			} else {
				delete(tables, m[2])
			}
		}
	}
	return tables
}

// eachFile parses every hand-written product file (tests and examples left out).
func eachFile(t *testing.T, visit func(path string, file *ast.File)) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel("../..", path)
		if e.IsDir() {
			if e.Name() == "node_modules" || e.Name() == ".git" || rel == "data" || (rel != "." && isOutside(filepath.ToSlash(rel))) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err == nil {
			visit(rel, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
