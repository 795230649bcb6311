package arch

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "gatehouse/"

// floors says where each package stands; a package imports lower floors only.
// A sub-package of a domain stands just below its parent (half a floor).
var floors = map[string]float64{
	"cmd/server": 10, "cmd/worker": 10,
	"internal/app": 9,
	"web/gallery":  8.5, // shows the portal's pages too
	"api":          8, "web/dashboard": 8, "web/portal": 8,
	"web/auditlog":   7.9, // the log's pages, which the dashboard and the portal show
	"web/logstream":  7.9, // log streams as people set them up, in the dashboard and the portal
	"lifecycle":      7.5, // crosses everything, the provider too
	"account":        7.2, // a person's own pages: which login guards, and which name the provider's clients
	"oauth":          7,
	"login":          6,
	"scim":           6,
	"scim/provision": 5.65, // whose account a person of a directory is, invitations and proven mailboxes included
	"scim/directory": 5.3,
	"login/gates":    5.9,
	"login/pace":     2, // how long answers to sign-ins took
	"social":         5.7,
	"invitations":    5.6,
	"mailbox":        5.5,
	"sso":            5.2, // whose domains and roles a connection uses, and whom its certificates concern
	"users":          5,
	"mfa":            4.5,
	"tenants":        4,
	"portal":         4,
	"sso/people":     5.7,
	"sessions":       4,
	"apikeys":        4,
	"audit":          3,
	"audit/sequence": 3.2,                         // numbers and chains what was committed, signs heads
	"audit/search":   3.25,                        // finds entries, counts them
	"audit/ingest":   3.3, "audit/retention": 3.3, // applications' entries and their schemas, for how long they are kept
	"audit/archive":  3.4,  // exports
	"audit/views":    3.4,  // ways of looking at the log that people keep
	"audit/chain":    0.5,  // the canonical form, hashes, signatures, verification: pure
	"export/stream":  5.8,  // destinations that are sent every entry
	"export/webhook": 5.8,  // endpoints that are told of events
	"export/signal":  5.75, // security event tokens
	"export/sink":    0.5,  // how each destination is spoken to
	"internal/mail":  2.5,
	"internal/jobs":  2, "internal/limit": 2, "internal/puzzle": 2,
	"internal/db": 1, "web/hosted": 1, "web/mail": 1,
	"users/password": 0.5, "tenants/brand": 0.5, "tenants/dns": 0.5, "web/ui": 0.5, "sso/oidc": 0.5, "sso/saml": 0.5, "sso/diagnosis": 0.5, "sso/guide": 0.4, "scim/guide": 0.42, // whose texts and drawings are those of sso/guide
	"scim/schema": 0.37, "scim/filter": 0.4, "scim/patch": 0.45,
	"export/webhook/signature": 0.5,
	"internal/id":              0, "internal/actor": 0, "internal/problem": 0, "internal/seal": 0, "internal/netguard": 0,
	"internal/config": 0, "internal/browser": 0, "internal/objects": 0, "internal/field": 0, "internal/wire": 0, "internal/i18n": 0, "web/assets": 0, "migrations": 0, "sso/trail": 0,
}

// floorZero is the order among floor-0 packages: the words of the house, which
// the others may use.
var floorZero = map[string]float64{"internal/field": -0.5, "internal/id": -2, "internal/actor": -1, "internal/problem": -1}

// outside are packages that tests and people use and the product does not.
var outside = []string{"internal/objects/objectstest", "internal/mail/mailtest", "internal/mail/smtpsink", "sso/oidc/oidctest", "tenants/dns/dnstest", "sso/saml/samltest", "internal/dbtest", "internal/e2e", "internal/arch", "internal/tools", "examples/", "bench", "scripts", "tests"}

type listed struct {
	ImportPath string
	Imports    []string
}

// An import that goes up or sideways turns the tree into a knot.
func TestImportsOnlyGoDown(t *testing.T) {
	for _, p := range list(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		if isOutside(name) {
			continue
		}
		floor, ok := floorOf(name)
		if !ok {
			t.Errorf("%s stands on no floor: add it to the map, and to ARCHITECTURE.md", name)
			continue
		}
		for _, i := range p.Imports {
			dep, ours := strings.CutPrefix(i, module)
			if !ours {
				continue
			}
			if isOutside(dep) {
				t.Errorf("%s imports %s, which only tests may use", name, dep)
			} else if below, ok := floorOf(dep); !ok || below >= floor {
				t.Errorf("%s (floor %g) imports %s (floor %g)", name, floor, dep, below)
			}
		}
	}
}

func floorOf(name string) (float64, bool) {
	if f, ok := floorZero[name]; ok {
		return f, true
	}
	f, ok := floors[name]
	return f, ok
}

func isOutside(name string) bool {
	for _, o := range outside {
		if strings.HasPrefix(name, o) {
			return true
		}
	}
	return false
}

func list(t *testing.T) []listed {
	t.Helper()
	command := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...")
	command.Dir = "../.."
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
