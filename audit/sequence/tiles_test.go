package sequence_test

import (
	"testing"

	"gatehouse/audit/chain"
)

// X10: a search goes by the times of tiles. One that says of itself that it
// begins long before its entries, or ends long after them, would not be looked at,
// and hide what is still there.
func TestATileOfAnotherTimeIsNamed(t *testing.T) {
	namedInLogsOf(t, 10, []tampering{
		{"begins early", []string{`UPDATE audit_tiles SET recorded_at = '2001-02-03 00:00:00+00:00' WHERE organization_id = '{org}'`}, chain.Altered, 1},
		{"ends late", []string{`UPDATE audit_tiles SET last_recorded_at = '2091-02-03 00:00:00+00:00' WHERE organization_id = '{org}'`}, chain.Altered, 1},
	})
}
