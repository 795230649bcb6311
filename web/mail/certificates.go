package mail

import (
	"time"

	"gatehouse/internal/i18n"
)

// Letters about the certificates of an organization's identity provider, to
// the people who manage the connection.
type (
	// CertificateEnds tells that the last certificate that is accepted ends.
	CertificateEnds struct {
		CertificateLetter
		Days int
	}
	// CertificateFound tells that the provider's metadata has a new one.
	CertificateFound struct{ CertificateLetter }
)

// CertificateLetter is what both say.
type CertificateLetter struct {
	Connection, Organization string
	Fingerprint              string
	Ends                     time.Time
	URL                      string // the page of its certificates
}

func (CertificateEnds) Kind() string  { return "certificate_ends" }
func (CertificateFound) Kind() string { return "certificate_found" }

func (l CertificateLetter) on(f Frame, heading string, text []i18n.Part) body {
	return body{
		subject: heading, heading: heading, text: text, preheader: plain(text),
		button: link{f.Lang.T("mail.certificate.button"), l.URL},
		facts:  []fact{{f.Lang.T("mail.fact.ends"), f.Lang.Moment(l.Ends)}, {f.Lang.T("mail.fact.fingerprint"), l.Fingerprint}},
		ignore: f.Lang.Rich("mail.domain.why", f.args(i18n.Args{"organization": l.Organization})),
	}
}

func (l CertificateLetter) args(f Frame, days int) i18n.Args {
	return f.args(i18n.Args{"connection": l.Connection, "organization": l.Organization, "days": days})
}

func (l CertificateEnds) body(f Frame) body {
	args := l.args(f, l.Days)
	return l.on(f, f.Lang.T("mail.certificate_ends.heading", args), f.Lang.Rich("mail.certificate_ends.text", args))
}

func (l CertificateFound) body(f Frame) body {
	args := l.args(f, 0)
	return l.on(f, f.Lang.T("mail.certificate_found.heading", args), f.Lang.Rich("mail.certificate_found.text", args))
}
