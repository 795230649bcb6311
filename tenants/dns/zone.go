package dns

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/dns/dnsmessage"
	"golang.org/x/net/publicsuffix"
)

// askZone asks every nameserver of the zone that the domain is in. There is no
// answer where they cannot be found.
func (r *Resolver) askZone(ctx context.Context, domain string, q query) (answers []Answer, unregistered bool) {
	ctx, cancel := context.WithTimeout(ctx, zoneTime)
	defer cancel()
	hosts, unregistered := r.nameservers(ctx, domain)
	if unregistered {
		return nil, true
	}
	answers = make([]Answer, len(hosts))
	var all sync.WaitGroup
	for i, host := range hosts {
		all.Go(func() { answers[i] = r.askNameserver(ctx, host, q) })
	}
	all.Wait()
	return answers, false
}

// nameservers are those of the zone: of the domain, or of the nearest above it
// that has any. Above the registered domain others are at home.
func (r *Resolver) nameservers(ctx context.Context, domain string) (hosts []string, unregistered bool) {
	top := registrable(domain)
	for name := domain; ; _, name, _ = strings.Cut(name, ".") {
		answer, ok := r.resolve(ctx, name, dnsmessage.TypeNS)
		if !ok {
			return nil, false
		}
		if name == top && answer.code == dnsmessage.RCodeNameError {
			return nil, true
		}
		if hosts = plausible(answer.hosts); len(hosts) > 0 || name == top {
			return hosts, false
		}
	}
}

// registrable is the domain that its owner registered, or the domain itself
// where there is no telling.
func registrable(domain string) string {
	top, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil {
		return domain
	}
	return top
}

// ShortName is Name without the registered domain.
func (c Claim) ShortName() string {
	return strings.TrimSuffix(c.Name(), "."+registrable(c.Domain))
}

// plausible is the first few host names, each once: a zone may say anything.
func plausible(hosts []string) []string {
	hosts = slices.DeleteFunc(slices.Clone(hosts), func(h string) bool {
		return h == "" || len(h) > 253 || strings.ContainsFunc(h, func(c rune) bool {
			return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.'
		})
	})
	slices.Sort(hosts)
	hosts = slices.Compact(hosts)
	return hosts[:min(len(hosts), maxNameservers)]
}

// askNameserver asks a nameserver, at the first of its addresses that may be
// connected to.
func (r *Resolver) askNameserver(ctx context.Context, host string, q query) Answer {
	found := false
	for _, kind := range []dnsmessage.Type{dnsmessage.TypeA, dnsmessage.TypeAAAA} {
		answer, _ := r.resolve(ctx, host, kind)
		for _, ip := range answer.addresses {
			found = true
			if r.guard.Allows(ip) {
				return ask(ctx, host, netip.AddrPortFrom(ip, r.port), q)
			}
		}
	}
	if found {
		return Answer{Server: host, Error: NotAllowed}
	}
	return Answer{Server: host, Error: NoAddress}
}
