package dashboard

import (
	"net/http"

	"github.com/a-h/templ"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/sso"
	"gatehouse/web/ui"
)

type connectionCertificatesPage struct {
	connectionFrame
	keys  []sso.OurKey
	typed string
}

func (h *Handler) connectionCertificates(v *visit) error {
	return v.showConnectionCertificates(http.StatusOK, connectionCertificatesPage{}, nil)
}

func (v *visit) showConnectionCertificates(status int, p connectionCertificatesPage, dialog func(connectionCertificatesPage) templ.Component) error {
	wrong := p.wrong
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.connectionFrame, err = v.connectionFrame(tx, tabCertificates); err != nil {
			return err
		}
		p.keys, err = sso.Keys(tx, p.ID)
		return err
	})
	if err != nil {
		return err
	}
	p.wrong, p.frame = wrong, p.fail(wrong)
	if dialog != nil {
		p.dialog = dialog(p)
	}
	return v.show(status, connectionCertificatesView(p))
}

func (h *Handler) addCertificate(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	p := connectionCertificatesPage{typed: form.Get("certificate")}
	err = v.ofConnection("/certificates", certificateAdded, func(tx *db.OrgTx, c id.Connection) error {
		_, err := sso.AddCertificate(tx, c, p.typed)
		return err
	})
	var refused bool
	if p.wrong, refused = faultsOf(err, "certificate", "certificate"); !refused {
		return err
	}
	return v.showConnectionCertificates(http.StatusUnprocessableEntity, p, nil)
}

// certificate is the one of the address among those that are accepted.
func (v *visit) certificate(p connectionCertificatesPage) (wire.ConnectionCertificate, bool) {
	if p.detail.SAML == nil {
		return wire.ConnectionCertificate{}, false
	}
	for _, c := range p.detail.SAML.IDPCertificates {
		if string(c.ID) == v.Param("certificate") {
			return c, true
		}
	}
	return wire.ConnectionCertificate{}, false
}

func (h *Handler) askRemoveCertificate(v *visit) error {
	return v.showConnectionCertificates(http.StatusOK, connectionCertificatesPage{}, func(p connectionCertificatesPage) templ.Component {
		c, found := v.certificate(p)
		if !found {
			return confirm(question{path: p.path + "/certificates", wrong: "It is removed already."}, ui.ConfirmProps{Title: "Remove the certificate?", Post: ui.Post{Label: "Remove certificate", Action: p.path + "/certificates"}})
		}
		words := "What is signed by it is refused from now on, of whoever comes."
		if c.Source == "metadata" && c.MissingSince == nil && p.detail.SAML.MetadataURL != nil {
			words += " The provider's metadata lists it: it comes back with the next look at that."
		}
		return confirm(question{path: p.path + "/certificates"}, ui.ConfirmProps{Title: "Remove the certificate " + short(c.FingerprintSHA256) + "?", Text: words,
			Post: ui.Post{Label: "Remove certificate", Action: p.path + "/certificates/" + string(c.ID) + "/remove"}})
	})
}

func (h *Handler) removeCertificate(v *visit) error {
	certificate, err := param[id.Certificate](v, "certificate")
	if err != nil {
		return err
	}
	err = v.ofConnection("/certificates", certificateRemoved, func(tx *db.OrgTx, c id.Connection) error { return sso.RemoveCertificate(tx, c, certificate) })
	wrong, refused := faultsOf(err, "list")
	if !refused {
		return err
	}
	return v.showConnectionCertificates(http.StatusUnprocessableEntity, connectionCertificatesPage{connectionFrame: connectionFrame{wrong: wrong}}, nil)
}

// makeKey makes our next key, outside of the transaction.
func (h *Handler) makeKey(v *visit) error {
	k, err := sso.NewKey(h.DB.Now())
	if err != nil {
		return err
	}
	return v.ofConnection("/certificates", nextKeyMade, func(tx *db.OrgTx, c id.Connection) error { _, err := sso.AddKey(tx, c, k); return err })
}

func (h *Handler) askPromoteKey(v *visit) error {
	return v.showConnectionCertificates(http.StatusOK, connectionCertificatesPage{}, func(p connectionCertificatesPage) templ.Component {
		return confirm(question{path: p.path + "/certificates"}, ui.ConfirmProps{Title: "Sign with the next key?", Safe: true,
			Text: "A provider that checks our signatures and does not know its certificate yet refuses everybody. What it encrypts for the key before still opens.",
			Post: ui.Post{Label: "Sign with next key", Action: p.path + "/keys/promote"}})
	})
}

func (h *Handler) promoteKey(v *visit) error {
	return v.ofConnection("/certificates", keyPromoted, func(tx *db.OrgTx, c id.Connection) error { return sso.PromoteKey(tx, c) })
}

func (h *Handler) deleteKey(v *visit) error {
	k, err := param[id.ConnectionKey](v, "ourkey")
	if err != nil {
		return err
	}
	return v.ofConnection("/certificates", keyDeleted, func(tx *db.OrgTx, c id.Connection) error { return sso.DeleteKey(tx, c, k) })
}

// next reports whether a next key is published.
func (p connectionCertificatesPage) next() bool {
	for _, k := range p.keys {
		if k.Standing == sso.NextKey {
			return true
		}
	}
	return false
}

// short is the beginning of a fingerprint, by which people tell two apart.
func short(fingerprint string) string {
	if len(fingerprint) > 23 {
		return fingerprint[:23] + "…"
	}
	return fingerprint
}
