package sink

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// syslogKind speaks RFC 5424 over TLS (RFC 5425).
var syslogKind = Kind{
	Name: "syslog", Title: "Syslog over TLS",
	Fields: []Field{
		{Name: "address", Label: "Receiver", Help: "Host and port, such as syslog.acme.com:6514.", Required: true, Address: true},
		{Name: "ca_certificate", Label: "Certificate authority", Help: "PEM, where the receiver's certificate is not a public one.", Long: true},
		{Name: "client_certificate", Label: "Client certificate", Help: "PEM, where the receiver wants one.", Long: true},
		{Name: "client_key", Label: "Its private key", Help: "PEM.", Secret: true, Long: true},
		{Name: "hostname", Label: "HOSTNAME", Help: "As the messages have it.", Default: "gatehouse"},
		{Name: "app_name", Label: "APP-NAME", Default: "gatehouse"},
		{Name: "confirmation", Label: "Confirmation", Help: "close: a batch counts once the receiver has read all of it and closed the connection. written: once it is written, for receivers that never close.", Options: []string{"close", "written"}, Default: "close"},
	},
	Open: openSyslog,
}

// syslogPriority is facility log audit (13), severity informational (6):
// RFC 5424 §6.2.1.
const syslogPriority = "<110>1 "

// syslog has no answer by which a receiver says that it has a message. What
// comes nearest is the end of a connection: we say that we are done
// (close_notify, RFC 5425 §4.4) and wait for the receiver's end, which comes
// when it has read everything. So each batch has a connection of its own.
type syslog struct {
	dial      Dial
	address   string
	config    *tls.Config
	host, app string
	written   bool
}

func openSyslog(s Settings, d Dial) (Sink, error) {
	host, port, err := net.SplitHostPort(s.Get("address"))
	if n, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || n == 0 || host == "" {
		return nil, Refuse("address", "Give a host and a port, such as syslog.acme.com:6514.")
	}
	if ip, err := netip.ParseAddr(host); err == nil && !d.Guard.Allows(ip) {
		return nil, Refuse("address", "That address is private or local. Give one that is reachable from the internet.")
	}
	k := &syslog{dial: d, address: net.JoinHostPort(host, port), config: &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}, written: s.Get("confirmation") == "written"}
	if pem := s.Get("ca_certificate"); pem != "" {
		k.config.RootCAs = x509.NewCertPool()
		if !k.config.RootCAs.AppendCertsFromPEM([]byte(pem)) {
			return nil, Refuse("ca_certificate", "That is no certificate in PEM.")
		}
	}
	certificate, key := s.Get("client_certificate"), s.Get("client_key")
	if certificate != "" && key != "" {
		pair, err := tls.X509KeyPair([]byte(certificate), []byte(key))
		if err != nil {
			return nil, Refuse("client_key", "The client certificate and its private key do not belong together, or are not PEM.")
		}
		k.config.Certificates = []tls.Certificate{pair}
	}
	for name, into := range map[string]*string{"hostname": &k.host, "app_name": &k.app} {
		if *into = s.Get(name); len(*into) > map[string]int{"hostname": 255, "app_name": 48}[name] || strings.Trim(*into, printable) != "" {
			return nil, Refuse(name, "It holds characters that syslog does not take, or is too long.")
		}
	}
	return k, nil
}

// printable is RFC 5424's PRINTUSASCII.
var printable = func() string {
	var b strings.Builder
	for c := byte('!'); c <= '~'; c++ {
		b.WriteByte(c)
	}
	return b.String()
}()

// closeTime is how long the receiver may take to read what it was sent.
const closeTime = 30 * time.Second

// Send opens a connection, writes the messages, and waits for its end.
func (s *syslog) Send(ctx context.Context, b Batch) error {
	raw, err := s.dial.Connect(ctx, "tcp", s.address)
	if err != nil {
		return FailureOf(err)
	}
	defer raw.Close()
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	defer stop()
	_ = raw.SetDeadline(time.Now().Add(closeTime)) // for the handshake
	conn := tls.Client(raw, s.config)
	if err := conn.HandshakeContext(ctx); err != nil {
		return handshakeFailure(err)
	}
	_ = raw.SetDeadline(time.Now().Add(2 * closeTime))
	w := bufio.NewWriterSize(conn, 16<<10)
	for _, e := range b.Entries {
		message := s.message(e)
		if _, err := fmt.Fprintf(w, "%d %s", len(message), message); err != nil { // octet counting: RFC 5425 §4.3
			return Retry("The connection broke while entries were written.")
		}
	}
	if err := w.Flush(); err != nil {
		return Retry("The connection broke while entries were written.")
	}
	if err := conn.CloseWrite(); err != nil {
		return Retry("The connection broke while entries were written.")
	}
	if s.written {
		return nil
	}
	if _, err := io.Copy(io.Discard, conn); err != nil {
		var late net.Error
		if errors.As(err, &late) && late.Timeout() {
			return Retry("The receiver did not close the connection after it was sent everything, so nobody knows whether it has read it.")
		}
		return Retry("The receiver broke the connection before it had read everything.")
	}
	return nil
}

// message is RFC 5424 §6: the entry's action is the MSGID. The JSON is in plain
// ASCII, everything else escaped: no byte order mark is needed, and nothing in
// a name can end a line or move a terminal's cursor.
func (s *syslog) message(e Entry) []byte {
	id := strings.Map(func(r rune) rune {
		if r < '!' || r > '~' {
			return '_'
		}
		return r
	}, e.Type)
	head := syslogPriority + e.OccurredAt.UTC().Format("2006-01-02T15:04:05.000000Z") + " " + s.host + " " + s.app + " - " + id[:min(len(id), 32)] + " - "
	return appendASCII(append(make([]byte, 0, len(head)+len(e.Line)+64), head...), e.Line)
}

// appendASCII appends JSON with all that is not ASCII escaped.
func appendASCII(to, json []byte) []byte {
	for len(json) > 0 {
		r, n := utf8.DecodeRune(json)
		switch {
		case r < 0x7f:
			to = append(to, byte(r))
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			to = fmt.Appendf(to, `\u%04x\u%04x`, high, low)
		default:
			to = fmt.Appendf(to, `\u%04x`, r)
		}
		json = json[n:]
	}
	return to
}

func handshakeFailure(err error) error {
	var unknown *tls.CertificateVerificationError
	var alert tls.AlertError
	switch {
	case errors.As(err, &unknown):
		return Never("The receiver has no certificate that can be trusted.")
	case errors.As(err, &alert):
		return Never("The receiver refused the TLS handshake: it may want a client certificate.")
	}
	return Retry("The TLS handshake failed.")
}

func (s *syslog) Close() error { return nil }
