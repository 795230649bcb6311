package sink

import (
	"bufio"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// authority is a certificate of 127.0.0.1 that signs itself, as PEM.
func authority(t *testing.T) (certificate, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	about := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "127.0.0.1"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, about, about, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
}

// collector is a receiver of RFC 5425; how says what it does with a connection.
type collector struct {
	net.Listener
	mu       sync.Mutex
	messages []string
}

func collect(t *testing.T, certificate, key []byte, how string) *collector {
	t.Helper()
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	c := &collector{Listener: l}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go c.take(conn.(*tls.Conn), how)
		}
	}()
	return c
}

func (c *collector) take(conn *tls.Conn, how string) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	for {
		if how == "breaks" {
			_, _ = io.ReadFull(r, make([]byte, 10))
			_ = conn.NetConn().(*net.TCPConn).SetLinger(0)
			_ = conn.NetConn().Close()
			return
		}
		length, err := r.ReadString(' ')
		if err != nil {
			return // the end: all was read
		}
		n, err := strconv.Atoi(strings.TrimSpace(length))
		if err != nil {
			return
		}
		message := make([]byte, n)
		if _, err := io.ReadFull(r, message); err != nil {
			return
		}
		c.mu.Lock()
		c.messages = append(c.messages, string(message))
		c.mu.Unlock()
	}
}

func TestSyslogOverTLS(t *testing.T) {
	certificate, key := authority(t)
	c := collect(t, certificate, key, "reads")
	s := opened(t, syslogKind, map[string]string{"address": c.Addr().String(), "ca_certificate": string(certificate)})
	if err := s.Send(t.Context(), sampleBatch(300)); err != nil {
		t.Fatal(err)
	}
	if len(c.messages) != 300 {
		t.Fatalf("%d messages had been read when they were said to be", len(c.messages))
	}
	head, line, _ := strings.Cut(c.messages[0], " - {")
	if head != "<110>1 2026-01-15T12:00:00.005000Z gatehouse gatehouse - user.created" {
		t.Errorf("%q", head)
	}
	line = "{" + line
	if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r >= 0x7f }) {
		t.Errorf("not plain ASCII: %q", line)
	}
	var entry struct{ Data struct{ City string } }
	if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Data.City != "Bodø 😀" {
		t.Errorf("%v %q", err, line)
	}
	for name, broken := range map[string]struct{ address, ca, want string }{
		"an unknown authority": {c.Addr().String(), "", "refused"},
		"a receiver that ends": {collect(t, certificate, key, "breaks").Addr().String(), string(certificate), "later"},
		"nobody":               {"127.0.0.1:1", string(certificate), "later"},
	} {
		s := opened(t, syslogKind, map[string]string{"address": broken.address, "ca_certificate": broken.ca})
		if err := s.Send(t.Context(), sampleBatch(2000)); outcome(err) != broken.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, bad := range []map[string]string{{"address": "syslog.acme.com"}, {"address": "10.0.0.1:6514"}, {"address": "syslog.acme.com:0"}, {"address": "syslog.acme.com:6514", "hostname": "a b"},
		{"address": "syslog.acme.com:6514", "ca_certificate": "x"}, {"address": "syslog.acme.com:6514", "client_certificate": "x", "client_key": "y"}} {
		if _, err := syslogKind.Open(Settings{Values: bad}, loopback); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
}

// What rsyslog, which most receivers are, has read and written down is all
// that was said to be delivered: it decides whether our framing, our ending of
// connections and our escapes are right. make test installs it (rsyslog-gnutls on
// Debian); the fast tests of make check go without.
func TestSyslogIntoRsyslog(t *testing.T) {
	program, err := exec.LookPath("rsyslogd")
	if err != nil {
		if os.Getenv("GATEHOUSE_TEST_POSTGRES") != "" || os.Getenv("CI") != "" {
			t.Fatal("rsyslog is not installed")
		}
		return
	}
	certificate, key := authority(t)
	address, file := rsyslog(t, program, certificate, key)
	s := opened(t, syslogKind, map[string]string{"address": address, "ca_certificate": string(certificate)})
	b := sampleBatch(500)
	for range 3 {
		if err := s.Send(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	var text []byte
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline) && bytes.Count(text, []byte("\n")) < 1500; time.Sleep(50 * time.Millisecond) {
		text, _ = os.ReadFile(file) // not there before the first message
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if len(lines) != 1500 {
		t.Fatalf("%d lines of 1,500", len(lines))
	}
	for i, line := range lines {
		id, entry, _ := strings.Cut(strings.TrimSpace(line), "|")
		var parsed struct{ ID string }
		if err := json.Unmarshal([]byte(entry), &parsed); err != nil || id != "user.created" || parsed.ID != b.Entries[i%500].ID {
			t.Fatalf("line %d: %v %q", i, err, line)
		}
	}
}

// rsyslog runs one that writes MSGID and MSG to a file.
func rsyslog(t *testing.T, program string, certificate, key []byte) (address, file string) {
	t.Helper()
	dir := t.TempDir()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = free.Addr().String()
	free.Close()
	_, port, _ := net.SplitHostPort(address)
	file = filepath.Join(dir, "entries")
	configuration := fmt.Sprintf(`global(workDirectory="%[1]s" maxMessageSize="256k" defaultNetstreamDriver="gtls" defaultNetstreamDriverCAFile="%[1]s/cert.pem" defaultNetstreamDriverCertFile="%[1]s/cert.pem" defaultNetstreamDriverKeyFile="%[1]s/key.pem")
module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon")
template(name="entry" type="string" string="%%msgid%%|%%msg%%\n")
input(type="imtcp" address="127.0.0.1" port="%[2]s" ruleset="in")
ruleset(name="in") { action(type="omfile" file="%[3]s" template="entry") }
`, dir, port, file)
	for name, content := range map[string][]byte{"cert.pem": certificate, "key.pem": key, "rsyslog.conf": []byte(configuration)} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var log bytes.Buffer
	cmd := exec.Command(program, "-n", "-f", filepath.Join(dir, "rsyslog.conf"), "-i", filepath.Join(dir, "pid"))
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return address, file
		}
	}
	t.Fatalf("rsyslog does not listen: %s", log.String())
	return "", ""
}
