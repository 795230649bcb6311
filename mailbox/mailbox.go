package mailbox

import (
	"context"
	"net/netip"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/limit"
	"gatehouse/internal/mail"
	"gatehouse/internal/problem"
	"gatehouse/users"
	webmail "gatehouse/web/mail"
)

// Mailbox sends proofs and takes them back.
type Mailbox struct {
	DB        *db.DB
	Post      *mail.Post
	Limits    *limit.Limiter
	Passwords *users.Passwords
	Base      string // the public origin: every link begins with it, whatever a request says
}

// How much mail one mailbox, and one network, may cause. The first is the
// wire's (three a minute and address); the others keep a stranger from filling
// somebody's mailbox or ours.
var (
	perMinute  = limit.Rate{Limit: 3, Per: time.Minute}
	perDay     = limit.Rate{Limit: 50, Per: 24 * time.Hour}
	perNetwork = limit.Rate{Limit: 200, Per: 10 * time.Minute}
)

// ErrTooMany says that enough was mailed for now.
var ErrTooMany = problem.New(problem.TooMany, "too_many_mails", "Too many mails were asked for. Wait a moment and try again.")

// MaySend counts a mail that is about to be caused, or says when to come back.
// ip is the person's, where a person asks. Known and unknown addresses are
// counted alike. Never call it inside a transaction.
func (m *Mailbox) MaySend(ctx context.Context, kind Kind, email, ip string) error {
	ctx = context.WithoutCancel(ctx)
	key := email
	if a, err := users.ParseEmail(email); err == nil {
		key = a.Key
	}
	if addr, err := netip.ParseAddr(ip); err == nil {
		if err := m.take(ctx, "mails of a network", browser.Network(addr).String(), perNetwork); err != nil {
			return err
		}
	}
	// The minute first: what it refuses must not use up the day. Each kind has
	// its own day, so that nobody's invitations keep a person from their codes.
	if err := m.take(ctx, "mails "+string(kind), key, perMinute); err != nil {
		return err
	}
	return m.take(ctx, "mails a day "+string(kind), key, perDay)
}

func (m *Mailbox) take(ctx context.Context, kind, subject string, rate limit.Rate) error {
	ok, after, err := m.Limits.Take(ctx, kind, subject, rate)
	if err == nil && !ok {
		err = ErrTooMany.WithRetryAfter(after)
	}
	return err
}

// Letter says in whose name a proof is mailed.
type Letter struct {
	Mail         bool   // false: nothing is mailed; the row is made all the same
	Exists       bool   // a sign-up with an address that has an account
	Locale       string // language tags, best first
	Application  string
	Organization *id.Organization
	Device       string // who asked, as a person says it
}

// Send makes a proof and mails it, in the caller's transaction.
func (m *Mailbox) Send(tx *db.Tx, n New, l Letter) (*Issued, error) {
	i, err := issue(tx, n)
	if err != nil {
		return nil, err
	}
	if i.UserID != nil {
		if err := i.record(tx, n.User); err != nil {
			return nil, err
		}
	}
	if !l.Mail {
		return i, nil
	}
	if l.Locale == "" && n.User != nil && n.User.Locale != nil {
		l.Locale = *n.User.Locale
	}
	to := mail.To{Address: i.Email, Locale: l.Locale, Organization: l.Organization, Application: l.Application, Lifetime: n.Kind.Lifetime()}
	return i, m.Post.Send(tx, to, m.letter(i, l))
}

// URL is the page behind the proof's link, or "" where it has none.
func (m *Mailbox) URL(i *Issued) string {
	path, ok := linkPaths[i.Kind]
	if !ok || i.Token == "" {
		return ""
	}
	return m.Base + path + i.Token
}

func (m *Mailbox) letter(i *Issued, l Letter) webmail.Letter {
	url, lifetime := m.URL(i), i.Kind.Lifetime()
	if i.AttemptID == nil && i.CodeHash != nil { // the application asked, and takes the code in its own form
		url = ""
	}
	switch {
	case l.Exists:
		return webmail.AccountExists{Email: i.Email, Code: i.Code, URL: url, Lifetime: lifetime}
	case i.Kind == EmailVerification:
		return webmail.VerifyEmail{Code: i.Code, URL: url, Lifetime: lifetime}
	case i.Kind == EmailChange:
		return webmail.EmailChange{Code: i.Code, NewEmail: i.Email, Lifetime: lifetime}
	case i.Kind == PasswordReset:
		return webmail.PasswordReset{Email: i.Email, URL: url, Lifetime: lifetime}
	}
	return webmail.SignInCode{Code: i.Code, URL: url, Lifetime: lifetime, Device: l.Device}
}

// record tells that a proof was made, without its secrets.
func (i *Issued) record(tx *db.Tx, u *users.User) error {
	switch bare := (&Issued{Proof: i.Proof}); i.Kind {
	case MagicAuth:
		return audit.RecordDeployment(tx, audit.MagicAuthCreated{MagicAuth: bare.MagicAuth()})
	case EmailVerification:
		return audit.RecordDeployment(tx, audit.EmailVerificationCreated{EmailVerification: bare.EmailVerification()})
	case PasswordReset:
		return audit.RecordDeployment(tx, audit.PasswordResetCreated{PasswordReset: bare.PasswordReset("")})
	case EmailChange:
		return audit.RecordDeployment(tx, audit.EmailChangeRequested{EmailChange: bare.EmailChange(u)})
	}
	return nil
}
