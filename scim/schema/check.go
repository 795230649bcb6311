package schema

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The bounds of what is kept. Keys stand in indexes: Postgres refuses an entry
// of more than 2,704 bytes.
const (
	MaxName     = 255       // characters of userName and of a group's displayName
	maxKey      = 1024      // bytes of a key by which is looked up
	maxTypeKey  = 256       // bytes of the type of an address
	maxEmails   = 100       // rows for look-ups
	maxResource = 256 << 10 // bytes of a resource
	maxMember   = 255       // bytes of the id of a member
)

// check holds a resource to what the type asks of it.
func (t *Type) check(r Resource) error {
	name, text := "userName", r.UserName()
	if t == Group {
		name, text = "displayName", r.DisplayName()
	}
	if strings.TrimSpace(text) == "" {
		return ErrValue.WithMessage(name + " is required; it must not be blank.")
	}
	if utf8.RuneCountInString(text) > MaxName {
		return bad(name, "has at most "+strconv.Itoa(MaxName)+" characters")
	}
	if err := checkKey(name, text); err != nil {
		return err
	}
	if err := checkKey("externalId", r.ExternalID()); err != nil {
		return err
	}
	if err := checkEmails(r.Emails()); err != nil {
		return err
	}
	return checkSize(r)
}

// checkKey holds a text by which is looked up to what an index takes, and to
// what can be shown on one line.
func checkKey(name, text string) error {
	if strings.ContainsFunc(text, unicode.IsControl) {
		return bad(name, "must not hold control characters")
	}
	if len(text) > maxKey || len(Fold(text)) > maxKey {
		return bad(name, "has at most "+strconv.Itoa(maxKey)+" bytes")
	}
	return nil
}

func checkEmails(emails []Email) error {
	if len(emails) > maxEmails {
		return bad("emails", "has at most "+strconv.Itoa(maxEmails)+" values")
	}
	for _, e := range emails {
		if err := checkKey("emails.value", e.Value); err != nil {
			return err
		}
		if len(e.Type) > maxTypeKey || len(Fold(e.Type)) > maxTypeKey {
			return bad("emails.type", "has at most "+strconv.Itoa(maxTypeKey)+" bytes")
		}
	}
	return nil
}

// checkSize bounds the whole: PATCH could grow it without end.
func checkSize(r Resource) error {
	if Least(map[string]any(r)) <= maxResource/8 { // not worth encoding
		return nil
	}
	b, err := json.Marshal(r)
	if err != nil {
		return ErrSyntax
	}
	if len(b) > maxResource {
		return ErrTooLarge.WithMessage("A resource has at most " + strconv.Itoa(maxResource>>10) + " KiB.")
	}
	return nil
}

// Least is about how many bytes a value takes: encoding it could take six times
// as many, where every character must be escaped.
func Least(value any) int {
	switch v := value.(type) {
	case string:
		return len(v) + 2
	case json.Number:
		return len(v)
	case []any:
		n := 2
		for _, element := range v {
			n += Least(element) + 1
		}
		return n
	case map[string]any:
		n := 2
		for key, element := range v {
			n += len(key) + Least(element) + 4
		}
		return n
	}
	return 5
}
