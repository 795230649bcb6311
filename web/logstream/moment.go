package logstream

import (
	"strings"
	"time"
)

// DateTime is how browsers write a moment of a form (HTML §2.3.5.5).
const DateTime = "2006-01-02T15:04"

// ParseMoment reads a moment that a browser wrote, or a person where theirs
// has no field for one.
func ParseMoment(text string) (time.Time, error) {
	text = strings.Replace(strings.TrimSpace(text), " ", "T", 1)
	if len(text) == len(DateTime)+len(":05") {
		return time.Parse(DateTime+":05", text)
	}
	return time.Parse(DateTime, text)
}
