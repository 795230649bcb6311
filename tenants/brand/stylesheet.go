package brand

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Stylesheet is the tokens as CSS, made of our own words and numbers only.
// Browsers without light-dark() read the first block and show the light page.
func (l Look) Stylesheet() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, ":root{--brand-radius:%dpx", l.Radius)
	if l.Panel != nil {
		fmt.Fprintf(&b, ";--panel:%s;--panel-ink:%s", l.Panel.Fill, l.Panel.Ink)
	}
	if l.Light == nil || l.Dark == nil {
		b.WriteString("}\n")
		return []byte(b.String())
	}
	light, dark := l.Light.tokens(), l.Dark.tokens()
	for _, t := range light {
		fmt.Fprintf(&b, ";--%s:%s", t.name, t.value)
	}
	b.WriteString("}\n@supports (color:light-dark(#000,#fff)){:root{")
	for i, t := range light {
		if i > 0 {
			b.WriteByte(';')
		}
		fmt.Fprintf(&b, "--%s:light-dark(%s,%s)", t.name, t.value, dark[i].value)
	}
	b.WriteString("}}\n")
	return []byte(b.String())
}

type token struct {
	name  string
	value Colour
}

func (t *Tones) tokens() []token {
	return []token{
		{"brand", t.Brand}, {"brand-hover", t.Hover}, {"brand-ink", t.Ink}, {"brand-text", t.Text}, {"brand-edge", t.Edge},
	}
}

// Hash names a stylesheet by its content, for a URL that is kept for good.
func Hash(stylesheet []byte) string {
	sum := sha256.Sum256(stylesheet)
	return hex.EncodeToString(sum[:8])
}
