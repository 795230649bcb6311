package netguard

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/net/idna"

	"gatehouse/internal/problem"
)

// What a guarded request can be refused for. A person who set the address up
// may see these.
var (
	ErrURL      = problem.New(problem.Invalid, "invalid_url", "That is not an address that can be fetched. Give an http or https URL with a host name.")
	ErrAddress  = problem.New(problem.Invalid, "address_not_allowed", "That address is private or local. Give one that is reachable from the internet.")
	ErrRedirect = problem.New(problem.Invalid, "redirect_not_followed", "That address redirects elsewhere. Give the final address.")
	ErrTooLarge = problem.New(problem.Invalid, "answer_too_large", "The answer from that address is too large.")
	ErrStatus   = problem.New(problem.Invalid, "unexpected_status", "That address did not answer with what was asked for.")
	ErrNoAnswer = problem.New(problem.Invalid, "no_answer", "That address did not answer.")
)

// Guard decides which addresses may be connected to.
type Guard struct{ allowed []netip.Prefix }

// New makes a guard that allows public addresses and those in allowed
// (config's AllowPrivateTargets).
func New(allowed []netip.Prefix) *Guard { return &Guard{allowed: allowed} }

// Allows reports whether ip may be connected to.
func (g *Guard) Allows(ip netip.Addr) bool {
	return Public(ip) || within(g.allowed, ip.Unmap().WithZone(""))
}

// Private reports whether host may be on a private network that this guard was
// opened for: it was opened for one, and host is not an address outside of it.
func (g *Guard) Private(host string) bool {
	ip, err := netip.ParseAddr(host)
	return len(g.allowed) > 0 && (err != nil || within(g.allowed, ip.Unmap().WithZone("")))
}

// Control is net.Dialer's: it sees the address itself, whatever name or
// spelling led there, immediately before it is connected to.
func (g *Guard) Control(network, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil || network != "tcp4" && network != "tcp6" || !g.Allows(target.Addr()) {
		return ErrAddress
	}
	return nil
}

// localNames are the ends of names that only a private network resolves
// (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal).
var localNames = []string{"localhost", "local", "internal", "home.arpa"}

const maxURL = 2048

// CheckURL reads an address that a person typed and refuses at once what can
// never be fetched. It resolves nothing: what it lets through, Control still
// looks at.
func (g *Guard) CheckURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || len(text) > maxURL {
		return nil, ErrURL
	}
	return u, g.check(u)
}

func (g *Guard) check(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Opaque != "" {
		return ErrURL
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil {
		if !g.Allows(ip) {
			return ErrAddress
		}
		return nil
	}
	// The transport folds names likewise: ①②⑦.⓪.⓪.① becomes 127.0.0.1.
	host, err := idna.Lookup.ToASCII(u.Hostname())
	if err != nil || host == "" {
		return ErrURL
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if ip, err := netip.ParseAddr(host); err == nil && !g.Allows(ip) {
		return ErrAddress
	}
	labels := strings.Split(host, ".")
	if numeric(labels[len(labels)-1]) {
		return ErrAddress // 2130706433, 0x7f.1, 017700000001: addresses to some resolvers, names to none
	}
	if len(g.allowed) == 0 && slices.ContainsFunc(localNames, func(n string) bool { return host == n || strings.HasSuffix(host, "."+n) }) {
		return ErrAddress
	}
	return nil
}

// numeric reports whether a name that ends in this label is an address in
// disguise (WHATWG URL, "ends in a number").
func numeric(label string) bool {
	hex, isHex := strings.CutPrefix(label, "0x")
	if isHex {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return label != "" && strings.Trim(label, "0123456789") == ""
}
