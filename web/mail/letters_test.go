package mail

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/i18n"
)

var update = flag.Bool("update", false, "write the golden files")

var (
	at   = time.Date(2026, 11, 22, 11, 4, 0, 0, time.UTC)
	seen = Seen{Device: "Firefox, Linux", IP: "192.0.2.7", At: at}
)

// letters is every kind of mail with the facts of the design's cast.
var letters = []Letter{
	SignInCode{Code: "419072", URL: "https://auth.fieldnote.example/login/link/t0k", Lifetime: 10 * time.Minute, Device: "Firefox, Linux"},
	VerifyEmail{Code: "419072", URL: "https://auth.fieldnote.example/login/link/t0k", Lifetime: 10 * time.Minute},
	AccountExists{Email: "ines@haldenmarine.example", Code: "419072", URL: "https://auth.fieldnote.example/login/link/t0k", Lifetime: 10 * time.Minute},
	PasswordReset{Email: "ines@haldenmarine.example", URL: "https://auth.fieldnote.example/login/password/reset/t0k", Lifetime: time.Hour},
	EmailChange{Code: "419072", NewEmail: "ines.halvorsen@haldenmarine.example", Lifetime: 10 * time.Minute},
	NewDevice{seen, "https://auth.fieldnote.example/login/not-me/t0k"},
	PasswordChanged{seen, "https://auth.fieldnote.example/login/not-me/t0k"},
	EmailChanged{seen, "ines.halvorsen@haldenmarine.example", "https://auth.fieldnote.example/login/not-me/t0k"},
	FactorAdded{seen, FactorPasskey, "https://auth.fieldnote.example/login/not-me/t0k"},
	FactorRemoved{seen, FactorApp, "https://auth.fieldnote.example/login/not-me/t0k"},
	RecoveryCodeUsed{seen, 9, "https://auth.fieldnote.example/login/not-me/t0k"},
	Invitation{Inviter: "Ines Halvorsen", InviterEmail: "ines@haldenmarine.example", Organization: "Halden Marine", Role: "Inspector",
		Email: "sofie@haldenmarine.example", URL: "https://auth.fieldnote.example/invite/t0k", Expires: at.AddDate(0, 0, 7)},
	PortalLink{From: "Priya Raghunathan", Organization: "Halden Marine", URL: "https://auth.fieldnote.example/portal/open/t0k", Expires: at.Add(5 * time.Minute)},
	PortalLinkAsked{Seen: seen, Organization: "Halden Marine", URL: "https://auth.fieldnote.example/admin/organizations/org_1"},
	SSORequiredFrom{Organization: "Halden Marine", From: at.AddDate(0, 0, 14), Email: "sofie@haldenmarine.example"},
	DomainVerified{haldens},
	DomainMissing{haldens, at},
	DomainLeaves{haldens, at.AddDate(0, 0, 3), "_gatehouse-domain-verification.haldenmarine.example", "q8XkzP3yTmB0c5vYd1LhWn7RfAe2Uo6S"},
	DomainLeft{haldens},
	DomainKept{haldens},
	CertificateEnds{okta, 14},
	CertificateFound{okta},
	DirectoryHeld{DirectoryLetter: halden, Since: at, Departed: 83},
	DirectoryOwnerKept{halden, "ines@haldenmarine.example", at},
	DirectoryTokenRevoked{halden, "x7Qk", "Priya Raghunathan", at, 0},
	DirectoryTokenExpires{halden, "x7Qk", at.AddDate(0, 0, 14), 14},
	DirectoryDeleted{haldensList, "Priya Raghunathan", at, 412},
	WebhookFailing{hooks},
	WebhookDisabled{hooks},
	StreamFailing{siem, "It answered 403 Forbidden."},
	StreamRecovered{siem},
	LogExportReady{12408, at.AddDate(0, 0, 7), "https://auth.fieldnote.example/portal/audit-log/exports/audit_log_export_1"},
}

var (
	halden      = DirectoryLetter{Directory: "Okta of Halden", Organization: "Halden Marine", URL: "https://auth.fieldnote.example/portal/directory/directory_1"}
	haldensList = DirectoryLetter{Directory: "Okta of Halden", Organization: "Halden Marine", URL: "https://auth.fieldnote.example/portal/directory"}
)

var hooks = WebhookLetter{Address: "hooks.fieldnote.example", Organization: "Halden Marine", Since: at, Waiting: 412, URL: "https://auth.fieldnote.example/admin/webhooks/we_1"}

var siem = StreamLetter{Stream: "SIEM", Destination: "Splunk", Organization: "Halden Marine", Since: at, URL: "https://auth.fieldnote.example/portal/log-stream/stream_1"}

var okta = CertificateLetter{Connection: "Okta of Halden", Organization: "Halden Marine", Fingerprint: "5E:0B:1C:9A:77:42:F1:3D:88:06:AB:53:E9:20:C4:6F:15:B7:D2:38:4E:91:0A:CC:67:F3:2B:84:D5:19:7E:A0",
	Ends: at.AddDate(0, 0, 14), URL: "https://auth.fieldnote.example/portal/sso/conn_1/certificates"}

var haldens = DomainLetter{Domain: "haldenmarine.example", Organization: "Halden Marine", URL: "https://auth.fieldnote.example/portal/domains"}

func frame(lang string) Frame {
	l, _ := i18n.Lookup(lang)
	return Frame{Lang: l, Brand: Brand{Name: "Halden Marine", Color: "#0c5a70", Ink: "#ffffff", Link: "#0c5a70", LinkDark: "#6fbcd2", Postal: "Fieldnote AS, Strandgaten 14, 6002 Ålesund"}, Application: "Fieldnote"}
}

func TestLettersReadAsTheyDid(t *testing.T) {
	for _, l := range letters {
		r, err := Render(frame("en"), l)
		if err != nil {
			t.Fatal(err)
		}
		got := "Subject: " + r.Subject + "\n\n" + r.Text + "\n=== HTML\n" + r.HTML
		file := filepath.Join("testdata", l.Kind()+".golden")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || string(want) != got {
			t.Errorf("%s differs from its golden file (%v); -update writes it", l.Kind(), err)
		}
	}
}

// What every letter owes its reader, in every language.
func TestLettersKeepTheRules(t *testing.T) {
	for _, lang := range i18n.Languages() {
		for _, l := range letters {
			r, err := Render(frame(lang.Tag()), l)
			if err != nil {
				t.Fatal(err)
			}
			name := lang.Tag() + " " + l.Kind()
			if len(r.HTML) > 40<<10 {
				t.Errorf("%s: %d bytes, and 40 KB are the most", name, len(r.HTML))
			}
			for _, banned := range []string{"<script", "<img", "http://", ">mail."} {
				if strings.Contains(r.HTML, banned) {
					t.Errorf("%s: contains %q", name, banned)
				}
			}
			if n := strings.Count(r.HTML, "<h1"); n != 1 {
				t.Errorf("%s: %d headings", name, n)
			}
			for _, u := range []string{"/login/link/t0k", "/login/not-me/t0k", "/invite/t0k", "/login/password/reset/t0k", "419072"} {
				inHTML := strings.Contains(strings.ReplaceAll(r.HTML, " ", ""), u)
				inText := strings.Contains(strings.ReplaceAll(r.Text, " ", ""), u)
				if inHTML != inText {
					t.Errorf("%s: %s is in one part alone", name, u)
				}
			}
		}
	}
}

func TestACodeComesFirst(t *testing.T) {
	r, err := Render(frame("en"), letters[0])
	if err != nil || !strings.HasPrefix(r.Subject, "419 072 is your Fieldnote code") {
		t.Errorf("%q, %v", r.Subject, err)
	}
}

// Mail programs drop <html> and with it the direction, and a subject has no
// markup: where only they say it, Arabic begins at the wrong side and the code
// reads 072 419.
func TestLettersRunFromRightToLeft(t *testing.T) {
	r, err := Render(frame("ar"), letters[0])
	if err != nil || !strings.HasPrefix(r.Subject, "\u2068419 072\u2069 ") {
		t.Errorf("%q, %v", r.Subject, err)
	}
	for _, want := range []string{`<table role="presentation" lang="ar" dir="rtl"`, `<span dir="ltr">419 072</span>`} {
		if !strings.Contains(r.HTML, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if !strings.Contains(r.Text, "    \u2068419 072\u2069\n") {
		t.Errorf("the text is %q", r.Text)
	}
}

// Names are people's own words: none may add a line to a mail's header or a
// tag to its text.
func TestNamesAreOnlyNames(t *testing.T) {
	r, err := Render(frame("en"), Invitation{Inviter: "Eve\r\nBcc: all@example.com\u2028x", Organization: "<img src=x>", Email: "a@b.example", URL: "https://x.example", Expires: at})
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(r.Subject, "\r\n\u2028") {
		t.Errorf("the subject is %q", r.Subject)
	}
	if strings.Contains(r.HTML, "<img") {
		t.Error("a name became a tag")
	}
}
