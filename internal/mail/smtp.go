package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/wneessen/go-mail"

	webmail "gatehouse/web/mail"
)

// SMTP is the mail server that takes our mails.
type SMTP struct {
	host     string
	port     int
	user     string
	password string
	implicit bool // TLS from the first byte (RFC 8314)
	loopback bool // the only place where TLS may be missing
	from     string
}

// dialTime bounds one delivery.
const dialTime = 30 * time.Second

// NewSMTP reads smtp://user:password@host:587 or smtps://…; from is the sender
// as in a mail's header.
func NewSMTP(address, from string) (*SMTP, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return nil, errors.New("the mail server's address cannot be read") // the address holds a password
	}
	s := &SMTP{host: u.Hostname(), port: 587, user: u.User.Username(), implicit: u.Scheme == "smtps", from: from}
	s.password, _ = u.User.Password()
	if s.implicit {
		s.port = 465
	}
	if u.Port() != "" {
		if s.port, err = strconv.Atoi(u.Port()); err != nil {
			return nil, errors.New("the mail server's port cannot be read")
		}
	}
	ip := net.ParseIP(s.host)
	s.loopback = s.host == "localhost" || ip != nil && ip.IsLoopback()
	return s, nil
}

// Deliver hands one mail to the server.
func (s *SMTP) Deliver(ctx context.Context, m *Mail, text webmail.Rendered) error {
	message, err := s.message(m, text)
	if err != nil {
		return err
	}
	client, err := mail.NewClient(s.host, s.options()...)
	if err != nil {
		return fmt.Errorf("setting up the mail client: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	if err := client.DialAndSendWithContext(ctx, message); err != nil {
		return fmt.Errorf("the mail server did not take the mail: %w", err)
	}
	return nil
}

func (s *SMTP) options() []mail.Option {
	options := []mail.Option{mail.WithPort(s.port), mail.WithTimeout(dialTime)}
	switch {
	case s.implicit:
		options = append(options, mail.WithSSL())
	case s.loopback:
		options = append(options, mail.WithTLSPolicy(mail.TLSOpportunistic))
	default: // codes and links never cross a network in the clear
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if s.user != "" {
		kind := mail.SMTPAuthAutoDiscover
		if s.loopback && !s.implicit { // without TLS, which this library else insists on
			kind = mail.SMTPAuthPlainNoEnc
		}
		options = append(options, mail.WithSMTPAuth(kind), mail.WithUsername(s.user), mail.WithPassword(s.password))
	}
	return options
}

// message is the mail as it travels: text and HTML of the same words, marked
// as written by a machine so that nobody's absence note answers (RFC 3834 §5).
func (s *SMTP) message(m *Mail, text webmail.Rendered) (*mail.Msg, error) {
	message := mail.NewMsg()
	if err := message.From(s.from); err != nil {
		return nil, fmt.Errorf("GATEHOUSE_MAIL_FROM cannot be used: %w", err)
	}
	if err := message.To(m.Recipient); err != nil {
		return nil, errors.New("the mail's address cannot be used")
	}
	message.Subject(text.Subject)
	message.SetMessageIDWithValue(string(m.ID) + "@" + s.domain())
	message.SetDateWithValue(m.CreatedAt)
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetGenHeader("X-Auto-Response-Suppress", "All")
	message.SetGenHeader("Content-Language", m.Locale)
	message.SetBodyString(mail.TypeTextPlain, text.Text)
	message.AddAlternativeString(mail.TypeTextHTML, text.HTML)
	return message, nil
}

// domain is the sender's, for message ids: a mail that is sent twice has the
// same one, so that programs show it once.
func (s *SMTP) domain() string {
	message := mail.NewMsg()
	if message.From(s.from) == nil {
		if addresses := message.GetFrom(); len(addresses) > 0 {
			for i := len(addresses[0].Address) - 1; i >= 0; i-- {
				if addresses[0].Address[i] == '@' {
					return addresses[0].Address[i+1:]
				}
			}
		}
	}
	return s.host
}
