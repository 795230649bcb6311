package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The bounds of a body. Who may push into a directory is no reason to let them
// have all memory.
const (
	maxDepth  = 20      // a bulk request with a PATCH of an extension's address takes ten
	maxValues = 400_000 // a bulk request of 1,000 people takes a tenth
	maxDigits = 64      // of a number
	maxPower  = 300     // of ten
)

// Decode reads a body: one JSON object, whose numbers keep their digits.
//
// It is stricter than encoding/json where two readers of one document could see
// two things, or the database none: a name that comes twice in one object, in
// whatever case (names of attributes compare without it, RFC 7643 §2.1), bytes
// that are not UTF-8, U+0000, which Postgres cannot keep in jsonb, and numbers
// that its numeric cannot hold.
func Decode(body []byte) (map[string]any, error) {
	if !utf8.Valid(body) {
		return nil, ErrSyntax.WithMessage("The body is not UTF-8.")
	}
	d := decoder{json: json.NewDecoder(bytes.NewReader(body))}
	d.json.UseNumber()
	if err := d.checkSyntax(body); err != nil {
		return nil, err
	}
	value, err := d.value(0)
	if err != nil {
		return nil, err
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, ErrSyntax.WithMessage("The body is not a JSON object.")
	}
	return object, nil
}

type decoder struct {
	json   *json.Decoder
	values int
}

// checkSyntax makes certain that the body is one JSON value, so that the reading
// of its tokens may trust their order.
func (d *decoder) checkSyntax(body []byte) error {
	var whole json.RawMessage
	err := json.Unmarshal(body, &whole)
	if err == nil {
		return nil
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return ErrSyntax.WithMessage("The body is empty; it must be a JSON object.")
	}
	message := "The body is not JSON."
	if at, ok := err.(*json.SyntaxError); ok {
		message = fmt.Sprintf("The body is not JSON: the mistake is at byte %d.", at.Offset)
	}
	return ErrSyntax.WithMessage(message)
}

func (d *decoder) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, ErrSyntax.WithMessage("The body is nested deeper than " + strconv.Itoa(maxDepth) + " levels.")
	}
	if d.values++; d.values > maxValues {
		return nil, ErrTooLarge.WithMessage("The body has more than " + strconv.Itoa(maxValues) + " values; send it in parts.")
	}
	token, err := d.json.Token()
	if err != nil {
		return nil, ErrSyntax
	}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return d.object(depth)
		}
		return d.list(depth)
	case json.Number:
		return token, checkNumber(token)
	case string:
		return token, checkText(token)
	}
	return token, nil // true, false, null
}

func (d *decoder) object(depth int) (any, error) {
	object := map[string]any{}
	var names map[string]bool // folded, once there are two
	for d.json.More() {
		token, err := d.json.Token()
		key, ok := token.(string)
		if err != nil || !ok {
			return nil, ErrSyntax
		}
		if err := checkText(key); err != nil {
			return nil, err
		}
		if names == nil {
			names = make(map[string]bool, 8)
		}
		if folded := nameKey(key); names[folded] {
			return nil, ErrSyntax.WithMessage("The body has " + Quote(key) + " twice in one object.")
		} else {
			names[folded] = true
		}
		if object[key], err = d.value(depth + 1); err != nil {
			return nil, err
		}
	}
	_, err := d.json.Token()
	return object, err
}

func (d *decoder) list(depth int) (any, error) {
	list := []any{}
	for d.json.More() {
		value, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	_, err := d.json.Token()
	return list, err
}

func checkText(s string) error {
	if strings.ContainsRune(s, 0) {
		return ErrValue.WithMessage("A text holds the character U+0000, which cannot be kept.")
	}
	return nil
}

func checkNumber(n json.Number) error {
	s := string(n)
	if len(s) > maxDigits {
		return ErrValue.WithMessage("A number has more than " + strconv.Itoa(maxDigits) + " digits.")
	}
	if e := strings.IndexAny(s, "eE"); e >= 0 {
		power, err := strconv.Atoi(s[e+1:])
		if err != nil || power > maxPower || power < -maxPower {
			return ErrValue.WithMessage("The number " + s + " is out of range.")
		}
	}
	return nil
}
