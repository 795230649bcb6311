package sso

import (
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso/oidc"
)

// Service sends browsers to identity providers and judges what they bring
// back. It opens its own transactions, because a provider is asked and a
// signature checked between them: never call it inside one.
type Service struct {
	DB    *db.DB
	HTTP  *http.Client // internal/netguard's: for addresses that organizations give
	Party *oidc.Party
	Base  string // the public origin
	Log   *slog.Logger

	strangers budgets        // of records of what belongs to no request
	judging   atomic.Int32   // answers that are being judged by a candidate
	shadows   sync.WaitGroup // the same, to wait for
}

// For says what a browser is sent away for, and which.
type For struct {
	Purpose       Purpose           // "" is SignIn
	Attempt       *id.Attempt       // the sign-in that it is for
	PortalSession *id.PortalSession // or the admin's test
	Bound         string            // secret of the cookie that the browser has to bring back: browser.SSO, for Away.Request
	ReturnPath    string            // ours; where a test or a logout ends
	LoginHint     string            // an address, for the provider to fill in
	Actor         string            // who tests, as the log calls them
	ForceAuthn    bool              // the provider asks again, whatever session it has
	Prompt        string
	DomainHint    string
	Scopes        []string
	Query         map[string]string // further parameters for an OpenID provider
	Returns       int               // how often the browser came back from there a moment ago (Request.Returns)
}

// Away is where the browser goes: to URL, or by a form that it posts to Action.
type Away struct {
	URL     string
	Action  string
	Fields  map[string]string
	Request id.SSORequest
	Name    string // of the connection, for the page on the way

	Record    id.SSOAttempt
	Reference string // GH-XXXX-XXXX of the record
}

// Received is what a provider's answer came to.
type Received struct {
	Request    *Request // nil: unsolicited, and a fresh sign-in is to be begun
	Connection *Connection
	Profile    *Profile
	Record     id.SSOAttempt
	Reference  string
	RelayState string // unsolicited: what the provider sent along
}
