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
	if !bytes.ContainsAny(raw, " \t\r\n\\") {
		return append(b, raw...)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		return append(b, raw...)
	}
	return append(b, unescapeSeparators(compact.Bytes())...)
}

// Plain is JSON that is compact already with nothing escaped that Encode leaves
// alone, whoever wrote it.
func Plain(text []byte) []byte { return unescapeSeparators(text) }
