package oauth

import (
	"net/netip"
	"net/url"
	"strings"

	"gatehouse/internal/problem"
)

// maxURI bounds a redirect URI.
const maxURI = 2000

// ErrRedirectURIInvalid refuses a redirect URI at its registration.
var ErrRedirectURIInvalid = problem.New(problem.Invalid, "invalid_redirect_uri",
	"A redirect URI is absolute, without a fragment and without wildcards: https://app.example.com/callback.")

// matchRedirect reports whether asked may be redirected to, where registered
// was registered: they are the same text (RFC 9700 §4.1.3). A native client's
// registration of a loopback IP admits every port, because such a client
// listens on whichever is free (RFC 8252 §7.3); the rest is the same text.
func matchRedirect(registered, asked string, native bool) bool {
	if len(asked) > maxURI || asked == "" {
		return false
	}
	if registered == asked {
		return true
	}
	if !native {
		return false
	}
	rHost, rRest, rOK := splitLoopback(registered)
	aHost, aRest, aOK := splitLoopback(asked)
	return rOK && aOK && rHost == aHost && rRest == aRest
}

// splitLoopback takes http://127.0.0.1:PORT/rest apart, by text: a URL parser
// forgives what must not be forgiven here. A name such as localhost is no
// loopback IP, because a resolver decides where it leads.
func splitLoopback(uri string) (host, rest string, ok bool) {
	for _, host := range []string{"http://127.0.0.1", "http://[::1]"} {
		after, found := strings.CutPrefix(uri, host)
		if !found {
			continue
		}
		digits, isPort := strings.CutPrefix(after, ":")
		if !isPort {
			return host, after, after == "" || after[0] == '/' || after[0] == '?'
		}
		n := 0
		for n < len(digits) && digits[n] >= '0' && digits[n] <= '9' {
			n++
		}
		rest := digits[n:]
		if n < 1 || n > 5 || (rest != "" && rest[0] != '/' && rest[0] != '?') {
			return "", "", false
		}
		return host, rest, true
	}
	return "", "", false
}

// dangerousSchemes run code or read files where a browser is sent there.
var dangerousSchemes = map[string]bool{"javascript": true, "data": true, "vbscript": true, "file": true, "blob": true, "about": true, "filesystem": true, "view-source": true}

// validRedirect checks a redirect URI that somebody wants to register. Outside
// of native clients it is https, or http on a loopback host; a native client
// may have a scheme of its own (RFC 8252 §7.1).
func validRedirect(uri string, native bool) error {
	u, err := url.Parse(uri)
	if err != nil || len(uri) > maxURI || strings.ContainsAny(uri, "*\\#") || !printableASCII(uri) {
		return ErrRedirectURIInvalid
	}
	switch {
	case u.Scheme == "https" && u.Host != "" && u.Hostname() != "" && u.User == nil:
		return nil
	case u.Scheme == "http" && u.User == nil:
		if isLoopbackHost(u.Hostname()) {
			return nil
		}
		return ErrRedirectURIInvalid.WithMessage("A redirect URI is https; http is for localhost and loopback addresses alone.")
	case native && u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "" && !dangerousSchemes[u.Scheme]:
		return nil
	}
	return ErrRedirectURIInvalid
}

func isLoopbackHost(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func printableASCII(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return s != ""
}

// origin is scheme://host[:port] of an http(s) URI, or "".
func origin(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		return ""
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}

// withParams adds parameters to a redirect URI and keeps the query that it has.
func withParams(uri string, params url.Values) string {
	separator := "?"
	if strings.Contains(uri, "?") {
		separator = "&"
		if strings.HasSuffix(uri, "?") || strings.HasSuffix(uri, "&") {
			separator = ""
		}
	}
	return uri + separator + params.Encode()
}
