// Package dnstest is a DNS server for tests, on a library that the product
// does not use: what we ask and read is judged by other software than ours.
package dnstest

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/miekg/dns"
)

// Server is a DNS server on a loopback address, by UDP and TCP. Names are
// given without the root's dot.
type Server struct {
	Addr netip.AddrPort

	mu     sync.Mutex
	rows   map[string][]dns.RR
	codes  map[string]int
	silent map[string]bool
	lame   bool
	asked  map[string]int
}

// Start starts a server at 127.0.0.1 and any port.
func Start(t testing.TB) *Server { return StartAt(t, "127.0.0.1", 0) }

// StartAt starts a server at that address: nameservers have one port, and
// several addresses of 127.0.0.0/8.
func StartAt(t testing.TB, ip string, port uint16) *Server {
	t.Helper()
	s := &Server{rows: map[string][]dns.RR{}, codes: map[string]int{}, silent: map[string]bool{}, asked: map[string]int{}}
	udp, tcp := listen(t, ip, port)
	s.Addr = udp.LocalAddr().(*net.UDPAddr).AddrPort()
	for _, server := range []*dns.Server{{PacketConn: udp, Handler: s}, {Listener: tcp, Handler: s}} {
		started := make(chan struct{})
		server.NotifyStartedFunc = func() { close(started) }
		go server.ActivateAndServe() //nolint:errcheck // ends with the test
		<-started
		t.Cleanup(func() { _ = server.Shutdown() })
	}
	return s
}

// listen finds a port that is free for both.
func listen(t testing.TB, ip string, port uint16) (net.PacketConn, net.Listener) {
	t.Helper()
	var err error
	for range 20 {
		var udp net.PacketConn
		if udp, err = net.ListenPacket("udp", net.JoinHostPort(ip, strconv.Itoa(int(port)))); err != nil {
			continue
		}
		var tcp net.Listener
		if tcp, err = net.Listen("tcp", udp.LocalAddr().String()); err == nil {
			return udp, tcp
		}
		udp.Close()
	}
	t.Fatal(err)
	return nil, nil
}

func key(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

// set replaces the records of one type at a name.
func (s *Server) set(name string, kind uint16, rows []dns.RR) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := rows
	for _, row := range s.rows[key(name)] {
		if row.Header().Rrtype != kind {
			kept = append(kept, row)
		}
	}
	s.rows[key(name)] = kept
	if len(kept) == 0 {
		delete(s.rows, key(name))
	}
}

func head(name string, kind uint16) dns.RR_Header {
	return dns.RR_Header{Name: dns.Fqdn(name), Rrtype: kind, Class: dns.ClassINET, Ttl: 60}
}

// TXT sets the TXT records of a name; none removes them. A long one is sent in
// several strings.
func (s *Server) TXT(name string, values ...string) {
	var rows []dns.RR
	for _, v := range values {
		v = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v)
		var parts []string
		for len(v) > 250 {
			parts, v = append(parts, v[:250]), v[250:]
		}
		rows = append(rows, &dns.TXT{Hdr: head(name, dns.TypeTXT), Txt: append(parts, v)})
	}
	s.set(name, dns.TypeTXT, rows)
}

// NS sets the nameservers of a name.
func (s *Server) NS(name string, hosts ...string) {
	var rows []dns.RR
	for _, h := range hosts {
		rows = append(rows, &dns.NS{Hdr: head(name, dns.TypeNS), Ns: dns.Fqdn(h)})
	}
	s.set(name, dns.TypeNS, rows)
}

// Address sets the address of a name.
func (s *Server) Address(name, ip string) {
	if a := netip.MustParseAddr(ip); a.Is4() {
		s.set(name, dns.TypeA, []dns.RR{&dns.A{Hdr: head(name, dns.TypeA), A: a.AsSlice()}})
	} else {
		s.set(name, dns.TypeAAAA, []dns.RR{&dns.AAAA{Hdr: head(name, dns.TypeAAAA), AAAA: a.AsSlice()}})
	}
}

// Alias makes a name a CNAME of target.
func (s *Server) Alias(name, target string) {
	s.set(name, dns.TypeCNAME, []dns.RR{&dns.CNAME{Hdr: head(name, dns.TypeCNAME), Target: dns.Fqdn(target)}})
}

// Code makes queries for a name fail with that code (dns.RcodeServerFailure …);
// success takes it back.
func (s *Server) Code(name string, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.codes[key(name)] = code
}

// Silent lets queries for a name go unanswered.
func (s *Server) Silent(name string, is bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.silent[key(name)] = is
}

// Lame makes the server answer without authority.
func (s *Server) Lame() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lame = true
}

// Asked is how often a name was asked for.
func (s *Server) Asked(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[key(name)]
}

// ServeDNS answers one query.
func (s *Server) ServeDNS(w dns.ResponseWriter, r *dns.Msg) {
	m := s.answer(r)
	if m == nil {
		return
	}
	if _, udp := w.RemoteAddr().(*net.UDPAddr); udp {
		size := dns.MinMsgSize
		if opt := r.IsEdns0(); opt != nil {
			size = int(opt.UDPSize())
		}
		m.Truncate(size)
	}
	_ = w.WriteMsg(m)
}

func (s *Server) answer(r *dns.Msg) *dns.Msg {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, kind := key(r.Question[0].Name), r.Question[0].Qtype
	s.asked[name]++
	m := new(dns.Msg)
	m.SetReply(r)
	m.Authoritative, m.RecursionAvailable = !s.lame, true
	if s.silent[name] {
		return nil
	}
	if code := s.codes[name]; code != dns.RcodeSuccess {
		m.Rcode = code
		return m
	}
	for _, row := range s.rows[name] {
		switch alias, isAlias := row.(*dns.CNAME); {
		case row.Header().Rrtype == kind:
			m.Answer = append(m.Answer, row)
		case isAlias:
			m.Answer = append(append(m.Answer, row), s.rows[key(alias.Target)]...)
		}
	}
	if !s.exists(name) {
		m.Rcode = dns.RcodeNameError
	}
	return m
}

// exists reports whether there is anything at the name or below it.
func (s *Server) exists(name string) bool {
	for have := range s.rows {
		if have == name || strings.HasSuffix(have, "."+name) {
			return true
		}
	}
	return false
}
