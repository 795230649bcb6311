package dashboard

import (
	"net/http"
	"strconv"
	"strings"

	"gatehouse/internal/browser"
	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/sso"
	"gatehouse/sso/saml"
	"gatehouse/web/ui"
)

// providerForm is how a provider is spoken with, as it was typed or is stored.
// The secret goes in and never comes out.
type providerForm struct {
	metadataURL, metadataXML, entityID, ssoURL, sloURL, certificates string
	sign, encrypted, cbc128, cbc256, force                           bool
	skew, format, contexts                                           string

	issuer, client, scopes, method string
	secret                         *config.Secret // nil: what is stored stays
}

// providerFields are the fields of the form that a problem may name, by the
// problem's name for them.
var providerFields = map[string]string{
	"saml.metadata_url": "metadata_url", "saml.metadata_xml": "metadata_xml", "saml.idp_entity_id": "idp_entity_id", "saml.idp_sso_url": "idp_sso_url", "saml.idp_slo_url": "idp_slo_url",
	"saml.idp_certificates": "idp_certificates", "saml.name_id_format": "name_id_format", "saml.clock_skew_seconds": "clock_skew", "saml.requested_authn_context": "contexts",
	"oidc.issuer": "issuer", "oidc.client_id": "client_id", "oidc.client_secret": "client_secret", "oidc.scopes": "scopes", "oidc.token_endpoint_auth_method": "method",
}

// providerFaults are what is wrong with a provider, by the form's fields.
func providerFaults(err error, fallback string) (faults, bool) {
	known := make([]string, 0, len(providerFields))
	for name := range providerFields {
		known = append(known, name)
	}
	wrong, refused := faultsOf(err, fallback, append(known, "name", "connection_type", "domains")...)
	for name, field := range providerFields {
		if words, ok := wrong[name]; ok {
			delete(wrong, name)
			wrong[field] = words
		}
	}
	return wrong, refused
}

func readProvider(form browser.Params) providerForm {
	get := func(name string) string { return strings.TrimSpace(form.Get(name)) }
	on := func(name string) bool { return form.Get(name) != "" }
	f := providerForm{metadataURL: get("metadata_url"), metadataXML: get("metadata_xml"), entityID: get("idp_entity_id"), ssoURL: get("idp_sso_url"), sloURL: get("idp_slo_url"),
		certificates: get("idp_certificates"), sign: on("sign"), encrypted: on("encrypted"), cbc128: on("cbc128"), cbc256: on("cbc256"), force: on("force"),
		skew: get("clock_skew"), format: get("name_id_format"), contexts: form.Get("contexts"),
		issuer: get("issuer"), client: get("client_id"), scopes: get("scopes"), method: form.Get("method")}
	if secret := get("client_secret"); secret != "" {
		s := config.NewSecret(secret)
		f.secret = &s
	}
	return f
}

func storedProvider(d wire.ConnectionDetail) providerForm {
	if o := d.OIDC; o != nil {
		return providerForm{issuer: text(o.Issuer), client: text(o.ClientID), scopes: strings.Join(o.Scopes, " "), method: text(o.AuthMethod)}
	}
	s := d.SAML
	f := providerForm{metadataURL: text(s.MetadataURL), entityID: text(s.IDPEntityID), ssoURL: text(s.IDPSSOURL), sloURL: text(s.IDPSLOURL), sign: s.SignRequests, encrypted: s.WantEncrypted,
		force: s.ForceAuthn, skew: strconv.Itoa(s.ClockSkewSeconds), format: text(s.NameIDFormat), contexts: strings.Join(s.AuthnContexts, "\n")}
	for _, c := range s.LegacyEncryption {
		f.cbc128, f.cbc256 = f.cbc128 || c == saml.AES128CBC, f.cbc256 || c == saml.AES256CBC
	}
	return f
}

// configure is the form as a change. Metadata is read between transactions:
// from the file, or at the address where that is new.
func (v *visit) configure(f providerForm, p sso.Protocol, before providerForm) (sso.Configure, error) {
	if p == sso.OIDC {
		scopes := strings.Fields(f.scopes)
		return sso.Configure{OIDC: &sso.OIDCChange{Issuer: &f.issuer, ClientID: &f.client, ClientSecret: f.secret, Scopes: &scopes, Authenticate: &f.method}}, nil
	}
	ch := &sso.SAMLChange{MetadataURL: &f.metadataURL, SignRequests: &f.sign, WantEncrypted: &f.encrypted, ForceAuthn: &f.force, NameIDFormat: &f.format}
	contexts, ciphers := strings.Fields(f.contexts), []string{}
	if f.cbc128 {
		ciphers = append(ciphers, saml.AES128CBC)
	}
	if f.cbc256 {
		ciphers = append(ciphers, saml.AES256CBC)
	}
	ch.AuthnContexts, ch.LegacyEncryption = &contexts, &ciphers
	if f.skew != "" {
		skew, err := strconv.Atoi(f.skew)
		if err != nil {
			skew = -1 // which is said to be outside of what can be
		}
		ch.ClockSkewSeconds = &skew
	}
	var err error
	switch {
	case f.metadataXML != "":
		ch.Metadata, err = sso.ReadMetadata([]byte(f.metadataXML), v.h.DB.Now())
	case f.metadataURL != "" && f.metadataURL != before.metadataURL:
		ch.Metadata, err = sso.FetchMetadata(v.Request().Context(), v.h.Upkeep.HTTP, f.metadataURL, v.h.DB.Now())
	}
	if ch.Metadata == nil { // what it says counts over what the form still shows
		ch.IDPEntityID, ch.IDPSSOURL, ch.IDPSLOURL = &f.entityID, &f.ssoURL, &f.sloURL
	}
	if f.certificates != "" {
		list := certificatesIn(f.certificates)
		ch.Certificates = &list
	}
	return sso.Configure{SAML: ch}, err
}

// certificatesIn are the certificates of a text, each by itself.
func certificatesIn(text string) []string {
	const end = "-----END CERTIFICATE-----"
	var list []string
	for part := range strings.SplitAfterSeq(text, end) {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

type connectionProviderPage struct {
	connectionFrame
	form providerForm
	try  bool // beside the one that counts
}

func (h *Handler) connectionProvider(v *visit) error {
	return v.showConnectionProvider(http.StatusOK, nil)
}

func (v *visit) showConnectionProvider(status int, typed *connectionProviderPage) error {
	var p connectionProviderPage
	err := v.read(func(tx *db.AllTx) (err error) {
		p.connectionFrame, err = v.connectionFrame(tx, tabProvider)
		return err
	})
	if err != nil {
		return err
	}
	p.form = storedProvider(p.detail)
	if typed != nil {
		p.form, p.try, p.wrong = typed.form, typed.try, typed.wrong
	}
	p.frame = p.fail(p.wrong)
	return v.show(status, connectionProviderView(p))
}

// saveConnectionProvider makes what was typed count, or sets it to be tried
// beside what counts.
func (h *Handler) saveConnectionProvider(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	org, key, err := v.connection()
	if err != nil {
		return err
	}
	p := connectionProviderPage{form: readProvider(form), try: form.Get("when") == "try"}
	var before wire.ConnectionDetail
	err = v.h.DB.ReadOrg(v.Request().Context(), org, func(tx *db.OrgTx) error {
		before, err = sso.Show(tx, h.Origin, key)
		return err
	})
	if err != nil {
		return err
	}
	configure, err := v.configure(p.form, sso.Type(before.ConnectionType).Protocol(), storedProvider(before))
	said, to := connectionSaved, ""
	if p.try {
		said, to = trialBegun, "/trial"
	}
	if err == nil {
		err = v.in(org, func(tx *db.OrgTx) error { return store(tx, key, configure, p.try) })
	}
	if err == nil {
		return v.done(connectionsHome+"/"+string(key)+to, said)
	}
	var refused bool
	if p.wrong, refused = providerFaults(err, "form"); !refused {
		return err
	}
	return v.showConnectionProvider(http.StatusUnprocessableEntity, &p)
}

func store(tx *db.OrgTx, key id.Connection, configure sso.Configure, try bool) error {
	if try {
		return sso.SetCandidate(tx, key, configure)
	}
	_, err := sso.Update(tx, key, sso.Change{Configure: configure})
	return err
}

var whenOptions = []ui.Option{
	{Value: "now", Label: "At once", Hint: "What counted before can be brought back."},
	{Value: "try", Label: "Try it first", Hint: "Real answers are judged by it too. It lets nobody in until it is promoted."},
}

func whenValue(try bool) string {
	if try {
		return "try"
	}
	return "now"
}

var methodOptions = []ui.Option{{Label: "As the provider says"}, {Value: "client_secret_basic", Label: "client_secret_basic"}, {Value: "client_secret_post", Label: "client_secret_post"}, {Value: "private_key_jwt", Label: "private_key_jwt"}}

var formatOptions = []ui.Option{{Label: "None, which suits nearly all"}, {Value: saml.FormatUnspecified, Label: "unspecified"}, {Value: saml.FormatEmail, Label: "emailAddress"}, {Value: saml.FormatPersistent, Label: "persistent"}, {Value: saml.FormatTransient, Label: "transient"}}

// withFormat offers another format that is set already.
func withFormat(set string) []ui.Option {
	for _, o := range formatOptions {
		if o.Value == set {
			return formatOptions
		}
	}
	return append(append([]ui.Option{}, formatOptions...), ui.Option{Value: set, Label: set})
}
