package browser

import (
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"gatehouse/internal/problem"
)

// maxParams bounds how many parameters a request may have.
const maxParams = 200

// Params are a query's or a form's parameters, each there at most once:
// RFC 6749 §3.1 wants a repeated one refused, and of "email=a&email=b" no two
// readers take the same.
type Params struct{ values url.Values }

// Query reads the parameters of the address. Those named in repeatable, and
// names that end in [], may come several times; List reads them.
func Query(r *http.Request, repeatable ...string) (Params, error) {
	return parseParams(r.URL.RawQuery, repeatable)
}

// Form reads the parameters of a form's body, never of the address: what is
// posted must not end up in logs. It reads the body itself, so call it once
// and let nothing else parse the form before.
func Form(r *http.Request, repeatable ...string) (Params, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return Params{}, problem.ErrUnsupported.WithMessage("Send a form: application/x-www-form-urlencoded.")
	}
	body, err := Body(r)
	if err != nil {
		return Params{}, err
	}
	return parseParams(string(body), repeatable)
}

func parseParams(text string, repeatable []string) (Params, error) {
	if text == "" {
		return Params{}, nil
	}
	if strings.Count(text, "&") >= maxParams {
		return Params{}, problem.ErrBadRequest.WithMessage("There are too many parameters.")
	}
	values, err := url.ParseQuery(text)
	if err != nil {
		return Params{}, problem.ErrBadRequest.WithMessage("The parameters are not properly encoded.")
	}
	for name, list := range values {
		if !clean(name) || slices.ContainsFunc(list, unclean) {
			return Params{}, problem.ErrBadRequest.WithMessage("A parameter holds bytes that are not text.")
		}
		if len(list) > 1 && !strings.HasSuffix(name, "[]") && !slices.Contains(repeatable, name) {
			return Params{}, problem.ErrBadRequest.WithMessage("The parameter " + printable(name) + " is there more than once.")
		}
	}
	return Params{values}, nil
}

// clean reports whether s is text that both databases can store.
func clean(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

func unclean(s string) bool { return !clean(s) }

// printable is a parameter's name for a message: names are the caller's text.
func printable(name string) string {
	for _, r := range name {
		if r < '!' || r > '~' || r == '"' || r == '\\' {
			return "(unprintable)"
		}
	}
	return name[:min(len(name), 60)]
}

// Get is the parameter name, or "".
func (p Params) Get(name string) string { return p.values.Get(name) }

// Has reports whether name is there, be it empty.
func (p Params) Has(name string) bool { return p.values.Has(name) }

// List is a parameter of several values in each form that SDKs use: joined
// with commas, repeated, or as name[].
func (p Params) List(name string) []string {
	var list []string
	for _, joined := range slices.Concat(p.values[name], p.values[name+"[]"]) {
		for v := range strings.SplitSeq(joined, ",") {
			if v = strings.TrimSpace(v); v != "" {
				list = append(list, v)
			}
		}
	}
	return list
}

// Repeated is a parameter of several values in which a comma is an ordinary
// character: repeated, or as name[].
func (p Params) Repeated(name string) []string {
	return slices.Concat(p.values[name], p.values[name+"[]"])
}

// Under are the parameters written as name[key]=value (provider_query_params).
func (p Params) Under(name string) map[string]string {
	under := map[string]string{}
	for full := range p.values {
		if key, ok := strings.CutPrefix(full, name+"["); ok && strings.HasSuffix(key, "]") && key != "]" {
			under[strings.TrimSuffix(key, "]")] = p.values.Get(full)
		}
	}
	return under
}
