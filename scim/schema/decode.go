package schema

import (
	"bytes"
	"encoding/json"
	"errors"
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
	// MaxNames bounds the names in one object: they are looked up without regard to
	// case, one by one.
	MaxNames = 500
	maxPower = 300 // of ten
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
	if !json.Valid(body) {
		return nil, notJSON(body)
	}
	d := decoder{body: body}
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

// notJSON says where the mistake is.
func notJSON(body []byte) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return ErrSyntax.WithMessage("The body is empty; it must be a JSON object.")
	}
	var whole json.RawMessage
	if at, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(body, &whole)); ok {
		return ErrSyntax.WithMessage(fmt.Sprintf("The body is not JSON: the mistake is at byte %d.", at.Offset))
	}
	return ErrSyntax.WithMessage("The body is not JSON.")
}

// decoder reads a body that is valid JSON, which makes every look-ahead of it safe.
// encoding/json's own reader of tokens would do as well, and takes thrice as long.
type decoder struct {
	body   []byte
	pos    int
	values int
}

// next is the next byte that is no space.
func (d *decoder) next() byte {
	for d.body[d.pos] <= ' ' {
		d.pos++
	}
	return d.body[d.pos]
}

func (d *decoder) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, ErrSyntax.WithMessage("The body is nested deeper than " + strconv.Itoa(maxDepth) + " levels.")
	}
	if d.values++; d.values > maxValues {
		return nil, ErrTooLarge.WithMessage("The body has more than " + strconv.Itoa(maxValues) + " values; send it in parts.")
	}
	switch d.next() {
	case '{':
		return d.object(depth)
	case '[':
		return d.list(depth)
	case '"':
		return d.text()
	case 't':
		d.pos += len("true")
		return true, nil
	case 'f':
		d.pos += len("false")
		return false, nil
	case 'n':
		d.pos += len("null")
		return nil, nil
	}
	return d.number()
}

func (d *decoder) object(depth int) (map[string]any, error) {
	object := map[string]any{}
	var taken names
	for d.pos++; d.next() != '}'; {
		if d.body[d.pos] == ',' {
			d.pos++
			d.next()
		}
		key, err := d.text()
		if err != nil {
			return nil, err
		}
		switch {
		case len(object) == MaxNames:
			return nil, ErrTooLarge.WithMessage("An object in the body has more than " + strconv.Itoa(MaxNames) + " names.")
		case !taken.add(key):
			return nil, ErrSyntax.WithMessage("The body has " + Quote(key) + " twice in one object.")
		}
		d.next()
		d.pos++ // the colon
		if object[key], err = d.value(depth + 1); err != nil {
			return nil, err
		}
	}
	d.pos++
	return object, nil
}

func (d *decoder) list(depth int) ([]any, error) {
	list := []any{}
	for d.pos++; d.next() != ']'; {
		if d.body[d.pos] == ',' {
			d.pos++
		}
		value, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	d.pos++
	return list, nil
}

func (d *decoder) text() (string, error) {
	start := d.pos
	plain := true
	for d.pos++; d.body[d.pos] != '"'; d.pos++ {
		if d.body[d.pos] == '\\' {
			plain = false
			d.pos++ // whatever it escapes ends nothing
		}
	}
	d.pos++
	if plain {
		return string(d.body[start+1 : d.pos-1]), nil
	}
	var s string
	if err := json.Unmarshal(d.body[start:d.pos], &s); err != nil {
		return "", ErrSyntax
	}
	return s, checkText(s)
}

func (d *decoder) number() (json.Number, error) {
	start := d.pos
	for d.pos < len(d.body) && strings.IndexByte("+-.0123456789eE", d.body[d.pos]) >= 0 {
		d.pos++
	}
	n := json.Number(d.body[start:d.pos])
	return n, checkNumber(n)
}

// names are the names in an object. Most objects have few, and comparing those
// takes no memory.
type names struct {
	few  []string
	many map[string]bool // folded
}

// add reports whether a name is new, in whatever case.
func (n *names) add(name string) bool {
	if n.many == nil {
		for _, other := range n.few {
			if sameName(other, name) {
				return false
			}
		}
		if n.few = append(n.few, name); len(n.few) <= 16 {
			return true
		}
		n.many = make(map[string]bool, 64)
		for _, other := range n.few {
			n.many[nameKey(other)] = true
		}
		return true
	}
	key := nameKey(name)
	isNew := !n.many[key]
	n.many[key] = true
	return isNew
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
