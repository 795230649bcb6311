package api

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"gatehouse/export/signal"

	"gatehouse/internal/dbtest"
)

// The description is what clients are generated from: it must name every route
// that there is and no other.
func TestTheDescriptionAndTheRoutesAgree(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	r := w.send("", "GET", "/openapi.json", "")
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Parameters  []struct{ Name, In string }
		}
	}
	if err := json.Unmarshal(r.body, &doc); err != nil || r.status != 200 {
		t.Fatalf("%d %v", r.status, err)
	}
	described, operations := map[string]bool{}, map[string]bool{}
	for path, methods := range doc.Paths {
		for method, operation := range methods {
			described[strings.ToUpper(method)+" "+path] = true
			if operations[operation.OperationID] {
				t.Errorf("two operations are called %s", operation.OperationID)
			}
			operations[operation.OperationID] = true
			for _, segment := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(path, -1) {
				found := false
				for _, p := range operation.Parameters {
					found = found || p.In == "path" && p.Name == segment[1]
				}
				if !found {
					t.Errorf("%s %s does not describe %s", method, path, segment[1])
				}
			}
		}
	}
	for _, route := range w.echo.Routes() {
		name := route.Method + " " + template(route.Path)
		if route.Path == "/openapi.json" || route.Path == "/docs" || strings.HasPrefix(route.Path, "/audit_logs/exports/:id/file") || route.Path == signal.PathDiscovery {
			continue
		}
		if !described[name] {
			t.Errorf("%s is not described", name)
		}
		delete(described, name)
	}
	for name := range described {
		t.Errorf("%s is described and not there", name)
	}
}

// References that lead nowhere break generators.
func TestTheDescriptionHoldsTogether(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	body := w.send("", "GET", "/openapi.json", "").body
	var doc struct {
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		t.Fatal(err)
	}
	for _, ref := range regexp.MustCompile(`"#/components/schemas/([^"]+)"`).FindAllStringSubmatch(string(body), -1) {
		if doc.Components.Schemas[ref[1]] == nil {
			t.Errorf("%s is not there", ref[1])
		}
	}
	const golden = "testdata/openapi.json"
	pretty := append(inOrder(body), '\n')
	if *update {
		if err := os.WriteFile(golden, pretty, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(golden); err != nil || string(want) != string(pretty) {
		t.Errorf("%s differs (%v); run with -update and read the difference", golden, err)
	}
}

// The page shows every endpoint, and loads nothing from elsewhere.
func TestTheReferencePage(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	r := w.send("", "GET", "/docs", "")
	page := string(r.body)
	for _, route := range w.h.routes() {
		if !strings.Contains(page, route.Method+" "+template(route.Path)) {
			t.Errorf("%s %s is not shown", route.Method, route.Path)
		}
	}
	if found := regexp.MustCompile(`(?i)(src|href)="(https?:)?//|<style| style="|<script>`).FindString(page); found != "" {
		t.Errorf("the page holds %q", found)
	}
	if r.status != 200 || !strings.Contains(r.header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("%d %v", r.status, r.header)
	}
}
