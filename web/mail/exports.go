package mail

import (
	"time"

	"gatehouse/internal/i18n"
)

// LogExportReady tells who asked for an export of the audit log that its file
// can be fetched. It leads to the page, where one signs in: an address that
// opens the file itself would go wherever the mail goes.
type LogExportReady struct {
	Entries int
	Until   time.Time // the file is kept until then
	URL     string
}

// Kind names the letter.
func (LogExportReady) Kind() string { return "export_ready" }

func (l LogExportReady) body(f Frame) body {
	heading := f.Lang.T("mail.export_ready.heading", f.args(nil))
	text := f.Lang.Rich("mail.export_ready.text", f.args(nil))
	return body{
		subject: heading, heading: heading, text: text, preheader: plain(text),
		button: link{f.Lang.T("mail.export_ready.button"), l.URL}, ignore: f.Lang.Rich("mail.export_ready.why", f.args(nil)),
		facts: []fact{{f.Lang.T("mail.fact.entries"), f.Lang.T("mail.export_ready.count", i18n.Args{"count": l.Entries})}, {f.Lang.T("mail.fact.until"), f.Lang.Moment(l.Until)}},
	}
}
