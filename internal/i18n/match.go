package i18n

import (
	"strings"
	"sync"

	"golang.org/x/text/language"
)

// What a browser or an application may make us read. Longer lists than this
// have no person behind them; what lies beyond is not looked at.
const (
	maxHeader = 512
	maxTags   = 12
)

var matcher = sync.OnceValue(func() language.Matcher {
	tags := make([]language.Tag, len(known))
	for i, c := range known {
		tags[i] = c.tag
	}
	return language.NewMatcher(tags)
})

// Match picks the language of a page. The first of these that names one we
// have decides: the ui_locales of the request (space-separated, OpenID Connect
// Core §3.1.2.1), the person's, the organization's, and the browser's
// Accept-Language (RFC 9110 §12.5.4). None, and it is English.
func Match(uiLocales, person, organization, acceptLanguage string) Language {
	for _, wanted := range []string{uiLocales, person, organization} {
		if l, ok := first(strings.Fields(bound(wanted))); ok {
			return l
		}
	}
	if l, ok := first(accepted(bound(acceptLanguage))); ok {
		return l
	}
	return English()
}

// first is the first of the tags that we speak, or nearly ("de-AT", "gsw").
func first(tags []string) (Language, bool) {
	for i, s := range tags {
		if i == maxTags {
			break
		}
		tag, err := language.Parse(strings.ReplaceAll(s, "_", "-"))
		if err != nil || tag == language.Und {
			continue
		}
		if _, at, confidence := matcher().Match(tag); confidence > language.No {
			return Language{known[at]}, true
		}
	}
	return Language{}, false
}

// accepted reads Accept-Language, best first. A header that does not parse
// says nothing.
func accepted(header string) []string {
	tags, weights, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return nil
	}
	wanted := make([]string, 0, len(tags))
	for i, tag := range tags {
		if weights[i] > 0 && tag != language.Und { // q=0 refuses; "*" takes anything
			wanted = append(wanted, tag.String())
		}
	}
	return wanted
}

// bound cuts what is too long at the last whole entry.
func bound(s string) string {
	if len(s) <= maxHeader {
		return s
	}
	s = s[:maxHeader]
	if i := strings.LastIndexAny(s, ", "); i >= 0 {
		return s[:i]
	}
	return ""
}
