package netguard

import "net/netip"

// special4 is what IANA's IPv4 special-purpose registry (RFC 6890) and its
// multicast and reserved blocks take out of the public internet.
var special4 = prefixes(
	"0.0.0.0/8",        // this network; 0.0.0.0 reaches this host
	"10.0.0.0/8",       // private
	"100.64.0.0/10",    // carriers' NAT; one cloud's metadata is in it
	"127.0.0.0/8",      // loopback
	"169.254.0.0/16",   // link-local; most clouds' metadata
	"172.16.0.0/12",    // private
	"192.0.0.0/24",     // protocol assignments; one cloud's metadata is in it
	"192.0.2.0/24",     // documentation
	"192.88.99.0/24",   // 6to4 relays
	"192.168.0.0/16",   // private
	"198.18.0.0/15",    // benchmarks
	"198.51.100.0/24",  // documentation
	"203.0.113.0/24",   // documentation
	"224.0.0.0/4",      // multicast
	"240.0.0.0/4",      // reserved, broadcast
	"168.63.129.16/32", // public by number, but a cloud's host agent answers there
)

// global6 is all of IPv6 that is public at all; loopback, private, link-local,
// multicast, IPv4-compatible and NAT64 (64:ff9b::) addresses lie outside it.
var global6 = netip.MustParsePrefix("2000::/3")

// special6 is what is not public inside global6. 6to4 and Teredo carry an
// IPv4 address, which may be a private one.
var special6 = prefixes(
	"2001::/23",     // protocol assignments, Teredo, ORCHID
	"2001:db8::/32", // documentation
	"2002::/16",     // 6to4
	"3fff::/20",     // documentation
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// Public reports whether ip is an address of the public internet. The
// IPv4-mapped form counts as the IPv4 address that it reaches.
func Public(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	switch {
	case !ip.IsValid():
		return false
	case ip.Is4():
		return !within(special4, ip)
	}
	return global6.Contains(ip) && !within(special6, ip)
}

func within(list []netip.Prefix, ip netip.Addr) bool {
	for _, p := range list {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}
