package dns_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	miekg "github.com/miekg/dns"

	"gatehouse/internal/netguard"
	"gatehouse/tenants/dns"
	"gatehouse/tenants/dns/dnstest"
)

const value = "q8XkzP3yTmB0c5vYd1LhWn7RfAe2Uo6S"

var claim = dns.Claim{Domain: "acme.example", Label: "_gatehouse-domain-verification", Value: value}

const name = "_gatehouse-domain-verification.acme.example"

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// alone is a resolver that knows no nameservers of the zone.
func alone(t *testing.T) (*dnstest.Server, *dns.Resolver) {
	s := dnstest.Start(t)
	s.TXT("acme.example", "v=spf1 -all")
	return s, dns.New([]netip.AddrPort{s.Addr}, netguard.New(nil))
}

func TestWhatIsThereIsSaidInWords(t *testing.T) {
	for title, c := range map[string]struct {
		set  func(*dnstest.Server)
		kind dns.Kind
		says string
	}{
		"right":          {func(s *dnstest.Server) { s.TXT(name, "something else", value) }, dns.Found, "The record is there."},
		"nothing":        {func(*dnstest.Server) {}, dns.Nothing, "No TXT record found at that name."},
		"others":         {func(s *dnstest.Server) { s.TXT(name, "one", "two") }, dns.Others, "Found 2 TXT records, none is ours."},
		"one other":      {func(s *dnstest.Server) { s.TXT(name, "one") }, dns.Others, "Found 1 TXT record, none is ours."},
		"quotes":         {func(s *dnstest.Server) { s.TXT(name, `"`+value+`"`) }, dns.Quoted, "Found ours with an extra quote mark or space."},
		"curly quotes":   {func(s *dnstest.Server) { s.TXT(name, "“"+value+"”") }, dns.Quoted, "Found ours with an extra quote mark or space."},
		"a space":        {func(s *dnstest.Server) { s.TXT(name, value+" ") }, dns.Quoted, "Found ours with an extra quote mark or space."},
		"lower case":     {func(s *dnstest.Server) { s.TXT(name, strings.ToLower(value)) }, dns.Recased, "Found ours with its capital letters changed."},
		"more text":      {func(s *dnstest.Server) { s.TXT(name, "gatehouse="+value) }, dns.Padded, "Found ours with more text around it."},
		"at the apex":    {func(s *dnstest.Server) { s.TXT("acme.example", value) }, dns.Misplaced, "Found ours at the wrong name: acme.example."},
		"domain doubled": {func(s *dnstest.Server) { s.TXT(name+".acme.example", value) }, dns.Misplaced, "Found ours at the wrong name: " + name + ".acme.example."},
		"an alias":       {func(s *dnstest.Server) { s.Alias(name, "host.example"); s.TXT("host.example", value) }, dns.Alias, "That name is an alias (CNAME) of host.example."},
		"SERVFAIL":       {func(s *dnstest.Server) { s.Code(name, miekg.RcodeServerFailure) }, dns.Unanswered, "The nameservers answered that they failed (SERVFAIL)."},
		"REFUSED":        {func(s *dnstest.Server) { s.Code(name, miekg.RcodeRefused) }, dns.Unanswered, "The nameservers refused to answer (REFUSED)."},
		"silence":        {func(s *dnstest.Server) { s.Silent(name, true) }, dns.Unanswered, "The nameservers did not answer in time."},
		"not registered": {func(s *dnstest.Server) { s.TXT("acme.example") }, dns.Unregistered, "There is no such domain in DNS."},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			s, r := alone(t)
			c.set(s)
			look := r.Look(t.Context(), claim)
			f := look.Judge()
			if f.Kind != c.kind || f.Sentence() != c.says {
				t.Errorf("%s: %s\n%+v", f.Kind, f.Sentence(), look.Answers)
			}
			if f.Proven() != (title == "right") || f.Proven() != (f.Advice() == "") {
				t.Errorf("proven: %v, advice %q", f.Proven(), f.Advice())
			}
			if unsure := f.Kind == dns.Unanswered; f.Absent() != (!unsure && !f.Proven()) {
				t.Errorf("absent: %v", f.Absent())
			}
		})
	}
}

// An answer that is too long for a datagram comes by TCP, else a domain with
// many records could never be proven; one without end is not read.
func TestLongAnswersComeByTCP(t *testing.T) {
	s, r := alone(t)
	long := strings.Repeat("x", 600)
	s.TXT(name, long+"1", long+"2", long+"3", value)
	if f := r.Look(t.Context(), claim).Judge(); !f.Proven() {
		t.Errorf("%+v", f)
	}
	var many []string
	for range 40 {
		many = append(many, long)
	}
	s.TXT(name, append(many, value)...)
	if f := r.Look(t.Context(), claim).Judge(); f.Kind != dns.Unanswered || f.Why != dns.TooLarge {
		t.Errorf("%+v", f)
	}
}

// zone is a resolver and three nameservers of acme.example.
func zone(t *testing.T) (names [3]*dnstest.Server, resolver *dnstest.Server, servers []netip.AddrPort, port uint16) {
	t.Helper()
	resolver = dnstest.Start(t)
	resolver.NS("acme.example", "ns1.host.example", "ns2.host.example", "ns3.host.example")
	for i, ip := range []string{"127.0.0.11", "127.0.0.12", "127.0.0.13"} {
		names[i] = dnstest.StartAt(t, ip, port)
		port = names[i].Addr.Port()
		resolver.Address([]string{"ns1", "ns2", "ns3"}[i]+".host.example", ip)
	}
	return names, resolver, []netip.AddrPort{resolver.Addr}, port
}

// The zone's own nameservers have the word: a cache that still has the record,
// or has it from somebody who forged it, proves nothing.
func TestNameserversAreAsked(t *testing.T) {
	names, resolver, servers, port := zone(t)
	r := dns.New(servers, netguard.New(loopback)).OnPort(port)
	resolver.TXT(name, value)
	names[0].TXT(name, value)
	f := r.Look(t.Context(), claim).Judge()
	if f.Kind != dns.Disagree || f.Sentence() != "Nameservers disagree: 1 of 3 has it." || f.Proven() || f.Absent() {
		t.Errorf("%+v", f)
	}
	names[1].TXT(name, value)
	if f := r.Look(t.Context(), claim).Judge(); f.Sentence() != "Nameservers disagree: 2 of 3 have it." {
		t.Errorf("%+v", f)
	}
	names[2].Silent(name, true) // one that is down stops nobody
	look := r.Look(t.Context(), claim)
	if f := look.Judge(); !f.Proven() || f.Of != 2 {
		t.Errorf("%+v", f)
	}
	if last := look.Answers[2]; last.ServerName() != "ns3.host.example" || last.Says() != "no answer in time" || look.Answers[0].Says() != "1 TXT record" {
		t.Errorf("%+v", look.Answers)
	}
}

// A zone may name any address as its nameserver. Without leave we send nothing
// to this machine or into the private network (attacks: SSRF).
func TestPrivateNameserversAreNotAsked(t *testing.T) {
	names, resolver, servers, port := zone(t)
	for _, s := range names {
		s.TXT(name, value)
	}
	resolver.Address("ns2.host.example", "10.0.0.1")
	resolver.NS("acme.example", "ns1.host.example", "ns2.host.example", "ns6.host.example", "bad host.example")
	resolver.Address("ns6.host.example", "::ffff:7f00:1")
	look := dns.New(servers, netguard.New(nil)).OnPort(port).Look(t.Context(), claim)
	if f := look.Judge(); f.Kind != dns.Nothing {
		t.Errorf("%+v", f)
	}
	for i, s := range names {
		if n := s.Asked(name); n != 0 {
			t.Errorf("nameserver %d was asked %d times", i, n)
		}
	}
	refused := 0
	for _, a := range look.Answers {
		if a.Error == dns.NotAllowed {
			refused++
		}
	}
	if refused != 3 || look.Answers[0].Server != dns.OurResolver {
		t.Errorf("%+v", look.Answers)
	}
}

// A nameserver that does not know the zone says nothing about it; a subdomain
// is asked for at the servers of the domain above.
func TestLameNameserversAndSubdomains(t *testing.T) {
	names, resolver, servers, port := zone(t)
	resolver.NS("acme.example", "ns1.host.example", "ns2.host.example")
	r := dns.New(servers, netguard.New(loopback)).OnPort(port)
	names[0].Lame()
	sub := claim
	sub.Domain = "oslo.acme.example"
	names[1].TXT(sub.Name(), value)
	look := r.Look(t.Context(), sub)
	if f := look.Judge(); !f.Proven() || look.Answers[0].Error != dns.Lame {
		t.Errorf("%+v %+v", f, look.Answers)
	}
	names[1].TXT(sub.Name())
	resolver.TXT(name, value) // of the domain above
	if f := r.Look(t.Context(), sub).Judge(); f.Kind != dns.Misplaced || f.Name != name {
		t.Errorf("%+v", f)
	}
}

// A look has an end, whatever does not answer.
func TestALookEnds(t *testing.T) {
	s, r := alone(t)
	for _, n := range []string{"acme.example", name} {
		s.Silent(n, true)
	}
	begun := time.Now()
	if f := r.Look(t.Context(), claim).Judge(); f.Kind != dns.Unanswered || f.Why != dns.Timeout || time.Since(begun) > 6*time.Second {
		t.Errorf("%+v after %v", f, time.Since(begun))
	}
}

// What is kept of strangers' records neither garbles a page nor fills the
// database, and ours is among it.
func TestWhatIsKeptIsCut(t *testing.T) {
	s, r := alone(t)
	records := []string{"\x01\x1b[31m" + strings.Repeat("y", 300)}
	for i := range 8 {
		records = append(records, strings.Repeat("z", i+1))
	}
	s.TXT(name, append(records, `"`+value+`"`)...)
	kept := r.Look(t.Context(), claim).Brief()
	if len(kept) != 1 || len(kept[0].Found) != 5 || kept[0].Count() != 10 || kept[0].Found[0] != `"`+value+`"` {
		t.Fatalf("%+v", kept)
	}
	for _, text := range kept[0].Found {
		if strings.ContainsAny(text, "\x01\x1b") || len(text) > 170 {
			t.Errorf("%q", text)
		}
	}
}

// The machine's own resolvers are read as the C library reads them.
func TestResolvConf(t *testing.T) {
	got := dns.ResolvConf(strings.NewReader("# x\nsearch corp.example\nnameserver 192.0.2.1\n nameserver 2001:db8::1\nnameserver x\noptions edns0\n"))
	if len(got) != 2 || got[0].String() != "192.0.2.1:53" || got[1].String() != "[2001:db8::1]:53" {
		t.Errorf("%v", got)
	}
	if got := dns.ResolvConf(strings.NewReader("")); len(got) != 2 || got[0].String() != "127.0.0.1:53" {
		t.Errorf("%v", got)
	}
}
