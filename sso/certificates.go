package sso

import (
	"errors"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso/saml"
)

// AddCertificate accepts one more of the provider's certificates (PEM).
func AddCertificate(tx *db.OrgTx, c id.Connection, pem string) (*Certificate, error) {
	row, err := Lock(tx, c)
	if err != nil {
		return nil, err
	}
	stored, s, err := live(tx, c)
	if err != nil {
		return nil, err
	}
	if s.SAML == nil {
		return nil, ErrNotSAML
	}
	parsed, err := saml.ParseCertificate(pem)
	if err != nil {
		var wrong faults
		wrong.take("certificate", err)
		return nil, wrong.as(ErrInvalid)
	}
	added := newCertificate(parsed, false, tx.Now())
	if s.SAML.accepts(added.Fingerprint) >= 0 {
		return nil, ErrCertificate
	}
	next := *s.SAML
	next.Certificates = append(slices.Clone(next.Certificates), added)
	if len(next.Certificates) > maxCertificates {
		var wrong faults
		wrong.add("certificate", tooManyCertificates)
		return nil, wrong.as(ErrInvalid)
	}
	if err := row.accept(tx, stored, next); err != nil {
		return nil, err
	}
	err = row.record(tx, func(e audit.Connection) audit.Entry {
		return audit.ConnectionCertificateAdded{Connection: e, Certificate: added.notice()}
	})
	if err == nil && (row.CertificateExpiresAt == nil || added.NotAfter.After(*row.CertificateExpiresAt)) {
		err = row.recordRenewed(tx, added)
	}
	return &added, err
}

// accept stores the certificates that a connection accepts from now on.
func (c *Connection) accept(tx *db.OrgTx, stored *configured, next SAMLConfiguration) error {
	s := settings{Configuration: Configuration{SAML: &next}}
	if err := amendLive(tx, stored, s.Configuration); err != nil {
		return err
	}
	set := db.Set{"updated_at": tx.Now()}
	s.follows(c, c.State, set, tx.Now())
	untested(set)
	_, err := connections.Update(tx, c.ID, set)
	return err
}

func (c *Connection) recordRenewed(tx *db.OrgTx, added Certificate) error {
	return c.record(tx, func(e audit.Connection) audit.Entry {
		return audit.ConnectionCertificateRenewed{Connection: e, Certificate: added.notice()}
	})
}

// RemoveCertificate refuses what is signed by a certificate from now on, in
// the candidate and the previous configuration too: whoever removes one whose
// key was stolen must not get it back by a promotion or a roll-back. A
// certificate that the provider's metadata still lists comes back with the
// next look at it.
func RemoveCertificate(tx *db.OrgTx, c id.Connection, certificate id.Certificate) error {
	row, err := Lock(tx, c)
	if err != nil {
		return err
	}
	stored, s, err := live(tx, c)
	if err != nil {
		return err
	}
	if s.SAML == nil {
		return db.ErrNotFound
	}
	at := slices.IndexFunc(s.SAML.Certificates, func(o Certificate) bool { return o.ID == certificate })
	if at < 0 {
		return db.ErrNotFound
	}
	removed := s.SAML.Certificates[at]
	if row.State == Active && len(s.SAML.Certificates) == 1 {
		return ErrLast
	}
	if err := row.accept(tx, stored, s.SAML.without(removed.Fingerprint)); err != nil {
		return err
	}
	for _, other := range []Standing{Candidate, Previous} {
		if err := forget(tx, c, other, removed.Fingerprint); err != nil {
			return err
		}
	}
	return row.record(tx, func(e audit.Connection) audit.Entry {
		return audit.ConnectionCertificateRemoved{Connection: e, Certificate: removed.notice()}
	})
}

func forget(tx *db.OrgTx, c id.Connection, s Standing, fingerprint string) error {
	row, err := standing(tx, c, s)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil || row.Configuration.SAML == nil || row.Configuration.SAML.accepts(fingerprint) < 0 {
		return err
	}
	next := row.Configuration.SAML.without(fingerprint)
	return amendLive(tx, row, Configuration{SAML: &next})
}

func (s SAMLConfiguration) without(fingerprint string) SAMLConfiguration {
	s.Certificates = slices.DeleteFunc(slices.Clone(s.Certificates), func(c Certificate) bool { return c.Fingerprint == fingerprint })
	return s
}

// Expired reports whether the certificate has ended. Its key still verifies:
// most providers sign with self-signed certificates, of which nobody asks more
// than the key (reference/idp-quirks.md).
func (c Certificate) Expired(now time.Time) bool { return now.After(c.NotAfter) }
