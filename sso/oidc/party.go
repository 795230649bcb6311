package oidc

import (
	"net/http"
	"sync"
	"time"
)

// Party asks providers. Make one at start and keep it: it remembers their
// metadata and keys.
type Party struct {
	HTTP *http.Client     // internal/netguard's, with its defaults
	Now  func() time.Time // nil: time.Now

	mu    sync.Mutex
	known map[string]*known
}

// Client is the registration at one provider.
type Client struct {
	Issuer       string // as set up; its metadata is below it
	ID           string
	Authenticate Authenticate
	RedirectURI  string
	Scopes       []string

	AnyTenant bool // the issuer in the metadata holds {tenantid}, which each token fills in
	NoPKCE    bool // the provider fails where a challenge is redeemed
	NoNonce   bool // the provider never returns one
	Userinfo  bool // it is asked whatever the ID token says: some put much there alone
	FormPost  bool // the answer comes as a cross-site POST
}

func (p *Party) now() time.Time {
	if p.Now != nil {
		return p.Now()
	}
	return time.Now()
}
