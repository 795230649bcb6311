package sso

import (
	"errors"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/sso/saml"
)

// Show is a connection with all that is set of it, without its secrets, which
// it does not open.
func Show(tx *db.OrgTx, base string, c id.Connection) (wire.ConnectionDetail, error) {
	row, err := Get(tx, c)
	if err != nil {
		return wire.ConnectionDetail{}, err
	}
	all, err := Domains(tx, c)
	if err != nil {
		return wire.ConnectionDetail{}, err
	}
	w := row.detail(base, all)
	stored, err := standing(tx, c, Live)
	if err != nil {
		return w, err
	}
	tried, err := configurations.Count(tx, db.Eq("connection_id", c), db.Eq("standing", Candidate))
	if err != nil {
		return w, err
	}
	w.CandidateSet = tried > 0
	if o := stored.Configuration.OIDC; o != nil {
		w.OIDC = &wire.ConnectionOIDC{RedirectURI: RedirectURI(base, c), BackchannelLogoutURI: BackchannelURL(base, c), PostLogoutRedirectURI: LoggedOutURL(base, c), JWKSURI: JWKSURL(base, c), OIDCProvider: o.wire(stored.Sealed)}
		return w, nil
	}
	w.SAML, err = row.showSAML(tx, base, stored.Configuration.SAML)
	return w, err
}

func (c *Connection) detail(base string, all []Domain) wire.ConnectionDetail {
	w := wire.ConnectionDetail{Connection: c.Wire(all), IDPInitiatedEnabled: c.IDPInitiated, JITProvisioning: c.JIT, AllowGuests: c.AllowGuests,
		DefaultRole: c.DefaultRole, AttributeMap: c.AttributeMap.wire(), RoleMappings: Mappings(c.RoleMappings), StartURL: StartURL(base, c.ID),
		ReplacesID: c.ReplacesID, ActivatedAt: wire.MaybeAt(c.ActivatedAt), LastUsedAt: wire.MaybeAt(c.LastUsedAt)}
	return w
}

// Mappings are groups and their roles on the wire.
func Mappings(all []RoleMapping) []wire.RoleMapping {
	out := make([]wire.RoleMapping, len(all))
	for i, m := range all {
		out[i] = wire.RoleMapping{Group: m.Group, RoleSlug: m.RoleSlug}
	}
	return out
}

// wire is the map as it was sent: one name as a text, several as a list.
func (m AttributeMap) wire() map[string]any {
	out := map[string]any{}
	add := func(name string, sources []string) {
		switch len(sources) {
		case 0:
		case 1:
			out[name] = sources[0]
		default:
			out[name] = sources
		}
	}
	for name, sources := range m.Known() {
		add(name, *sources)
	}
	for name, sources := range m.Custom {
		add(name, sources)
	}
	return out
}

func (c *Connection) showSAML(tx *db.OrgTx, base string, s *SAMLConfiguration) (*wire.ConnectionSAML, error) {
	ours, err := Keys(tx, c.ID)
	if err != nil {
		return nil, err
	}
	w := &wire.ConnectionSAML{SPEntityID: EntityID(base, c.ID), SPACSURL: ACSURL(base, c.ID), SPSLOURL: SLOURL(base, c.ID), SPMetadataURL: MetadataURL(base, c.ID),
		MetadataChecked: wire.MaybeAt(c.MetadataCheckedAt), MetadataError: c.MetadataError, SAMLProvider: s.wire()}
	for _, standing := range []KeyStanding{NextKey, ActiveKey} {
		for _, k := range ours {
			if k.Standing == standing {
				w.SPCertificates = append(w.SPCertificates, string(saml.CertificatePEM(k.Certificate)))
			}
		}
	}
	return w, nil
}

func (s *SAMLConfiguration) wire() wire.SAMLProvider {
	w := wire.SAMLProvider{MetadataURL: some(s.MetadataURL), IDPEntityID: some(s.IDPEntityID), IDPSSOURL: some(s.IDPSSOURL), IDPSSOBinding: s.IDPSSOBinding,
		IDPSLOURL: some(s.IDPSLOURL), SignRequests: s.SignRequests, WantEncrypted: s.WantEncrypted, NameIDFormat: some(s.NameIDFormat),
		ForceAuthn: s.ForceAuthn, ClockSkewSeconds: s.ClockSkewSeconds, AuthnContexts: s.AuthnContexts, LegacyEncryption: s.LegacyEncryption}
	if w.IDPSSOBinding == "" {
		w.IDPSSOBinding = string(saml.Redirect)
	}
	for _, c := range s.Certificates {
		w.IDPCertificates = append(w.IDPCertificates, c.Wire())
	}
	return w
}

// Wire is the certificate as callers see it.
func (c Certificate) Wire() wire.ConnectionCertificate {
	w := wire.ConnectionCertificate{ID: c.ID, FingerprintSHA256: c.Fingerprint, NotBefore: wire.At(c.NotBefore), NotAfter: wire.At(c.NotAfter), Source: "added"}
	if c.FromMetadata {
		w.Source = "metadata"
	}
	if !c.MissingSince.IsZero() {
		w.MissingSince = wire.MaybeAt(&c.MissingSince)
	}
	return w
}

func (o *OIDCConfiguration) wire(sealed []byte) wire.OIDCProvider {
	return wire.OIDCProvider{Issuer: some(o.Issuer), ClientID: some(o.ClientID), ClientSecretSet: len(sealed) > 0, Scopes: o.asked(), AuthMethod: some(o.Authenticate), EndSession: o.EndSession}
}

// Wire is the key as callers see it.
func (k OurKey) Wire() wire.ConnectionKey {
	return wire.ConnectionKey{ID: k.ID, Standing: string(k.Standing), Certificate: string(saml.CertificatePEM(k.Certificate)), FingerprintSHA256: saml.Fingerprint(k.Certificate),
		NotBefore: wire.At(k.Certificate.NotBefore), NotAfter: wire.At(k.Certificate.NotAfter), CreatedAt: wire.At(k.CreatedAt)}
}

// ShowCandidate is the configuration that is tried beside the live one, with
// what was found, or ErrNoCandidate.
func ShowCandidate(tx *db.OrgTx, c id.Connection) (wire.ConnectionCandidate, error) {
	w := wire.ConnectionCandidate{ConnectionID: c}
	_, now, err := live(tx, c)
	if err != nil {
		return w, err
	}
	row, err := standing(tx, c, Candidate)
	if errors.Is(err, db.ErrNotFound) {
		return w, ErrNoCandidate
	}
	if err != nil {
		return w, err
	}
	tried, err := row.settings(tx)
	if err != nil {
		return w, err
	}
	w.Changed, w.CreatedAt = now.differs(tried), wire.At(row.CreatedAt)
	if tried.SAML != nil {
		provider := tried.SAML.wire()
		w.SAML = &provider
	} else {
		provider := tried.OIDC.wire(row.Sealed)
		w.OIDC = &provider
	}
	w.Findings, err = findings(tx, c, row.CreatedAt)
	return w, err
}
