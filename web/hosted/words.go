package hosted

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/internal/i18n"
)

// targets are the URLs behind a message's tags: "forgot" for <forgot>…</forgot>.
type targets map[string]string

// rich writes a message with its markup: <b>, <email> (bold, and safe beside
// text of the other direction), and links for the tags that have a target. A
// link without one stays plain words.
func rich(parts []i18n.Part, to targets) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		for _, p := range parts {
			text := templ.EscapeString(p.Text)
			switch {
			case p.Tag == "b":
				b.WriteString("<b><bdi>" + text + "</bdi></b>")
			case p.Tag == "email":
				b.WriteString(`<b class="wrap-any"><bdi>` + text + "</bdi></b>")
			case to[p.Tag] != "":
				b.WriteString(`<a href="` + templ.EscapeString(string(templ.URL(to[p.Tag]))) + `">` + text + "</a>")
			default:
				b.WriteString(text)
			}
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}

func plain(parts []i18n.Part) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.Text)
	}
	return b.String()
}

// yes is a bool as the choice of a message: {known, select, yes {…} other {…}}.
func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}
