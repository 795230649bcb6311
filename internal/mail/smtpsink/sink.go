// Package smtpsink is a mail server for tests: it takes every mail and shows it.
package smtpsink

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Mail is one mail as it arrived.
type Mail struct {
	From    string
	To      []string
	Header  mail.Header
	Subject string
	Text    string
	HTML    string
}

// Sink is a listening server.
type Sink struct {
	Addr string
	// Refuse, while set, is what every mail is answered with.
	Refuse func() error
	// Arrived, if set, is told of each mail.
	Arrived func(Mail)

	user, password string
	server         *smtp.Server
	mu             sync.Mutex
	mails          []Mail
}

// Start listens on addr. With a user it takes mails of nobody else.
func Start(addr, user, password string) (*Sink, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	s := &Sink{Addr: l.Addr().String(), user: user, password: password}
	s.server = smtp.NewServer(s)
	s.server.Domain, s.server.AllowInsecureAuth, s.server.MaxMessageBytes = "localhost", true, 1<<20
	go func() { _ = s.server.Serve(l) }()
	return s, nil
}

// Close stops listening.
func (s *Sink) Close() error { return s.server.Close() }

// Mails is what arrived so far, the oldest first.
func (s *Sink) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.mails...)
}

// NewSession begins one connection's dialogue.
func (s *Sink) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &session{sink: s, proven: s.user == ""}, nil
}

type session struct {
	sink   *Sink
	proven bool
	from   string
	to     []string
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if s.proven = user == s.sink.user && password == s.sink.password; !s.proven {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if !s.proven {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	if refuse := s.sink.Refuse; refuse != nil {
		return refuse()
	}
	m, err := read(r)
	if err != nil {
		return err
	}
	m.From, m.To = s.from, s.to
	s.sink.mu.Lock()
	s.sink.mails = append(s.sink.mails, m)
	s.sink.mu.Unlock()
	if s.sink.Arrived != nil {
		s.sink.Arrived(m)
	}
	return nil
}

func (s *session) Reset()        { s.from, s.to = "", nil }
func (s *session) Logout() error { return nil }

func read(r io.Reader) (Mail, error) {
	message, err := mail.ReadMessage(r)
	if err != nil {
		return Mail{}, err
	}
	m := Mail{Header: message.Header}
	if m.Subject, err = new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject")); err != nil {
		return m, err
	}
	kind, params, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		return m, errors.Join(err, errors.New("not multipart"))
	}
	for parts := multipart.NewReader(message.Body, params["boundary"]); ; {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return m, nil
		}
		if err != nil {
			return m, err
		}
		body := io.Reader(part)
		if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "quoted-printable") {
			body = quotedprintable.NewReader(part)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			return m, err
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			m.HTML = string(text)
		} else {
			m.Text = strings.ReplaceAll(string(text), "\r\n", "\n")
		}
	}
}
