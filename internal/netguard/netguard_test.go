package netguard

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/problem"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// X2, X3: each of these reaches something that is not the internet.
func TestPrivateAddressesAreNotPublic(t *testing.T) {
	for _, s := range strings.Fields(`127.0.0.1 127.255.255.254 0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255
		169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1
		203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 168.63.129.16
		:: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1
		100::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 2001::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:a9fe:a9fe::
		3fff::1 5f00::1 4000::1`) {
		if ip := netip.MustParseAddr(s); Public(ip) || New(nil).Allows(ip) {
			t.Errorf("%s counts as public", s)
		}
	}
	if Public(netip.Addr{}) {
		t.Error("no address counts as public")
	}
}

func TestPublicAddressesStayReachable(t *testing.T) {
	for _, s := range strings.Fields(`1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.0.0.1 128.0.0.1 172.15.0.1 172.32.0.1
		192.0.1.1 192.167.1.1 223.255.255.255 ::ffff:8.8.8.8 2606:4700::1111 2a00:1450::1 2001:4860:4860::8888 2001:200::1`) {
		if !Public(netip.MustParseAddr(s)) {
			t.Errorf("%s is refused", s)
		}
	}
}

func TestExceptionsAreExact(t *testing.T) {
	g := New([]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")})
	for s, want := range map[string]bool{"10.1.2.3": true, "::ffff:10.1.2.3": true, "10.2.0.1": false, "127.0.0.1": false, "8.8.8.8": true} {
		if g.Allows(netip.MustParseAddr(s)) != want {
			t.Errorf("%s: %v", s, !want)
		}
	}
	all := New([]netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")})
	if !all.Allows(netip.MustParseAddr("127.0.0.1")) || !all.Allows(netip.MustParseAddr("fe80::1%eth0")) {
		t.Error("true does not allow everything")
	}
}

// What may go in the clear goes to a private network alone.
func TestPrivateIsWhatTheGuardWasOpenedFor(t *testing.T) {
	closed, opened := New(nil), New([]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")})
	for host, want := range map[string]bool{"10.1.2.3": true, "::ffff:10.1.2.3": true, "10.2.0.1": false, "8.8.8.8": false, "collector.corp": true} {
		if closed.Private(host) || opened.Private(host) != want {
			t.Errorf("%s: %v", host, !want)
		}
	}
}

// Whatever spelling or name led there, this is the last look before connecting.
func TestControlSeesTheRealAddress(t *testing.T) {
	g := New(nil)
	for _, s := range []string{"127.0.0.1:80", "[::1]:443", "[::ffff:127.0.0.1]:80", "169.254.169.254:80", "[fe80::1%lo]:80", "0.0.0.0:80", "[64:ff9b::7f00:1]:80", "nonsense", ""} {
		if err := g.Control("tcp4", s, nil); !errors.Is(err, ErrAddress) {
			t.Errorf("%s: %v", s, err)
		}
	}
	if err := g.Control("tcp4", "8.8.8.8:443", nil); err != nil {
		t.Error(err)
	}
	if err := g.Control("udp4", "8.8.8.8:443", nil); err == nil {
		t.Error("udp")
	}
}

func TestURLsThatCanNeverBeFetched(t *testing.T) {
	for text, want := range map[string]error{
		"http://127.0.0.1/": ErrAddress, "http://127.0.0.1:8080/x": ErrAddress, "http://[::1]/": ErrAddress, "http://169.254.169.254/latest/meta-data/": ErrAddress,
		"https://10.0.0.1": ErrAddress, "http://0.0.0.0": ErrAddress, "http://[::ffff:127.0.0.1]": ErrAddress, "http://[::ffff:7f00:1]": ErrAddress,
		"http://2130706433/": ErrAddress, "http://0x7f000001/": ErrAddress, "http://0x7f.1/": ErrAddress, "http://0177.0.0.1/": ErrAddress, "http://127.1/": ErrAddress, "http://017700000001": ErrAddress,
		"http://localhost/": ErrAddress, "http://localhost./": ErrAddress, "http://LOCALHOST:80/": ErrAddress, "http://a.localhost": ErrAddress,
		"http://metadata.google.internal/": ErrAddress, "http://metadata.google.internal./": ErrAddress, "http://printer.local": ErrAddress,
		"http://①②⑦.⓪.⓪.①/": ErrAddress, "http://ⓛocalhost/": ErrAddress, "http://127.0.0.1./": ErrAddress, "http://[fe80::1%25eth0]/": ErrAddress,
		"ftp://example.com/": ErrURL, "file:///etc/passwd": ErrURL, "gopher://example.com": ErrURL, "https://": ErrURL, "//example.com": ErrURL, "": ErrURL,
		"https://user:pass@example.com": ErrURL, "https:example.com": ErrURL, "https://a b/": ErrURL, "javascript:alert(1)": ErrURL,
		"https://example.com/" + strings.Repeat("x", maxURL): ErrURL,
		"https://example.com/hook?x=1":                       nil, "https://example.com:8443": nil, "http://8.8.8.8/": nil, "https://münchen.example/": nil, "https://[2606:4700::1111]/": nil, "https://xn--mnchen-3ya.example": nil,
	} {
		_, err := New(nil).CheckURL(text)
		if want == nil && err != nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%.60s: %v, want %v", text, err, want)
		}
	}
	if _, err := New(loopback).CheckURL("http://localhost:3000/"); err != nil {
		t.Errorf("with an exception: %v", err)
	}
}

// The name is harmless, its address is not: only the dialer can know.
func TestDialerRefusesWhatANameResolvesTo(t *testing.T) {
	var hits atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	defer server.Close()
	client := New(nil).Client(Options{})
	resolveTo(t, client, server.Listener.Addr().String(), New(nil))
	_, err := client.Get("http://looks-public.example/")
	if !errors.Is(err, ErrAddress) || hits.Load() != 0 {
		t.Errorf("%v, %d requests arrived", err, hits.Load())
	}
}

// resolveTo makes every name resolve to address, behind the same Control.
func resolveTo(t *testing.T, client *http.Client, address string, g *Guard) {
	t.Helper()
	base := client.Transport.(*transport).base
	base.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{Control: g.Control}).DialContext(ctx, network, address)
	}
}

func TestEnvironmentProxyIsIgnored(t *testing.T) {
	if New(nil).Client(Options{}).Transport.(*transport).base.Proxy != nil {
		t.Error("a proxy would connect past the guard")
	}
}

func TestFetch(t *testing.T) {
	const canary = "canary-of-the-answer"
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "other") }))
	defer other.Close()
	mux.HandleFunc("/ok", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Header.Get("Accept")) })
	mux.HandleFunc("/fail", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, canary, 500) })
	mux.HandleFunc("/here", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/ok", http.StatusFound) })
	mux.HandleFunc("/there", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, http.StatusFound) })
	mux.HandleFunc("/metadata", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
	})
	mux.HandleFunc("/exact", func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 1000)) })
	mux.HandleFunc("/declared", func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 1001)) })
	mux.HandleFunc("/stream", func(w http.ResponseWriter, _ *http.Request) {
		for range 20 {
			w.Write(make([]byte, 100))
			w.(http.Flusher).Flush()
		}
	})
	mux.HandleFunc("/bomb", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		z.Write(make([]byte, 100_000))
		z.Close()
	})
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })

	strict := New(loopback).Client(Options{MaxBody: 1000, Timeout: 300 * time.Millisecond})
	following := New(loopback).Client(Options{MaxBody: 1000, Redirects: 2})
	for _, tt := range []struct {
		client *http.Client
		path   string
		body   string
		want   error
	}{
		{strict, "/ok", "text/plain", nil},
		{strict, "/fail", "", ErrStatus},
		{strict, "/here", "", ErrRedirect},
		{following, "/here", "text/plain", nil},
		{following, "/there", "", ErrRedirect},
		{following, "/metadata", "", ErrRedirect},
		{strict, "/exact", string(make([]byte, 1000)), nil},
		{strict, "/declared", "", ErrTooLarge},
		{strict, "/stream", "", ErrTooLarge},
		{strict, "/bomb", "", ErrTooLarge},
		{strict, "/slow", "", ErrNoAnswer},
	} {
		body, err := Fetch(t.Context(), tt.client, server.URL+tt.path+"?secret=hunter2", "text/plain")
		if string(body) != tt.body || tt.want == nil && err != nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: %.20q %v", tt.path, body, err)
		}
		if err != nil && (strings.Contains(err.Error(), canary) || strings.Contains(err.Error(), "hunter2")) {
			t.Errorf("%s: the error tells too much: %v", tt.path, err)
		}
	}
}

func TestErrorsForPeople(t *testing.T) {
	tlsServer := httptest.NewTLSServer(http.NotFoundHandler())
	defer tlsServer.Close()
	closed := httptest.NewServer(nil)
	closed.Close()
	client := New(loopback).Client(Options{})
	for address, want := range map[string]string{tlsServer.URL: "certificate", closed.URL: "did not answer", "http://[::1": "not an address", "http://10.0.0.1": "private"} {
		_, err := Fetch(t.Context(), client, address, "*/*")
		if p := problem.As(err); p == nil || !strings.Contains(p.Message, want) {
			t.Errorf("%s: %v", address, err)
		}
	}
	err := Explain(&url.Error{Op: "Get", URL: "http://x/?secret", Err: &net.DNSError{Err: "no such host", Name: "inner.corp"}})
	if strings.Contains(err.Error(), "inner.corp") || !strings.Contains(err.Error(), "host name") {
		t.Error(err)
	}
}
