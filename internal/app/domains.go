package app

import (
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/netguard"
	"gatehouse/tenants"
	"gatehouse/tenants/dns"
)

// newDomainChecks looks for the records that prove domains. Resolvers are the
// deployment's own; nameservers are named by whoever claims a domain, and pass
// the guard.
func newDomainChecks(cfg *config.Config, d *db.DB) *tenants.DomainChecks {
	return &tenants.DomainChecks{DB: d, DNS: dns.New(cfg.DNSServers, netguard.New(cfg.AllowPrivateTargets))}
}
