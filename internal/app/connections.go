package app

import (
	"log/slog"
	"net/http"

	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/mail"
	"gatehouse/internal/netguard"
	"gatehouse/sso"
	"gatehouse/tenants"
	webmail "gatehouse/web/mail"
)

// newFetch asks addresses that organizations give.
func newFetch(cfg *config.Config) *http.Client {
	return netguard.New(cfg.AllowPrivateTargets).Client(netguard.Options{})
}

// newUpkeep looks after connections: their metadata, and when certificates end.
func newUpkeep(cfg *config.Config, d *db.DB, post *mail.Post, log *slog.Logger) *sso.Upkeep {
	t := teller{post: post, base: cfg.Origin()}
	return &sso.Upkeep{DB: d, HTTP: newFetch(cfg), Tell: t.certificate, Log: log}
}

// certificate tells of a provider's certificate: those who manage the
// organization, and the operators where somebody has to act.
func (t teller) certificate(tx *db.OrgTx, n sso.CertNotice) error {
	org := tx.Organization()
	o, err := tenants.Get(tx, org)
	if err != nil {
		return err
	}
	about := webmail.CertificateLetter{Connection: n.Connection.Name, Organization: o.Name, Fingerprint: n.Certificate.Fingerprint, Ends: n.Certificate.NotAfter,
		URL: t.base + "/portal/sso/" + string(n.Connection.ID) + "/certificates"}
	if err := t.administrators(tx, &org, certificateLetter(n, about)); err != nil || n.Found {
		return err
	}
	return t.operators(tx, func(tx *db.OrgTx, system id.Organization) error {
		about.URL = t.base + "/admin/connections/" + string(n.Connection.ID)
		return t.administrators(tx, nil, certificateLetter(n, about))
	})
}

// operators runs tell in the operators' own organization, where there is one.
func (t teller) operators(tx *db.OrgTx, tell func(*db.OrgTx, id.Organization) error) error {
	system, made, err := tenants.SystemOrganization(tx)
	if err != nil || !made {
		return err
	}
	return tx.In(system, func(tx *db.OrgTx) error { return tell(tx, system) })
}

func certificateLetter(n sso.CertNotice, about webmail.CertificateLetter) webmail.Letter {
	if n.Found {
		return webmail.CertificateFound{CertificateLetter: about}
	}
	return webmail.CertificateEnds{CertificateLetter: about, Days: n.Days}
}
