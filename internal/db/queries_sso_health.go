package db

import (
	"fmt"
	"time"

	"gatehouse/internal/id"
)

// SSOHealth is how sign-ins by one connection went.
type SSOHealth struct {
	Organization id.Organization
	Connection   id.Connection
	Succeeded    int64
	Failed       int64
}

// ListSSOHealth counts the sign-ins of connections since then, those first by
// which most failed. Tests and logouts do not count. It reads what is recent by
// the index on time, in an *OrgTx the organization's alone.
func ListSSOHealth(tx OwnedScope, since time.Time, limit int) ([]SSOHealth, error) {
	where, args := mine(tx, "a")
	var list []SSOHealth
	err := tx.base().session().Raw(`SELECT a.organization_id AS organization, a.connection_id AS connection,
		sum(CASE WHEN a.outcome = 'succeeded' THEN 1 ELSE 0 END) AS succeeded, sum(CASE WHEN a.outcome = 'failed' THEN 1 ELSE 0 END) AS failed
		FROM sso_attempts a WHERE `+where+` AND a.created_at >= ? AND a.kind IN ('sign_in', 'idp_initiated') AND a.outcome IN ('succeeded', 'failed')
		GROUP BY a.organization_id, a.connection_id ORDER BY failed DESC, succeeded DESC, a.connection_id LIMIT ?`, append(args, since, limit)...).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("counting sign-ins by connection: %w", translate(err))
	}
	return list, nil
}
