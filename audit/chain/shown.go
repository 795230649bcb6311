package chain

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// Targets and data are kept byte for byte, but for one thing: JSON may hold
// characters that a log viewer takes for the end of a line, or a terminal for
// an order. In a record's line they are escaped, as quoted does it, and the
// digest is of what is meant: escaped or not, it is the same text.

// delicate says whether r is such a character: DEL, the C1 controls, U+2028
// and U+2029. Lower ones are escaped in all JSON (RFC 8259 §7).
func delicate(r rune) bool { return r >= 0x7f && r <= 0x9f || r == 0x2028 || r == 0x2029 }

// shown is JSON with its delicate characters escaped.
func shown(raw json.RawMessage) json.RawMessage {
	if bytes.IndexFunc(raw, delicate) < 0 {
		return raw
	}
	out := make([]byte, 0, len(raw)+16)
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		if delicate(r) {
			out = append(out, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
		} else {
			out = append(out, raw[:size]...)
		}
		raw = raw[size:]
	}
	return out
}

// meant is JSON with its delicate characters as they are.
func meant(raw json.RawMessage) json.RawMessage {
	if !bytes.Contains(raw, []byte(`\u`)) {
		return raw
	}
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); {
		if raw[i] != '\\' || i+1 >= len(raw) {
			out = append(out, raw[i])
			i++
			continue
		}
		if raw[i+1] == 'u' && i+6 <= len(raw) {
			if n, err := strconv.ParseUint(string(raw[i+2:i+6]), 16, 16); err == nil && delicate(rune(n)) {
				out = utf8.AppendRune(out, rune(n))
				i += 6
				continue
			}
		}
		out = append(out, raw[i:i+2]...)
		i += 2
	}
	return out
}
