package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// maxList bounds every comma-separated value.
const maxList = 100

// splitList is the members of a comma-separated value, without empty ones.
func splitList(v string) []string {
	var list []string
	for part := range strings.SplitSeq(v, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// setBaseURL takes an origin and nothing more: what others append a path to
// and compare byte for byte must have one spelling.
func setBaseURL(c *Config, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" {
		return errors.New("must be an origin, for example https://auth.example.com")
	}
	host := strings.ToLower(u.Hostname())
	switch {
	case u.User != nil:
		return errors.New("must have no user name or password")
	case u.Path != "" && u.Path != "/":
		return errors.New("must have no path: Gatehouse needs a host name or port of its own")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(v, "#"):
		return errors.New("must have no query or fragment")
	case !hostAllowed(host):
		return errors.New("must have a host of letters, digits, dots and hyphens (an international name in its xn-- form)")
	case u.Scheme == "http" && !loopback(host):
		return errors.New("must begin with https://, because plain http is for loopback addresses alone")
	}
	if strings.HasSuffix(u.Host, ":") {
		return errors.New("must have a port behind the colon, or no colon")
	}
	c.BaseURL = &url.URL{Scheme: u.Scheme, Host: canonicalHost(host, u.Port(), u.Scheme)}
	return nil
}

func canonicalHost(host, port, scheme string) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port == "" || scheme == "https" && port == "443" || scheme == "http" && port == "80" {
		return host // as browsers write the origin
	}
	return host + ":" + port
}

func hostAllowed(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Zone() == ""
	}
	return !strings.ContainsFunc(host, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '-'
	})
}

// loopback reports whether only this machine can reach host.
func loopback(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap().IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost") // RFC 6761 §6.3
}

// checkURL says what is wrong with an absolute URL; it does not repeat it,
// because it may hold a password.
func checkURL(v string, schemes ...string) error {
	u, err := url.Parse(v)
	if err != nil || !slices.Contains(schemes, u.Scheme) || u.Host == "" {
		return fmt.Errorf("must be a URL that begins with %s:// and names a host", strings.Join(schemes, ":// or "))
	}
	return nil
}

// parsePrefixes reads CIDRs; an address alone is the network of itself.
func parsePrefixes(v string) ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, text := range splitList(v) {
		p, err := netip.ParsePrefix(text)
		if err != nil {
			ip, err := netip.ParseAddr(text)
			if err != nil || ip.Zone() != "" {
				return nil, fmt.Errorf("must list addresses or CIDRs such as 10.0.0.0/8, which %q is not", clip(text))
			}
			p = netip.PrefixFrom(ip.Unmap(), ip.Unmap().BitLen())
		}
		if p.Addr().Is4In6() {
			if p.Bits() < 96 {
				return nil, fmt.Errorf("must write IPv4 networks plainly, which %q does not", clip(text))
			}
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		list = append(list, p.Masked())
	}
	if len(list) > maxList {
		return nil, fmt.Errorf("must list at most %d networks", maxList)
	}
	return list, nil
}

func setPrivateTargets(c *Config, v string) (err error) {
	switch v {
	case "false":
		return nil
	case "true":
		v = "0.0.0.0/0,::/0"
	}
	c.AllowPrivateTargets, err = parsePrefixes(v)
	if err != nil {
		return errors.New("must be true, false or CIDRs such as 10.0.0.0/8")
	}
	return nil
}

// maxDNSServers is more than anybody asks.
const maxDNSServers = 8

// setDNSServers takes addresses and no names: whoever resolves names cannot be
// found by one.
func setDNSServers(c *Config, v string) error {
	for _, text := range splitList(v) {
		server, err := netip.ParseAddrPort(text)
		if err != nil {
			ip, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
			if err != nil {
				return fmt.Errorf("must list IP addresses such as 192.0.2.53 or 192.0.2.53:5353, which %q is not", clip(text))
			}
			server = netip.AddrPortFrom(ip, 53)
		}
		if server.Port() == 0 {
			return fmt.Errorf("must list ports other than 0, which %q does not", clip(text))
		}
		c.DNSServers = append(c.DNSServers, server)
	}
	if len(c.DNSServers) > maxDNSServers {
		return fmt.Errorf("must list at most %d servers", maxDNSServers)
	}
	return nil
}

// scriptSchemes are those that a browser would run or read locally.
var scriptSchemes = []string{"javascript", "data", "vbscript", "file", "blob", "about", "view-source"}

// parseURIs reads absolute URIs that match exactly later on, so they are kept
// as written (RFC 6749 §3.1.2: absolute, without a fragment).
func parseURIs(v string) ([]string, error) {
	list := splitList(v)
	for _, text := range list {
		u, err := url.Parse(text)
		web := err == nil && (u.Scheme == "http" || u.Scheme == "https")
		switch {
		case err != nil || u.Scheme == "" || web && u.Host == "":
			return nil, fmt.Errorf("must list absolute URIs, which %q is not", clip(text))
		case slices.Contains(scriptSchemes, u.Scheme):
			return nil, fmt.Errorf("must not list %q, which a browser would run or read itself", clip(text))
		case strings.Contains(text, "#"), u.User != nil, strings.Contains(u.Host, "*"), len(text) > 2000:
			return nil, fmt.Errorf("must list URIs without fragment, user name and wildcard, of at most 2000 characters, which %q is not", clip(text))
		}
	}
	if len(list) > maxList {
		return nil, fmt.Errorf("must list at most %d URIs", maxList)
	}
	return list, nil
}
