package sso

import (
	"crypto/x509"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/sso/saml"
)

// Wire is the connection as every caller sees it; all are domains among which
// its own are.
func (c *Connection) Wire(all []Domain) wire.Connection {
	w := wire.Connection{ID: c.ID, OrganizationID: c.OrganizationID, ConnectionType: string(c.Type), Name: c.Name, State: string(c.State),
		Status: "unlinked", CreatedAt: wire.At(c.CreatedAt), UpdatedAt: wire.At(c.UpdatedAt)}
	if c.State == Active {
		w.Status = "linked"
	}
	for _, d := range all {
		if d.ConnectionID == c.ID {
			w.Domains = append(w.Domains, wire.ConnectionDomain{ID: d.ID, Domain: d.Domain})
		}
	}
	return w
}

// Wires are connections with their domains, as lists show them.
func Wires(tx db.OwnedScope, list []Connection) ([]wire.Connection, error) {
	ids := make([]id.Connection, len(list))
	for i, c := range list {
		ids[i] = c.ID
	}
	all, err := Domains(tx, ids...)
	if err != nil {
		return nil, err
	}
	out := make([]wire.Connection, len(list))
	for i := range list {
		out[i] = list[i].Wire(all)
	}
	return out, nil
}

// record writes the entry that make makes of the connection as it is now.
func (c *Connection) record(tx *db.OrgTx, entry func(audit.Connection) audit.Entry) error {
	all, err := Domains(tx, c.ID)
	if err != nil {
		return err
	}
	return audit.Record(tx, entry(audit.Connection{ConnectionEvent: wire.ConnectionEvent{Connection: c.Wire(all), ExternalKey: string(c.ID)}}))
}

func recordCreated(tx *db.OrgTx, c *Connection) error {
	err := c.record(tx, func(e audit.Connection) audit.Entry { return audit.ConnectionCreated{Connection: e} })
	if err != nil || c.State != Active {
		return err
	}
	return recordActivated(tx, c)
}

func recordActivated(tx *db.OrgTx, c *Connection) error {
	return c.record(tx, func(e audit.Connection) audit.Entry { return audit.ConnectionActivated{Connection: e} })
}

func recordDeactivated(tx *db.OrgTx, c *Connection) error {
	return c.record(tx, func(e audit.Connection) audit.Entry { return audit.ConnectionDeactivated{Connection: e} })
}

func recordDeleted(tx *db.OrgTx, c *Connection) error {
	return c.record(tx, func(e audit.Connection) audit.Entry { return audit.ConnectionDeleted{Connection: e} })
}

func recordUpdated(tx *db.OrgTx, c *Connection, changed []string) error {
	return c.record(tx, func(e audit.Connection) audit.Entry {
		return audit.ConnectionUpdated{Connection: e, Changed: changed}
	})
}

// What happens to a key of ours.
const (
	keyMade     = "created"
	keyPromoted = "promoted"
	keyDeleted  = "deleted"
)

func (c *Connection) recordKey(tx *db.OrgTx, k *key, change string) error {
	certificate, err := x509.ParseCertificate(k.Certificate)
	if err != nil {
		return err
	}
	return c.record(tx, func(e audit.Connection) audit.Entry {
		return audit.ConnectionKey{Connection: e, Change: change,
			Key: audit.ConnectionOur{ID: string(k.ID), Standing: string(k.Standing), FingerprintSHA256: saml.Fingerprint(certificate)}}
	})
}

// notice is a certificate as events tell of it.
func (c Certificate) notice() wire.CertificateNotice {
	return wire.CertificateNotice{FingerprintSHA256: c.Fingerprint, NotBefore: wire.At(c.NotBefore), NotAfter: wire.At(c.NotAfter)}
}
