package auditlog_test

import (
	"slices"
	"testing"

	"gatehouse/audit"
	"gatehouse/web/auditlog"
)

// Words for a type that nothing records would be a type that is misspelled,
// whose events an operator reads without words.
func TestEventsWithWordsAreInTheCatalog(t *testing.T) {
	for kind := range auditlog.Words {
		if !slices.ContainsFunc(audit.Catalog, func(e audit.Entry) bool { return e.Type() == kind }) {
			t.Errorf("%s is no type of the catalog", kind)
		}
	}
}
