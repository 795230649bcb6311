package mail

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/internal/i18n"
)

// face puts the sheet's type before other inline styles. Its arguments are
// ours and the brand's colours, which tenants/brand has read as colours. No
// name of a font is quoted: templ escapes quotes in styles twice, and the
// semicolon of what is left ends the declaration.
func face(style string) templ.SafeCSS {
	return templ.SafeCSS("font-family:-apple-system,BlinkMacSystemFont,Segoe UI,Inter,Roboto,Helvetica,Arial,sans-serif;" + style)
}

// darkStyle adds dark paper and small screens; everything else is inline.
func darkStyle(b Brand) templ.Component {
	return templ.Raw(`<style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
.bg { background: #111215 !important; } .sheet { background: #18191d !important; border-color: #2a2c32 !important; }
.ink { color: #ededef !important; } .ink2 { color: #b0b3bb !important; } .ink3 { color: #9498a2 !important; }
.rule { border-color: #2a2c32 !important; } .well { background: #131417 !important; border-color: #2a2c32 !important; } .edge { border-color: #70747e !important; }
.link { color: ` + colour(b.LinkDark, "#ededef") + ` !important; }
}
@media (max-width: 480px) { .pad { padding-left: 24px !important; padding-right: 24px !important; } .outer { padding: 16px 10px !important; } .cta { display: block !important; } }
</style>`)
}

// colour lets nothing but #rrggbb into a style; anything else is the ink.
func colour(s, ink string) string {
	if len(s) != 7 || s[0] != '#' || strings.Trim(s[1:], "0123456789abcdefABCDEF") != "" {
		return ink
	}
	return s
}

// rich writes a message with its bold parts.
func rich(parts []i18n.Part) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		for _, p := range parts {
			if p.Tag == "b" {
				b.WriteString(`<b class="ink" style="color:#1d1b18;font-weight:600"><bdi>` + templ.EscapeString(p.Text) + `</bdi></b>`)
				continue
			}
			b.WriteString(templ.EscapeString(p.Text))
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}
