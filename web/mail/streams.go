package mail

import (
	"time"

	"gatehouse/internal/i18n"
)

// Letters about log streams, to the people who manage them: an organization's
// owners and admins, or those who run the deployment.
type (
	// StreamFailing tells that a destination takes no entries, which wait.
	StreamFailing struct {
		StreamLetter
		Error string // as the stream's page shows it
	}
	// StreamRecovered tells that it takes them again.
	StreamRecovered struct{ StreamLetter }
)

// StreamLetter is what both say.
type StreamLetter struct {
	Stream, Destination, Organization string // its name; the kind of destination; whose log it carries
	Since                             time.Time
	URL                               string // the stream's page
}

func (StreamFailing) Kind() string   { return "log_stream_failing" }
func (StreamRecovered) Kind() string { return "log_stream_recovered" }

func (l StreamLetter) on(f Frame, heading, text string, more ...fact) body {
	args := f.args(i18n.Args{"stream": l.Stream, "destination": l.Destination, "organization": l.Organization})
	said := f.Lang.Rich(text, args)
	return body{
		subject: f.Lang.T(heading, args), heading: f.Lang.T(heading, args), text: said, preheader: plain(said), button: link{f.Lang.T("mail.log_stream.button"), l.URL},
		facts:  append([]fact{{f.Lang.T("mail.fact.failing"), f.Lang.Moment(l.Since)}}, more...),
		ignore: f.Lang.Rich("mail.domain.why", args),
	}
}

func (l StreamFailing) body(f Frame) body {
	return l.on(f, "mail.log_stream_failing.heading", "mail.log_stream_failing.text", fact{f.Lang.T("mail.fact.error"), l.Error})
}

func (l StreamRecovered) body(f Frame) body {
	return l.on(f, "mail.log_stream_recovered.heading", "mail.log_stream_recovered.text")
}
