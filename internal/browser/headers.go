package browser

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/labstack/echo/v4"
)

// contentPolicy lets pages load what we serve and nothing else. There is no
// inline script and no inline style, so nothing that is injected can run.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
	"connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// Headers belong on every response, also of the management API. HSTS leaves
// subdomains alone: they may be other people's.
func Headers(secure bool) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			h := c.Response().Header()
			h.Set("X-Content-Type-Options", "nosniff")
			if secure {
				h.Set("Strict-Transport-Security", "max-age=31536000")
			}
			return next(c)
		}
	}
}

// Pages sets the headers of HTML pages. They may show personal data, so they
// are never stored.
func Pages(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		PageHeaders(c.Response().Header())
		return next(c)
	}
}

// PageHeaders are what Pages sets, for an error page outside its routes.
//
// The referrer policy is same-origin rather than no-referrer, because under
// the latter browsers send "Origin: null" with our own forms, which is then
// all that an old one tells CrossSite.
func PageHeaders(h http.Header) {
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), "+
		"publickey-credentials-get=(self), publickey-credentials-create=(self)")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// NoReferrer is for pages whose own address holds a secret (invitation,
// reset and portal links): not even we should find it in a log of referrers.
func NoReferrer(h http.Header) { h.Set("Referrer-Policy", "no-referrer") }

// AllowFrame lets the page show documents of ours in a frame.
func AllowFrame(h http.Header) {
	h.Set("Content-Security-Policy", h.Get("Content-Security-Policy")+"; frame-src 'self'")
}

// mailPolicy is for somebody else's HTML that is shown in a frame: it runs no
// script, loads nothing, posts nothing and has an origin of its own; a link
// opens as a page that none of this holds for.
const mailPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'self'; form-action 'none'; " +
	"sandbox allow-popups allow-popups-to-escape-sandbox"

// SandboxHeaders are those of a document that is shown in a frame and is
// trusted with nothing.
func SandboxHeaders(h http.Header) {
	PageHeaders(h)
	NoReferrer(h)
	h.Set("Content-Security-Policy", mailPolicy)
	h.Set("X-Frame-Options", "SAMEORIGIN")
}

var (
	cspHost   = regexp.MustCompile(`^[A-Za-z0-9.-]+(:[0-9]+)?$`)
	cspScheme = regexp.MustCompile(`^[a-z][a-z0-9+.-]*$`)
)

// AllowFormTo lets forms of this page end at uri, a validated redirect URI.
//
// Chromium applies form-action to every redirect that follows a form's post:
// without this the last step of a sign-in, the redirect to the application,
// is blocked. The page that holds the form needs it, not the answer to the
// post. What is not an address is left out, so nothing can be injected.
func AllowFormTo(h http.Header, uri string) {
	source, ok := formTarget(uri)
	policy := h.Get("Content-Security-Policy")
	before, targets, found := strings.Cut(policy, "form-action ")
	if !ok || !found {
		return
	}
	for t := range strings.FieldsSeq(targets) {
		if t == source {
			return
		}
	}
	h.Set("Content-Security-Policy", before+"form-action "+targets+" "+source)
}

// formTarget is the source expression (CSP3 §2.3.1) for the origin of uri; a
// native application's own scheme stands for itself. The grammar has no IPv6
// addresses, so for those it is the scheme alone.
func formTarget(uri string) (string, bool) {
	u, err := url.Parse(uri)
	if err != nil || !cspScheme.MatchString(u.Scheme) {
		return "", false
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return u.Scheme + ":", u.Scheme != "javascript" && u.Scheme != "data"
	case strings.HasPrefix(u.Host, "["):
		return u.Scheme + ":", true
	}
	return u.Scheme + "://" + u.Host, cspHost.MatchString(u.Host)
}

// AllowWidget lets this page run a widget of somebody else's: the script at
// that address, what it asks its own origin, and the frame that it draws in.
func AllowWidget(h http.Header, script string) {
	u, err := url.Parse(script)
	if err != nil || !cspHost.MatchString(u.Host) || u.Scheme != "https" && u.Scheme != "http" {
		return
	}
	source := u.Scheme + "://" + u.Host
	policy := h.Get("Content-Security-Policy")
	for _, directive := range []string{"script-src 'self'", "connect-src 'self'"} {
		policy = strings.Replace(policy, directive, directive+" "+source, 1)
	}
	h.Set("Content-Security-Policy", policy+"; frame-src "+source)
}
