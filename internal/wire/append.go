package wire

import (
	"bytes"
	"encoding/json"
	"time"
)

// What is written for each of many rows appends its JSON itself. It is what
// Encode makes of the same values.

// AppendText appends a text.
func AppendText(b []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x80 {
			quoted, _ := Encode(text) // no string cannot be encoded
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), text...), '"')
}

// AppendMaybe appends a text, or null.
func AppendMaybe(b []byte, text *string) []byte {
	if text == nil {
		return append(b, "null"...)
	}
	return AppendText(b, *text)
}

// AppendTime appends a timestamp.
func AppendTime(b []byte, at time.Time) []byte {
	b = append(b, '"')
	return append(at.UTC().AppendFormat(b, layout), '"')
}

// AppendJSON appends JSON, compact. A column of that type holds no other.
func AppendJSON(b []byte, raw []byte) []byte {
	if compact(raw) {
		return append(b, raw...)
	}
	var small bytes.Buffer
	if err := json.Compact(&small, raw); err != nil {
		return append(b, raw...)
	}
	return append(b, unescapeSeparators(small.Bytes())...)
}

// compact reports whether there is nothing to leave out of raw, and nothing
// escaped. Each search takes 32 bytes at once; one for any of these would not.
func compact(raw []byte) bool {
	return bytes.IndexByte(raw, ' ') < 0 && bytes.IndexByte(raw, '\\') < 0 && bytes.IndexByte(raw, '\n') < 0 && bytes.IndexByte(raw, '\t') < 0 && bytes.IndexByte(raw, '\r') < 0
}

// Plain is JSON that is compact already with nothing escaped that Encode leaves
// alone, whoever wrote it.
func Plain(text []byte) []byte { return unescapeSeparators(text) }
