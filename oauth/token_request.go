package oauth

import (
	"mime"
	"net/http"
	"net/netip"
	"strings"

	"gatehouse/internal/actor"
	"gatehouse/internal/browser"
	"gatehouse/internal/problem"
)

// tokenRequest is the body of a token endpoint, from JSON or a form. Members
// that nobody knows are ignored: newer SDKs send some.
type tokenRequest struct {
	GrantType      string `json:"grant_type"`
	ClientID       string `json:"client_id"`
	ClientSecret   string `json:"client_secret"`
	Code           string `json:"code"`
	CodeVerifier   string `json:"code_verifier"`
	RedirectURI    string `json:"redirect_uri"`
	RefreshToken   string `json:"refresh_token"`
	OrganizationID string `json:"organization_id"`
	Email          string `json:"email"`
	Password       string `json:"password"`
	DeviceCode     string `json:"device_code"`
	PendingToken   string `json:"pending_authentication_token"`
	Invitation     string `json:"invitation_token"`
	ChallengeID    string `json:"authentication_challenge_id"`
	Scope          string `json:"scope"`
	Token          string `json:"token"` // to be introspected
	IPAddress      string `json:"ip_address"`
	UserAgent      string `json:"user_agent"`
}

// maxMember bounds each member: none that is right comes near it.
const maxMember = 4096

// readTokenRequest reads a token request, which names its grant.
func readTokenRequest(r *http.Request, takesJSON bool) (*tokenRequest, error) {
	t, err := readParameters(r, takesJSON)
	if err == nil && t.GrantType == "" {
		err = missing("grant_type")
	}
	return t, err
}

// readParameters reads a form, or JSON where the surface takes it.
func readParameters(r *http.Request, takesJSON bool) (*tokenRequest, error) {
	t := &tokenRequest{}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	if takesJSON && kind != "application/x-www-form-urlencoded" {
		err = browser.JSON(r, t)
	} else {
		err = t.readForm(r)
	}
	if p := problem.As(err); p != nil && p.Kind == problem.BadRequest {
		return nil, errInvalidRequest.WithMessage(p.Message) // shape C of the wire
	}
	if err != nil {
		return nil, err
	}
	for _, member := range t.members() {
		if len(*member) > maxMember {
			return nil, errInvalidRequest.WithMessage("A parameter is too long.")
		}
	}
	return t, nil
}

func (t *tokenRequest) members() map[string]*string {
	return map[string]*string{
		"grant_type": &t.GrantType, "client_id": &t.ClientID, "client_secret": &t.ClientSecret, "code": &t.Code,
		"code_verifier": &t.CodeVerifier, "redirect_uri": &t.RedirectURI, "refresh_token": &t.RefreshToken,
		"organization_id": &t.OrganizationID, "email": &t.Email, "password": &t.Password,
		"pending_authentication_token": &t.PendingToken,
		"authentication_challenge_id":  &t.ChallengeID, "invitation_token": &t.Invitation, "device_code": &t.DeviceCode,
		"scope": &t.Scope, "token": &t.Token, "ip_address": &t.IPAddress, "user_agent": &t.UserAgent,
	}
}

func (t *tokenRequest) readForm(r *http.Request) error {
	p, err := browser.Form(r)
	if err != nil {
		return err
	}
	for name, member := range t.members() {
		*member = p.Get(name)
	}
	return nil
}

// who is the application that asks. From where the person themselves comes,
// only a server can tell and only for itself.
func (t *tokenRequest) who(r *http.Request, c *caller) actor.Actor {
	who := browser.ActorOf(r)
	who.Kind, who.ID, who.Name = actor.KindClient, string(c.ID), c.Name
	if ip, agent := t.person(c); ip != "" || agent != "" {
		who.IP, who.UserAgent = ip, agent
	}
	return who
}

// person is where the person is, as the application says: theirs is recorded,
// not the application's own. Who has not proven to be the application could
// put any address into the log, so their word does not count.
func (t *tokenRequest) person(c *caller) (ip, agent string) {
	if !c.proven {
		return "", ""
	}
	if addr, err := netip.ParseAddr(strings.TrimSpace(t.IPAddress)); err == nil {
		ip = addr.Unmap().WithZone("").String()
	}
	return ip, t.UserAgent
}
