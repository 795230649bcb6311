package browser

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// maxHops bounds how much of X-Forwarded-For is read, from the right.
const maxHops = 32

// Proxies are the networks whose X-Forwarded-For counts (TRUSTED_PROXIES).
type Proxies []netip.Prefix

// ClientIP is the address of whoever made the request: the connection's
// peer, unless that is a trusted proxy. Each proxy appends the peer that it
// saw, so the list is read from the right, for as long as the address read is
// a trusted proxy itself; what stands left of the first that is not was
// written by the client, who may write anything.
func (p Proxies) ClientIP(r *http.Request) netip.Addr {
	client := parseAddr(r.RemoteAddr)
	if !client.IsValid() {
		return netip.IPv4Unspecified() // a Unix socket has no address
	}
	if !p.trusts(client) {
		return client
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i, hop := range slices.Backward(hops) {
		ip := parseAddr(hop)
		if !ip.IsValid() || i < len(hops)-maxHops {
			return client // nobody trusted wrote this
		}
		client = ip
		if !p.trusts(ip) {
			return client
		}
	}
	return client
}

// Extractor is ClientIP for echo's Context.RealIP.
func (p Proxies) Extractor() echo.IPExtractor {
	return func(r *http.Request) string { return p.ClientIP(r).String() }
}

func (p Proxies) trusts(ip netip.Addr) bool {
	return slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(ip) })
}

// parseAddr reads an address with or without port, brackets and quotes. The
// IPv4-mapped form is the IPv4 address: a client has one name in limits and
// logs whichever way it came.
func parseAddr(s string) netip.Addr {
	s = strings.Trim(strings.TrimSpace(s), `"`)
	ip, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"))
	if err != nil {
		withPort, err := netip.ParseAddrPort(s)
		if err != nil {
			return netip.Addr{}
		}
		ip = withPort.Addr()
	}
	return ip.Unmap().WithZone("")
}

// Network is what limits per address count by: an IPv4 address, or the /64
// that a provider gives one customer of IPv6, who may use any address in it.
func Network(ip netip.Addr) netip.Prefix {
	ip = ip.Unmap().WithZone("")
	switch {
	case !ip.IsValid(): // all clients without an address together
		return netip.PrefixFrom(netip.IPv4Unspecified(), 32)
	case ip.Is4():
		return netip.PrefixFrom(ip, 32)
	}
	return netip.PrefixFrom(ip, 64).Masked()
}
