package oauth

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/internal/browser"
	"gatehouse/internal/id"
	"gatehouse/login"
	"gatehouse/social"
)

// The bounds of what an application may hand in to have back.
const (
	maxState = 4096
	maxNonce = 1024
	maxHint  = 320
)

// asked is an authorization request whose client and redirect URI are proven.
type asked struct {
	surface      Surface
	client       *registration
	redirectURI  string
	state        string
	nonce        string
	scope        scopes
	challenge    string
	organization *id.Organization
	invitation   string // its token
	loginHint    string
	locales      string
	screen       string
	prompts      []string
	maxAge       *time.Duration
	provider     string // go there at once
	hints        social.Hints
	way          way            // how a connection is chosen
	connection   *id.Connection // the one that it is; go there at once
	asks         bool           // the person chooses one of several
}

// refusal is an error that goes back to the application (RFC 6749 §4.1.2.1).
type refusal struct{ code, description string }

func (r *refusal) Error() string { return r.code + ": " + r.description }

func refuse(code, description string) error { return &refusal{code, description} }

// read fills in what both surfaces share and checks it.
func (a *asked) read(p browser.Params) error {
	if len(p.Get("state")) > maxState {
		return refuse("invalid_request", "state is longer than 4096 bytes.")
	}
	a.state = p.Get("state")
	switch {
	case a.client.Type == Machine:
		return refuse("unauthorized_client", "This application signs nobody in.")
	case p.Get("response_type") == "":
		return refuse("invalid_request", "response_type is missing.")
	case p.Get("response_type") != "code":
		return refuse("unsupported_response_type", "response_type must be code.")
	case p.Get("response_mode") != "" && p.Get("response_mode") != "query":
		return refuse("invalid_request", "response_mode must be query.")
	case len(p.Get("nonce")) > maxNonce:
		return refuse("invalid_request", "nonce is too long.")
	}
	a.nonce, a.locales = p.Get("nonce"), p.Get("ui_locales")
	if len(p.Get("login_hint")) <= maxHint {
		a.loginHint = p.Get("login_hint")
	}
	a.invitation = p.Get("invitation_token")
	if err := a.readChallenge(p); err != nil {
		return err
	}
	if err := a.readPrompt(p); err != nil {
		return err
	}
	if a.surface == SurfaceSSO { // its selector is called otherwise
		return nil
	}
	return a.readOrganization(p.Get("organization_id"))
}

// readChallenge wants PKCE of every client that has no secret, and only S256.
func (a *asked) readChallenge(p browser.Params) error {
	challenge, method := p.Get("code_challenge"), p.Get("code_challenge_method")
	switch {
	case challenge == "" && method != "":
		return refuse("invalid_request", "code_challenge is missing.")
	case challenge == "" && a.client.Public():
		return refuse("invalid_request", "This application has no secret, so it must send a code_challenge (PKCE).")
	case challenge == "":
		return nil
	case method != "S256":
		return refuse("invalid_request", "code_challenge_method must be S256.")
	case !validChallenge(challenge):
		return refuse("invalid_request", "code_challenge is not a SHA-256 in base64url.")
	}
	a.challenge = challenge
	return nil
}

func (a *asked) readPrompt(p browser.Params) error {
	a.prompts = strings.Fields(p.Get("prompt"))
	if slices.Contains(a.prompts, "none") && len(a.prompts) > 1 {
		return refuse("invalid_request", "prompt=none stands alone.")
	}
	if text := p.Get("max_age"); text != "" {
		seconds, err := strconv.ParseInt(text, 10, 32)
		if err != nil || seconds < 0 {
			return refuse("invalid_request", "max_age is a number of seconds.")
		}
		age := time.Duration(seconds) * time.Second
		a.maxAge = &age
	}
	a.screen = login.ScreenSignIn
	if p.Get("screen_hint") == "sign-up" || slices.Contains(a.prompts, "create") {
		a.screen = login.ScreenSignUp
	}
	return nil
}

func (a *asked) readOrganization(text string) error {
	if text == "" {
		return nil
	}
	org, err := id.Parse[id.Organization](text)
	if err != nil {
		return refuse("organization_invalid", "There is no organization with that id.")
	}
	a.organization = &org
	return nil
}

func (a *asked) silent() bool { return slices.Contains(a.prompts, "none") }

// freshAfter is the moment after which the person must have signed in.
func (a *asked) freshAfter(now time.Time) *time.Time {
	if slices.Contains(a.prompts, "login") || slices.Contains(a.prompts, "select_account") {
		return &now
	}
	if a.maxAge != nil {
		at := now.Add(-*a.maxAge)
		return &at
	}
	return nil
}

// back is the address that takes params to the application, with its state as
// it was sent. The standard surface also says who answers (RFC 9207).
func back(surface Surface, issuer, redirectURI, state string, params url.Values) string {
	if state != "" {
		params.Set("state", state)
	}
	if surface == SurfaceOAuth2 {
		params.Set("iss", issuer)
	}
	return withParams(redirectURI, params)
}
