package schema

import (
	"strconv"
	"strings"
)

// Quote is what somebody sent, as a sentence shows it: short, and printable.
func Quote(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	const most = 60
	n := 0
	for i := range s {
		if n++; n > most {
			return strconv.Quote(s[:i] + "…")
		}
	}
	return strconv.Quote(s)
}
