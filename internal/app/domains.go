package app

import (
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/limit"
	"gatehouse/internal/mail"
	"gatehouse/internal/netguard"
	"gatehouse/tenants"
	"gatehouse/tenants/dns"
	"gatehouse/users"
	webmail "gatehouse/web/mail"
)

// newDomainChecks looks for the records that prove domains. Resolvers are the
// deployment's own; nameservers are named by whoever claims a domain, and pass
// the guard.
func newDomainChecks(cfg *config.Config, d *db.DB, post *mail.Post, limits *limit.Limiter) *tenants.DomainChecks {
	t := teller{post: post, base: cfg.Origin()}
	return &tenants.DomainChecks{DB: d, DNS: dns.New(cfg.DNSServers, netguard.New(cfg.AllowPrivateTargets)), Tell: t.domain, Lost: users.LoseDomain, Limits: limits}
}

// teller mails the people who manage an organization.
type teller struct {
	post *mail.Post
	base string
}

// domain tells of a domain. What may cost an organization its domain the
// operators hear too.
func (t teller) domain(tx *db.OrgTx, n tenants.DomainNotice) error {
	org := tx.Organization()
	o, err := tenants.Get(tx, org)
	if err != nil {
		return err
	}
	about := webmail.DomainLetter{Domain: n.Domain.Domain, Organization: o.Name, URL: t.base + "/portal/domains"}
	if err := t.administrators(tx, &org, domainLetter(n, about)); err != nil {
		return err
	}
	if n.Kind != tenants.DomainMissing && n.Kind != tenants.DomainLeaves {
		return nil
	}
	system, made, err := tenants.SystemOrganization(tx)
	if err != nil || !made {
		return err
	}
	about.URL = t.base + "/admin/organizations/" + string(org) + "/domains"
	return tx.In(system, func(tx *db.OrgTx) error { return t.administrators(tx, nil, domainLetter(n, about)) })
}

// administrators mails the owners and admins of the transaction's
// organization, in the look of one or, for operators, the deployment's.
func (t teller) administrators(tx *db.OrgTx, look *id.Organization, letter webmail.Letter) error {
	people, err := users.Administrators(tx)
	if err != nil {
		return err
	}
	for _, u := range people {
		to := mail.To{Address: u.Email, Organization: look, Application: t.post.Name}
		if u.Locale != nil {
			to.Locale = *u.Locale
		}
		if err := t.post.Send(tx.Tx, to, letter); err != nil {
			return err
		}
	}
	return nil
}

func domainLetter(n tenants.DomainNotice, about webmail.DomainLetter) webmail.Letter {
	switch n.Kind {
	case tenants.DomainProven:
		return webmail.DomainVerified{DomainLetter: about}
	case tenants.DomainMissing:
		return webmail.DomainMissing{DomainLetter: about, Since: *n.Domain.MissingSince}
	case tenants.DomainLeaves:
		return webmail.DomainLeaves{DomainLetter: about, MovesAt: n.MovesAt, Name: n.Domain.RecordName(), Value: n.Domain.RecordValue()}
	case tenants.DomainLeft:
		return webmail.DomainLeft{DomainLetter: about}
	}
	return webmail.DomainKept{DomainLetter: about}
}
