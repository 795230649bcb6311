package sso

import (
	"crypto/x509"
	"errors"
	"slices"
	"time"

	"gatehouse/internal/config"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso/oidc"
	"gatehouse/sso/saml"
)

// Setup is all that one sign-in by a connection needs, secrets opened.
type Setup struct {
	Connection      *Connection
	Live            Configuration
	LiveSecret      config.Secret
	Candidate       *Configuration // what is tried beside it, or nil
	CandidateSecret config.Secret

	active, next, previous *saml.Key
}

// Load reads a connection's setup.
func Load(tx *db.OrgTx, c id.Connection) (*Setup, error) {
	row, err := Get(tx, c)
	if err != nil {
		return nil, err
	}
	s := &Setup{Connection: row}
	all, err := configurations.List(tx, db.Query{Where: []db.Cond{db.Eq("connection_id", c), db.In("standing", []Standing{Live, Candidate})}})
	if err != nil {
		return nil, err
	}
	for i := range all {
		opened, err := all[i].settings(tx)
		if err != nil {
			return nil, err
		}
		if all[i].Standing == Live {
			s.Live, s.LiveSecret = opened.Configuration, opened.secret
		} else {
			s.Candidate, s.CandidateSecret = &opened.Configuration, opened.secret
		}
	}
	if s.Live.SAML == nil && s.Live.OIDC == nil {
		return nil, errors.New("sso: a connection without a configuration")
	}
	return s, s.openKeys(tx)
}

func (s *Setup) openKeys(tx *db.OrgTx) error {
	rows, err := keys.List(tx, db.Query{Where: []db.Cond{db.Eq("connection_id", s.Connection.ID)}})
	if err != nil {
		return err
	}
	for i := range rows {
		k, err := rows[i].open(tx)
		if err != nil {
			return err
		}
		switch rows[i].Standing {
		case ActiveKey:
			s.active = k
		case NextKey:
			s.next = k
		case PreviousKey:
			s.previous = k
		}
	}
	return nil
}

// NeedsKey reports whether a key must be made (EnsureKey) before the
// connection can be used: to sign, to decrypt or to prove itself.
func (s *Setup) NeedsKey() bool {
	if s.active != nil {
		return false
	}
	if s.Live.SAML != nil {
		return s.Live.SAML.SignRequests || s.Live.SAML.WantEncrypted
	}
	return s.Live.OIDC.Authenticate == privateKeyJWT
}

// Complete says what the connection lacks to sign somebody in, or nil.
func (s *Setup) Complete() error {
	return settings{Configuration: s.Live, secret: s.LiveSecret}.complete()
}

// SAML is what sso/saml is told of the connection, as it counts.
func (s *Setup) SAML(base string) (saml.Settings, error) { return s.settings(base, s.Live) }

// CandidateSAML is what sso/saml is told of the candidate configuration.
func (s *Setup) CandidateSAML(base string) (saml.Settings, error) {
	return s.settings(base, *s.Candidate)
}

func (s *Setup) settings(base string, from Configuration) (saml.Settings, error) {
	c, id := from.SAML, s.Connection.ID
	if c == nil {
		return saml.Settings{}, ErrNotSAML
	}
	certificates, err := parseAll(c.Certificates)
	return saml.Settings{
		EntityID: EntityID(base, id), ACSURL: ACSURL(base, id), SLOURL: SLOURL(base, id),
		SigningKey: s.active, DecryptionKeys: s.all(), Published: s.published(),
		IdPEntityID: c.IDPEntityID, SSOURL: c.IDPSSOURL, SSOBinding: saml.Binding(c.IDPSSOBinding),
		IdPSLOURL: c.IDPSLOURL, SLOResponseURL: c.IDPSLOReplyURL, SLOBinding: saml.Binding(c.IDPSLOBinding),
		Certificates: certificates, SignRequests: c.SignRequests, WantEncrypted: c.WantEncrypted, ForceAuthn: c.ForceAuthn,
		LegacyEncryption: c.LegacyEncryption, NameIDFormat: c.NameIDFormat, AuthnContexts: c.AuthnContexts,
		ClockSkew: max(time.Duration(c.ClockSkewSeconds)*time.Second, 1), // zero is a choice here, and means the default there
	}, err
}

// parseAll reads stored certificates: they were checked when they were added.
func parseAll(all []Certificate) ([]*x509.Certificate, error) {
	out := make([]*x509.Certificate, len(all))
	for i, c := range all {
		var err error
		if out[i], err = x509.ParseCertificate(c.DER); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// all are our keys, the newest first.
func (s *Setup) all() []*saml.Key {
	return slices.DeleteFunc([]*saml.Key{s.next, s.active, s.previous}, func(k *saml.Key) bool { return k == nil })
}

// published are the certificates that the provider is to know: the one that
// signs, and before it the one that will.
func (s *Setup) published() []*x509.Certificate {
	var out []*x509.Certificate
	for _, k := range []*saml.Key{s.next, s.active} {
		if k != nil {
			out = append(out, k.Certificate)
		}
	}
	return out
}

const privateKeyJWT = "private_key_jwt"

// OIDC is what sso/oidc is told of the connection, as it counts.
func (s *Setup) OIDC(base string) oidc.Client { return s.client(base, s.Live.OIDC, s.LiveSecret) }

// CandidateOIDC is what sso/oidc is told of the candidate configuration.
func (s *Setup) CandidateOIDC(base string) oidc.Client {
	return s.client(base, s.Candidate.OIDC, s.CandidateSecret)
}

func (s *Setup) client(base string, c *OIDCConfiguration, secret config.Secret) oidc.Client {
	return oidc.Client{Issuer: c.Issuer, ID: c.ClientID, RedirectURI: RedirectURI(base, s.Connection.ID), Scopes: c.asked(), Authenticate: s.authenticate(c, secret.Reveal())}
}

// defaultScopes are what is asked for where nobody said what.
var defaultScopes = []string{"openid", "email", "profile"}

// asked are the scopes of a sign-in: openid is always among them (OpenID
// Connect Core §3.1.2.1).
func (c *OIDCConfiguration) asked() []string {
	switch {
	case len(c.Scopes) == 0:
		return slices.Clone(defaultScopes)
	case slices.Contains(c.Scopes, "openid"):
		return slices.Clone(c.Scopes)
	}
	return append([]string{"openid"}, c.Scopes...)
}

func (s *Setup) authenticate(c *OIDCConfiguration, secret string) oidc.Authenticate {
	switch c.Authenticate {
	case "client_secret_post":
		return oidc.SecretPost(c.ClientID, secret)
	case "client_secret_basic":
		return oidc.SecretBasic(c.ClientID, secret)
	case privateKeyJWT:
		if s.active != nil {
			return oidc.PrivateKeyJWT(c.ClientID, oidc.Key{Private: s.active.Private, ID: keyID(s.active.Certificate), Algorithm: "RS256"})
		}
	}
	return oidc.Secret(c.ClientID, secret)
}
