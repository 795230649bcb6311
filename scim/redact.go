package scim

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"gatehouse/internal/wire"
	"gatehouse/scim/directory"
)

const redaction = "[redacted]"

// secrets are what the names of attributes hold, in lower case and without
// signs, whose values nobody may read in a record: SCIM's own password, and
// whatever a provider's administrator maps that is called so.
var secrets = []string{"password", "passwd", "passphrase", "passcode", "secret", "token", "apikey", "credential", "privatekey", "authorization", "recoverycode", "pincode"}

func secret(name string) bool {
	name = strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, name)
	return slices.ContainsFunc(secrets, func(s string) bool { return strings.Contains(name, s) })
}

// redacted is a document as it is kept: without secrets, and of a long one
// what comes first.
func redacted(doc map[string]any) string {
	r := redactor{left: directory.MaxRequestBody * 3 / 4}
	text, err := wire.Encode(r.value(doc))
	if err != nil {
		return "" // what was decoded can be encoded
	}
	return string(text)
}

// redactor makes a value without what is secret in it, of about so many bytes
// as are left.
type redactor struct {
	left     int
	compared bool // it held a filter over what is called like a secret
}

func (r *redactor) value(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return r.object(v)
	case []any:
		return r.list(v)
	case string:
		r.left -= len(v)
		if r.left < 0 {
			return directory.Clip(v, max(0, len(v)+r.left)) + "…"
		}
	}
	r.left -= 4
	return v
}

// object leaves out the value of whatever is called like a secret, and that of
// an object that says itself that it is one: a PATCH operation by its path, a
// pair by its name.
func (r *redactor) object(object map[string]any) any {
	out := make(map[string]any, len(object))
	said := namesSecret(object)
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if r.left -= len(key) + 4; r.left < 0 {
			out["…"] = fmt.Sprintf("%d more", len(object)-len(out))
			return out
		}
		value := object[key]
		text, _ := value.(string)
		compares := comparesSecret(text)
		r.compared = r.compared || compares
		switch {
		case compares, secret(key), said && strings.EqualFold(key, "value"):
			out[key] = redaction
		default:
			out[key] = r.value(value)
		}
	}
	return out
}

func (r *redactor) list(list []any) any {
	out := make([]any, 0, min(len(list), 100))
	for i, element := range list {
		if r.left < 0 {
			return append(out, fmt.Sprintf("… %d more", len(list)-i))
		}
		out = append(out, r.value(element))
	}
	return out
}

func namesSecret(object map[string]any) bool {
	for key, value := range object {
		text, ok := value.(string)
		if ok && slices.Contains([]string{"path", "name", "type", "key", "attribute", "display"}, strings.ToLower(key)) && secret(text) {
			return true
		}
	}
	return false
}

// redactQuery is a query without the values of parameters that are called like
// secrets: a provider that is set up wrongly may send its token there.
func redactQuery(query string) string {
	parts := strings.Split(query, "&")
	for i, part := range parts {
		name, _, valued := strings.Cut(part, "=")
		plain, err := url.QueryUnescape(part)
		plainName, plainValue, _ := strings.Cut(plain, "=")
		if err != nil || valued && (secret(plainName) || comparesSecret(plainValue)) {
			parts[i] = name + "=" + redaction
		}
	}
	return strings.Join(parts, "&")
}

// comparesSecret reports whether a text is a filter over what is called like a
// secret: what it is compared with may be one.
func comparesSecret(text string) bool {
	text = text[:min(len(text), directory.MaxRequestBody)] // what is behind is not kept
	if !strings.ContainsAny(text, " \t\n\f\r") {           // as most values are, which the expression would read to their end
		return false
	}
	for _, m := range comparison.FindAllStringSubmatch(text, -1) {
		if secret(m[1]) {
			return true
		}
	}
	return false
}

// comparison has the name that is compared, or whose elements are.
var comparison = regexp.MustCompile(`(?i)([a-z0-9_.:$-]+)(?:\[|\)?\s*\b(?:eq|ne|co|sw|ew|gt|ge|lt|le)[\s"])`)

// hiddenReason stands in the place of a reason that may quote such a filter.
const hiddenReason = "The request compares what is called like a secret, so neither that nor what there was to say of it is kept."

// told is the reason, if it quotes nothing that the record leaves out.
func (a *asked) told() string {
	if !strings.Contains(a.reason, `"`) {
		return a.reason
	}
	for _, values := range a.c.Request().URL.Query() {
		if slices.ContainsFunc(values, comparesSecret) {
			return hiddenReason
		}
	}
	r := redactor{left: directory.MaxRequestBody}
	if r.object(a.doc); r.compared {
		return hiddenReason
	}
	return a.reason
}
