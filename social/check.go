package social

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/pem"
	"regexp"
	"strings"

	"gatehouse/internal/problem"
)

const (
	maxName   = 60
	maxClient = 255
	maxSecret = 4096
	maxList   = 20
)

var (
	slugs     = regexp.MustCompile(`^[a-z0-9](-?[a-z0-9]){1,39}$`)
	scopes    = regexp.MustCompile(`^[\x21\x23-\x5B\x5D-\x7E]{1,100}$`) // RFC 6749 §3.3
	tenantIDs = regexp.MustCompile(`^(common|organizations|consumers|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$`)
	ids       = regexp.MustCompile(`^[A-Z0-9]{10}$`) // of Apple's teams and keys
	domains   = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}$`)
)

// bad is what is wrong with one member.
func bad(member, sentence string) error {
	return ErrInvalid.WithMessage(sentence).WithDetails(problem.Detail{Code: "invalid_" + member, Message: sentence, Field: member})
}

// checked are the options that the type has, each as it should be. signs says
// that its secrets are signed here, which takes Apple's ids.
func (o Options) checked(t Type, signs bool) (Options, error) {
	kept := Options{Scopes: o.Scopes}
	for _, s := range o.Scopes {
		if !scopes.MatchString(s) || len(o.Scopes) > maxList {
			return kept, bad("scopes", "Scopes are words with a space between, at most twenty.")
		}
	}
	switch t {
	case Microsoft:
		kept.Tenant = o.Tenant
		if o.Tenant != "" && !tenantIDs.MatchString(o.Tenant) {
			return kept, bad("tenant", "A tenant is common, organizations, consumers, or the id of one.")
		}
	case Apple:
		kept.TeamID, kept.KeyID = o.TeamID, o.KeyID
		if signs && !ids.MatchString(o.TeamID) {
			return kept, bad("team_id", "A team id has ten letters and digits.")
		}
		if signs && !ids.MatchString(o.KeyID) {
			return kept, bad("key_id", "A key id has ten letters and digits.")
		}
	case OIDC:
		kept.FormPost = o.FormPost
		for _, d := range o.Domains {
			d = strings.ToLower(d)
			if !domains.MatchString(d) || len(o.Domains) > maxList {
				return kept, bad("domains", "Domains are names such as halden.example, at most twenty.")
			}
			kept.Domains = append(kept.Domains, d)
		}
	}
	return kept, nil
}

// isKey tells a private key from a secret that somebody signed elsewhere.
func isKey(secret string) bool { return strings.HasPrefix(strings.TrimSpace(secret), "-----BEGIN") }

// appleKey reads the private key that signs Apple's secrets.
func appleKey(text string) (*ecdsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, bad("client_secret", "Paste the private key that Apple gave you, the whole .p8 file.")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(*ecdsa.PrivateKey)
	if err != nil || !ok || key.Curve != elliptic.P256() {
		return nil, bad("client_secret", "That is not a private key of Apple's: theirs are PKCS #8 on P-256.")
	}
	return key, nil
}
