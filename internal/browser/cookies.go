package browser

import (
	"net/http"
	"time"
)

// Cookie is one of Gatehouse's cookies. Its name gets the __Host- prefix on
// https, which makes browsers refuse it from other hosts, with a Domain, a
// Path or without Secure (RFC 6265bis §4.1.3.2).
type Cookie struct {
	name      string
	crossSite bool // also sent with posts that identity providers make browsers send
}

// The cookies. Session is set only when a sign-in is complete. Attempt holds
// the secret of a login attempt. SSO says, for one request to an identity
// provider, that this browser was sent there: the provider's cross-site POST
// to the ACS must carry it. Device says who has signed in here before, for the
// limits. Flash is a notice for the next page. Theme and Locale are a person's
// choice of looks.
var (
	Session = Cookie{name: "gatehouse_session"}
	Attempt = Cookie{name: "gatehouse_attempt"}
	SSO     = Cookie{name: "gatehouse_sso", crossSite: true}
	Device  = Cookie{name: "gatehouse_device"}
	Portal  = Cookie{name: "gatehouse_portal"} // somebody's visit to an organization's portal
	Flash   = Cookie{name: "gatehouse_flash"}
	Theme   = Cookie{name: "gatehouse_theme"}
	Locale  = Cookie{name: "gatehouse_locale"}
	Method  = Cookie{name: "gatehouse_method"} // how somebody signed in here last

	// Returned counts how often the browser came back from an identity provider
	// within a minute.
	Returned = Cookie{name: "gatehouse_returned"}
)

// For is a cookie like c of its own for key (letters, digits, _ and -): one
// for each login attempt lets tabs sign in beside one another.
func (c Cookie) For(key string) Cookie {
	c.name += "_" + key
	return c
}

// maxCookie is what browsers keep at least of a cookie (RFC 6265 §6.1).
const maxCookie = 4096

// Jar writes and reads cookies. Secure is whether browsers reach this
// deployment by https (config's Secure); without it, it is plain-http loopback.
type Jar struct{ Secure bool }

// Name is what c is called in this deployment.
func (j Jar) Name(c Cookie) string {
	if j.Secure {
		return "__Host-" + c.name
	}
	return c.name
}

// Get is the value of c, or "".
func (j Jar) Get(r *http.Request, c Cookie) string {
	cookie, err := r.Cookie(j.Name(c))
	if err != nil || len(cookie.Value) > maxCookie {
		return ""
	}
	return cookie.Value
}

// Set gives the browser c for lifetime; zero: until the browser closes.
func (j Jar) Set(w http.ResponseWriter, c Cookie, value string, lifetime time.Duration) {
	j.write(w, c, value, int(lifetime.Seconds()))
}

// Clear takes c away.
func (j Jar) Clear(w http.ResponseWriter, c Cookie) { j.write(w, c, "", -1) }

func (j Jar) write(w http.ResponseWriter, c Cookie, value string, maxAge int) {
	cookie := &http.Cookie{Name: j.Name(c), Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: j.Secure, SameSite: http.SameSiteLaxMode}
	// SameSite=None needs Secure. Without https we name no rule: Chromium then
	// sends the cookie with cross-site posts for its first two minutes, others
	// always, so that a developer's machine can be tried with any provider.
	if c.crossSite {
		cookie.SameSite = http.SameSiteNoneMode
		if !j.Secure {
			cookie.SameSite = 0
		}
	}
	http.SetCookie(w, cookie)
}
