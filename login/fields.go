package login

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"gatehouse/internal/browser"
	"gatehouse/internal/field"
	"gatehouse/internal/i18n"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

const (
	maxEmail = 254 // RFC 5321 §4.5.3.1.3, less the brackets
	maxName  = 100
)

// readEmail is the address as it was typed, trimmed, or what is wrong with it.
func readEmail(form browser.Params) (string, *hosted.Problem) {
	typed := strings.TrimSpace(form.Get(hosted.FieldEmail))
	if typed == "" {
		return "", &hosted.Problem{Field: hosted.FieldEmail, Code: hosted.ProblemEmailMissing}
	}
	if _, err := users.ParseEmail(typed); err != nil {
		return "", &hosted.Problem{Field: hosted.FieldEmail, Code: hosted.ProblemEmailInvalid}
	}
	return typed, nil
}

// readName is a name as it was typed, trimmed.
func readName(form browser.Params, name, missing string) (string, *hosted.Problem) {
	typed, err := field.Text(name, form.Get(name), maxName)
	if err != nil {
		return "", &hosted.Problem{Field: name, Code: hosted.ProblemNameTooLong, Args: i18n.Args{"max": maxName}}
	}
	if typed == "" {
		return "", &hosted.Problem{Field: name, Code: missing}
	}
	return typed, nil
}

// clip cuts what an application sent at a whole character; too long an
// address is none.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	s = s[:most]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s
}

func queryEscape(s string) string { return url.QueryEscape(s) }

func withQuery(path string, pairs []string) string {
	if len(pairs) == 0 {
		return path
	}
	return path + "?" + strings.Join(pairs, "&")
}
