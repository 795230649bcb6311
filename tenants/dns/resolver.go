package dns

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"gatehouse/internal/netguard"
)

// Bounds of one look, and of all at once.
const (
	lookTime       = 5 * time.Second
	zoneTime       = 3 * time.Second // of it, for the zone's own nameservers
	maxNameservers = 6
	maxResolvers   = 4
	maxLooks       = 16
)

// Resolver asks DNS.
type Resolver struct {
	guard   *netguard.Guard
	servers func() []netip.AddrPort
	port    uint16 // of nameservers
	slots   chan struct{}
}

// New makes a resolver that asks servers, or those of the system where there
// are none, and nameservers that guard allows.
func New(servers []netip.AddrPort, guard *netguard.Guard) *Resolver {
	r := &Resolver{guard: guard, servers: System, port: 53, slots: make(chan struct{}, maxLooks)}
	if len(servers) > 0 {
		r.servers = func() []netip.AddrPort { return servers }
	}
	return r
}

// Look looks for the record of c. It never takes longer than five seconds.
func (r *Resolver) Look(ctx context.Context, c Claim) Look {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	look := Look{Claim: c}
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-ctx.Done():
		look.Answers = []Answer{{Server: OurResolver, Error: Timeout}}
		return look
	}
	q := query{name: c.Name(), kind: dnsmessage.TypeTXT}
	if look.Answers, look.Unregistered = r.askZone(ctx, c.Domain, q); look.Unregistered {
		return look
	}
	if len(look.answered()) == 0 {
		look.Answers = append(r.askResolvers(ctx, q), look.Answers...)
	}
	if here := look.Judge(); here.Kind == Nothing || here.Kind == Others {
		look.Elsewhere = r.elsewhere(ctx, c)
	}
	return look
}

// askResolvers asks each of the deployment's resolvers.
func (r *Resolver) askResolvers(ctx context.Context, q query) []Answer {
	q.recurse = true
	servers := r.servers()
	servers = servers[:min(len(servers), maxResolvers)]
	answers := make([]Answer, len(servers))
	var all sync.WaitGroup
	for i, server := range servers {
		all.Go(func() { answers[i] = ask(ctx, OurResolver, server, q) })
	}
	all.Wait()
	return answers
}

// ask asks one server for TXT records.
func ask(ctx context.Context, name string, server netip.AddrPort, q query) Answer {
	r, err := exchange(ctx, server, q)
	a := Answer{Server: name, Found: r.texts, Alias: r.alias, Error: failureOf(r, err)}
	if a.Error == "" && !q.recurse && !r.authoritative {
		a.Error = Lame
	}
	if a.Error != "" {
		a.Found, a.Alias = nil, ""
	}
	return a
}

// resolve asks the deployment's resolvers, one after the other, until one
// answers.
func (r *Resolver) resolve(ctx context.Context, name string, kind dnsmessage.Type) (reply, bool) {
	servers := r.servers()
	for _, server := range servers[:min(len(servers), maxResolvers)] {
		answer, err := exchange(ctx, server, query{name: name, kind: kind, recurse: true})
		if failureOf(answer, err) == "" {
			return answer, true
		}
	}
	return reply{}, false
}

// elsewhere looks at the places where the record is put by mistake: at the
// domain itself, and at the name with the domain twice, which a panel makes
// that appends the domain on its own; for a subdomain also at the domain above.
func (r *Resolver) elsewhere(ctx context.Context, c Claim) (found []Elsewhere) {
	names := []string{c.Domain, c.Name() + "." + c.Domain}
	if zone := registrable(c.Domain); zone != c.Domain {
		names = append(names, c.Label+"."+zone, c.Name()+"."+zone)
	}
	has := make([]bool, len(names))
	var all sync.WaitGroup
	for i, name := range names {
		all.Go(func() {
			answer, ok := r.resolve(ctx, name, dnsmessage.TypeTXT)
			for _, text := range answer.texts {
				has[i] = has[i] || ok && likeness(text, c.Value) != unlike
			}
		})
	}
	all.Wait()
	for i, name := range names {
		if has[i] {
			found = append(found, Elsewhere{Name: name})
		}
	}
	return found
}
