package wire

import (
	"bytes"
	"encoding/json"
)

// Encode is the JSON of v, compact, without a newline, with nothing escaped
// that JSON.stringify leaves alone: not <, > and &, and not the line
// separators U+2028 and U+2029, which Go escapes always.
func Encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return unescapeSeparators(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

// separators are also the three that encoding/json escapes in what was encoded
// before, such as the data of an event that was stored.
var separators = map[string]string{`\u2028`: "\u2028", `\u2029`: "\u2029", `\ufffd`: "\ufffd", `\u003c`: "<", `\u003e`: ">", `\u0026`: "&"}

// unescapeSeparators undoes the escapes of separators, and of the sign that
// stands for bytes that are no text. An escaped backslash before a plain
// "u2028" is left alone.
func unescapeSeparators(text []byte) []byte {
	if !bytes.Contains(text, []byte(`\u`)) {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		if text[i] != '\\' {
			out = append(out, text[i])
			i++
			continue
		}
		if i+6 <= len(text) {
			if plain, ok := separators[string(text[i:i+6])]; ok {
				out = append(out, plain...)
				i += 6
				continue
			}
		}
		out = append(out, text[i:i+2]...) // valid JSON: something follows a backslash
		i += 2
	}
	return out
}
