package mail

import (
	"strings"

	"gatehouse/internal/i18n"
)

// text is the letter without markup, for readers and programs that want that.
func text(f Frame, b body) string {
	var out strings.Builder
	paragraph := func(s string) {
		if s != "" {
			out.WriteString(s + "\n\n")
		}
	}
	paragraph(b.heading)
	paragraph(plain(b.text))
	if b.code != "" {
		paragraph("    " + f.Lang.Isolate(spaced(b.code)))
	}
	if b.button.url != "" {
		paragraph(b.button.label + ":\n" + b.button.url)
	}
	for _, x := range b.facts {
		out.WriteString(x.label + ": " + f.Lang.Isolate(oneLine(x.value)) + "\n")
	}
	if len(b.facts) > 0 {
		out.WriteString("\n")
	}
	if b.disown.url != "" {
		paragraph(b.disown.label + ":\n" + b.disown.url)
	}
	paragraph(plain(b.ignore))
	out.WriteString("-- \n" + f.Lang.T("mail.sent_by", i18n.Args{"brand": f.Brand.Name}) + "\n")
	if f.Brand.Postal != "" {
		out.WriteString(f.Brand.Postal + "\n")
	}
	return out.String()
}

func plain(parts []i18n.Part) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.Text)
	}
	return b.String()
}
