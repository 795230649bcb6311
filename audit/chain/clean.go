package chain

import "encoding/json"

// clean reports whether raw is JSON that a record's line carries as it stands:
// valid, without whitespace between its tokens, without delicate characters.
// It is one look at each byte, for what is nearly always so. It may say no to
// what is clean all the same (deep nesting, exponents): the long way decides.
func clean(raw json.RawMessage) bool {
	end := cleanValue(raw, 0, 32)
	return end == len(raw) && end > 0
}

// cleanValue is where the value ends that begins at i; -1 if it is not clean.
func cleanValue(b []byte, i, depth int) int {
	if i >= len(b) || depth == 0 {
		return -1
	}
	switch c := b[i]; {
	case c == '"':
		return cleanText(b, i+1)
	case c == '{':
		return cleanObject(b, i+1, depth-1)
	case c == '[':
		return cleanList(b, i+1, depth-1)
	case c >= '1' && c <= '9':
		for i++; i < len(b) && b[i] >= '0' && b[i] <= '9'; i++ {
		}
		return i
	}
	for _, word := range [...]string{"true", "false", "null", "0"} {
		if len(b)-i >= len(word) && string(b[i:i+len(word)]) == word {
			return i + len(word)
		}
	}
	return -1
}

func cleanObject(b []byte, i, depth int) int {
	if i < len(b) && b[i] == '}' {
		return i + 1
	}
	for i >= 0 && i < len(b) && b[i] == '"' {
		if i = cleanText(b, i+1); i < 0 || i >= len(b) || b[i] != ':' {
			return -1
		}
		if i = cleanValue(b, i+1, depth); i < 0 || i >= len(b) {
			return -1
		}
		switch b[i] {
		case '}':
			return i + 1
		case ',':
			i++
		default:
			return -1
		}
	}
	return -1
}

func cleanList(b []byte, i, depth int) int {
	if i < len(b) && b[i] == ']' {
		return i + 1
	}
	for {
		if i = cleanValue(b, i, depth); i < 0 || i >= len(b) {
			return -1
		}
		switch b[i] {
		case ']':
			return i + 1
		case ',':
			i++
		default:
			return -1
		}
	}
}

// cleanText is where a text ends whose first character is at i.
func cleanText(b []byte, i int) int {
	for i < len(b) {
		switch c := b[i]; {
		case asIs[c]:
			i++
		case c == '"':
			return i + 1
		case c == '\\':
			if i++; i >= len(b) {
				return -1
			}
			switch b[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
				i++
			case 'u':
				if i+5 > len(b) || !hexadecimal(b[i+1:i+5]) {
					return -1
				}
				i += 5
			default:
				return -1
			}
		case c < 0x80: // a control character or DEL
			return -1
		case c == 0xc2 && i+1 < len(b) && b[i+1] <= 0x9f: // C1
			return -1
		case c == 0xe2 && i+2 < len(b) && b[i+1] == 0x80 && b[i+2]&^1 == 0xa8: // U+2028, U+2029
			return -1
		default:
			i++
		}
	}
	return -1
}

func hexadecimal(b []byte) bool {
	for _, c := range b {
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}

// asIs are the characters of ASCII that stand in a JSON text as they are.
var asIs = func() (table [256]bool) {
	for c := 0x20; c < 0x7f; c++ {
		table[c] = c != '"' && c != '\\'
	}
	return table
}()
