package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

func (p TimeProps) ago() time.Duration {
	return p.Now.Sub(p.At)
}

func (p TimeProps) relative() bool {
	if p.Text != "" || p.Exact || p.Now.IsZero() {
		return p.Relative
	}
	return p.ago() >= 0 && p.ago() < 24*time.Hour
}

func (p TimeProps) text() string {
	switch {
	case p.Text != "":
		return p.Text
	case p.Exact:
		return p.At.Format("15:04:05.000")
	case p.relative():
		return since(p.ago())
	case !p.Now.IsZero() && p.At.Year() == p.Now.Year():
		return p.At.Format("2 Jan, 15:04")
	default:
		return p.At.Format("2 Jan 2006")
	}
}

func (p TimeProps) title() string {
	return or(p.Title, p.At.Format("Mon 2 Jan 2006, 15:04:05 MST"))
}

func since(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", int(d.Minutes()))
	default:
		return fmt.Sprintf("%d h ago", int(d.Hours()))
	}
}

// separators are what languages put between thousands, where it is not a
// comma. The space is narrow and does not break (CLDR).
var separators = map[string]string{
	"de": ".", "es": ".", "it": ".", "nl": ".", "pt": ".", "da": ".", "id": ".", "tr": ".", "el": ".",
	"fr": "\u202f", "nb": "\u00a0", "nn": "\u00a0", "no": "\u00a0", "sv": "\u00a0", "fi": "\u00a0",
	"pl": "\u00a0", "cs": "\u00a0", "ru": "\u00a0", "uk": "\u00a0",
}

// Group writes a count with its thousands apart. Spanish, Polish and
// Portuguese leave four digits together.
func Group(n int64, lang string) string {
	base, _, _ := strings.Cut(lang, "-")
	separator, known := separators[base]
	if !known {
		separator = ","
	}
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	if together := base == "es" || base == "pl" || base == "pt"; together && len(digits) == 4 {
		return sign + digits
	}
	head := (len(digits)-1)%3 + 1
	var b strings.Builder
	b.WriteString(sign + digits[:head])
	for i := head; i < len(digits); i += 3 {
		b.WriteString(separator + digits[i:i+3])
	}
	return b.String()
}
