package directory

import (
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// PendingDomains are the domains at which most of those have their address who
// are active and have no account: whoever verifies one lets them in at once.
func PendingDomains(tx db.OwnedScope, d id.Directory, most int) ([]string, error) {
	return db.ListPendingDomains(tx, d, most)
}
