package mail

import (
	"testing"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/mail/smtpsink"
	webmail "gatehouse/web/mail"
)

// Passwords and codes never cross a network in the clear: beyond loopback a
// server without TLS gets nothing.
func TestTLSIsRequiredBeyondLoopback(t *testing.T) {
	sink, err := smtpsink.Start("127.0.0.1:0", "", "")
	if err != nil {
		t.Fatal(err)
	}
	defer sink.Close()
	s, err := NewSMTP("smtp://"+sink.Addr, "no-reply@fieldnote.example")
	if err != nil {
		t.Fatal(err)
	}
	m := &Mail{ID: id.New[id.Mail](), Recipient: "a@b.example", Locale: "en", CreatedAt: time.Now()}
	text := webmail.Rendered{Subject: "s", Text: "t", HTML: "<p>t"}
	if err := s.Deliver(t.Context(), m, text); err != nil {
		t.Fatalf("on loopback: %v", err)
	}
	s.loopback = false
	if err := s.Deliver(t.Context(), m, text); err == nil || len(sink.Mails()) != 1 {
		t.Errorf("without TLS: %v, and %d mails arrived", err, len(sink.Mails()))
	}
}
