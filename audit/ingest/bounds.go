package ingest

import (
	"unicode/utf8"
)

// Bounds, in characters. Those of metadata are the wire's.
const (
	maxAction    = 128
	maxID        = 255
	maxType      = 128
	maxName      = 255
	maxLocation  = 255
	maxUserAgent = 1024
	maxTargets   = 100
	maxEvent     = 256 << 10 // bytes, as it was sent: whoever follows the log has some hundred in memory

	maxMetadata = 50
	maxKey      = 40
	maxValue    = 500
)

// check looks for what has to be there. Nothing is cut short or made up: an
// entry is written as it was meant, or refused.
func (d *decoder) check(e *Event) {
	if !Action(e.Action) {
		d.add("/action", "invalid_action", "action is a name such as invoice.paid: letters, digits and . _ - : /")
	}
	if e.OccurredAt.IsZero() {
		d.add("/occurred_at", "occurred_at_required", "occurred_at is missing.")
	}
	d.checkParty(&e.Actor, "/actor")
	if len(e.Targets) == 0 {
		d.add("/targets", "targets_required", "An event has at least one target.")
	}
	for i := range e.Targets {
		d.checkParty(&e.Targets[i], item("/targets", i))
	}
}

func (d *decoder) checkParty(p *Party, path string) {
	if p.ID == "" {
		d.add(path+"/id", "id_required", "id is missing.")
	}
	if p.Type == "" {
		d.add(path+"/type", "type_required", "type is missing.")
	}
}

// Action reports whether text can name an action.
func Action(text string) bool {
	if text == "" || len(text) > maxAction {
		return false
	}
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '_', c == '-', c == ':', c == '/':
		default:
			return false
		}
	}
	return true
}

// metadata reads an object of strings, numbers and booleans.
func (d *decoder) metadata(into *Metadata, path string) error {
	if d.null() {
		return nil
	}
	err := d.object(func(name string) error {
		if len(*into) == maxMetadata {
			d.add(path, "too_many_keys", "metadata has at most 50 keys.")
			return d.skip()
		}
		if name == "" || len(name) > maxKey && utf8.RuneCountInString(name) > maxKey {
			d.add(path, "invalid_key", "A key of metadata has 1 to 40 characters.")
		}
		v := Value{Key: name}
		if err := d.value(&v); err != nil {
			return d.want(err, path+"/"+pointer(name), "A value of metadata is a string, a number or a boolean.")
		}
		if len(v.Text) > maxValue && utf8.RuneCountInString(v.Text) > maxValue {
			d.add(path+"/"+pointer(name), "too_long", "A value of metadata has at most 500 characters.")
		}
		*into = append(*into, v)
		return nil
	})
	return d.want(err, path, "metadata is an object.")
}

func (d *decoder) value(v *Value) (err error) {
	switch c := d.peek(); {
	case c == '"':
		v.Type = String
		v.Text, err = d.string()
	case c == '-' || '0' <= c && c <= '9':
		v.Type = Number
		v.Text, err = d.number()
	case c == 't' || c == 'f':
		v.Type = Boolean
		v.Text, err = d.word()
	default:
		return errOtherType
	}
	return err
}
