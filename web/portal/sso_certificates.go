package portal

import (
	"net/http"
	"strings"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso"
	"gatehouse/sso/saml"
)

// shownCertificate is one that a connection accepts.
type shownCertificate struct {
	id, fingerprint, from, origin string
	next                          bool // not valid yet: the provider will sign with it
	ending
}

func (v *visit) shownCertificate(c sso.Certificate) shownCertificate {
	s := shownCertificate{id: string(c.ID), fingerprint: c.Fingerprint, from: day(c.NotBefore), ending: endsAt(c.NotAfter, v.now), origin: "Added by hand, " + day(c.AddedAt)}
	if c.FromMetadata {
		s.origin = "From the metadata, " + day(c.AddedAt)
	}
	switch {
	case !c.MissingSince.IsZero():
		s.origin = "Gone from the metadata since " + day(c.MissingSince)
	case c.NotBefore.After(v.now):
		s.next, s.origin = true, "Next: valid from "+day(c.NotBefore)
	}
	return s
}

// ourKey is a certificate of ours, as its provider knows it.
type ourKey struct {
	id, fingerprint, standing, pem string
	active, next                   bool
	ending
}

// certificatesPage are the certificates of both sides.
type certificatesPage struct {
	connectionFrame
	certificates []shownCertificate
	watched      bool // its metadata has an address
	keys         []ourKey
	problem      faults
	typed        string
	remove       *shownCertificate // asked about
	last         bool              // it is the only one of a connection that is on
	promote      bool
	seen         *seenCertificate
	metadataURL  string
}

// seenCertificate is what signed a response that was refused. It is shown to
// be compared, and can be trusted by nothing on this page.
type seenCertificate struct{ expected, received, reference string }

func (h *Handler) ssoCertificates(v *visit) error {
	s, err := v.setup()
	if err != nil {
		return err
	}
	return h.showCertificates(v, s, http.StatusOK, "", nil)
}

func (h *Handler) showCertificates(v *visit, s *sso.Setup, status int, typed string, wrong faults) error {
	p := certificatesPage{connectionFrame: v.connectionFrame(s.Connection, "Certificates"), typed: typed, problem: wrong, metadataURL: sso.MetadataURL(h.Base, s.Connection.ID)}
	p.frame = p.fail(wrong)
	if c := s.Live.SAML; c != nil {
		p.watched = c.MetadataURL != ""
		for _, x := range c.Certificates {
			p.certificates = append(p.certificates, v.shownCertificate(x))
		}
	}
	p.last = len(p.certificates) == 1 && s.Connection.State == sso.Active
	for i := range p.certificates {
		if p.certificates[i].id == v.QueryParam("remove") {
			p.remove = &p.certificates[i]
		}
	}
	p.promote = v.QueryParam("confirm") == "promote"
	err := v.read(func(tx *db.OrgTx) error {
		all, err := sso.Keys(tx, s.Connection.ID)
		if err != nil {
			return err
		}
		for _, k := range all {
			p.keys = append(p.keys, v.ourKey(k))
		}
		return p.compare(tx, v.QueryParam("attempt"))
	})
	if err != nil {
		return err
	}
	return v.show(status, certificatesView(p))
}

var standings = map[sso.KeyStanding]string{sso.ActiveKey: "Signs our requests", sso.NextKey: "Next", sso.PreviousKey: "Only decrypts what is older"}

func (v *visit) ourKey(k sso.OurKey) ourKey {
	return ourKey{id: string(k.ID), fingerprint: saml.Fingerprint(k.Certificate), standing: standings[k.Standing], active: k.Standing == sso.ActiveKey, next: k.Standing == sso.NextKey,
		pem: strings.TrimSpace(string(saml.CertificatePEM(k.Certificate))), ending: endsAt(k.Certificate.NotAfter, v.now)}
}

// compare puts what a failing response was signed with beside what is accepted.
func (p *certificatesPage) compare(tx *db.OrgTx, attempt string) error {
	key, err := id.Parse[id.SSOAttempt](attempt)
	if err != nil {
		return nil // nothing to compare
	}
	a, err := sso.GetAttempt(tx, key)
	if err != nil {
		return err
	}
	if a.ConnectionID != p.connection.ID {
		return db.ErrNotFound
	}
	if code := deref(a.Code); code == "saml_signature_invalid" || code == "saml_certificate_expired" {
		p.seen = &seenCertificate{deref(a.Expected), deref(a.Received), a.Reference}
	}
	return nil
}

// ssoAddCertificate accepts one more, which the admin got from the provider's
// own console.
func (h *Handler) ssoAddCertificate(v *visit) error {
	s, err := v.setup()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	typed := form.Get("certificate")
	err = v.in(func(tx *db.OrgTx) error { _, err := sso.AddCertificate(tx, s.Connection.ID, typed); return err })
	if wrong, refused := faultsOf(err, "certificate", "certificate"); refused {
		return h.showCertificates(v, s, http.StatusUnprocessableEntity, typed, wrong)
	}
	if err != nil {
		return err
	}
	return v.done(pathSSO+"/"+string(s.Connection.ID)+"/certificates", certificateAdded)
}

func (h *Handler) ssoRemoveCertificate(v *visit) error {
	key, err := param[id.Certificate](v, "certificate")
	if err != nil {
		return err
	}
	return v.certificateChange(certificateRemoved, func(tx *db.OrgTx, c id.Connection) error { return sso.RemoveCertificate(tx, c, key) })
}

// ssoAddKey makes our next key, before the transaction: it takes a while.
func (h *Handler) ssoAddKey(v *visit) error {
	if _, err := v.setup(); err != nil {
		return err
	}
	k, err := sso.NewKey(v.now)
	if err != nil {
		return err
	}
	return v.certificateChange(keyAdded, func(tx *db.OrgTx, c id.Connection) error { _, err := sso.AddKey(tx, c, k); return err })
}

func (h *Handler) ssoPromoteKey(v *visit) error {
	return v.certificateChange(keyPromoted, sso.PromoteKey)
}

func (h *Handler) ssoRemoveKey(v *visit) error {
	key, err := param[id.ConnectionKey](v, "key")
	if err != nil {
		return err
	}
	return v.certificateChange(keyRemoved, func(tx *db.OrgTx, c id.Connection) error { return sso.DeleteKey(tx, c, key) })
}

// certificateChange changes something, and comes back to the page.
func (v *visit) certificateChange(said notice, change func(*db.OrgTx, id.Connection) error) error {
	c, err := v.connection()
	if err != nil {
		return err
	}
	if err := v.in(func(tx *db.OrgTx) error { return change(tx, c) }); err != nil {
		return err
	}
	return v.done(pathSSO+"/"+string(c)+"/certificates", said)
}
