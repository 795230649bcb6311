package sink

import (
	"slices"
	"strings"

	"gatehouse/internal/problem"
)

// Kind is a kind of destination: how people set it up, and how it is opened.
type Kind struct {
	Name   string // as the API has it: http, s3, splunk …
	Title  string // as people read it
	Fields []Field
	// Open makes a sink. It connects to nothing yet, and refuses settings that
	// can never work with an error that a person may see. It does not ask
	// whether what is required is there: Complete does.
	Open func(Settings, Dial) (Sink, error)
}

// Field is one setting of a kind.
type Field struct {
	Name, Label, Help string
	Secret            bool // written, never shown again
	Required          bool
	Address           bool     // where the data goes: a change of it clears the secrets
	Options           []string // one of these
	Default           string
	Long              bool // several lines: certificates
}

// Settings are the values of a stream's fields, and whose stream it is.
type Settings struct {
	Values       map[string]string // secrets among them
	Stream       string            // the stream's id
	Organization string            // "" where it carries every organization's entries
}

// Get is a field's value.
func (s Settings) Get(name string) string { return strings.TrimSpace(s.Values[name]) }

// On reports whether a field of the options on and off is on.
func (s Settings) On(name string) bool { return s.Get(name) == "on" }

// Kinds are all kinds that a stream can have, in the order in which people
// choose among them.
func Kinds() []Kind {
	return []Kind{httpKind, s3Kind, gcsKind, azureKind, kafkaKind, splunkKind, datadogKind, elasticKind, otlpKind, syslogKind}
}

// Find is the kind of that name.
func Find(kinds []Kind, name string) (Kind, bool) {
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		return Kind{}, false
	}
	return kinds[i], true
}

// field is the field of that name.
func (k Kind) field(name string) (Field, bool) {
	i := slices.IndexFunc(k.Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return k.Fields[i], true
}

// Secret reports whether a field's value must never be shown.
func (k Kind) Secret(name string) bool {
	f, _ := k.field(name)
	return f.Secret
}

// What settings can be refused for.
var (
	ErrSettings = problem.New(problem.Invalid, "invalid_configuration", "That destination cannot be set up so.")
)

// Refuse is ErrSettings about one field.
func Refuse(name, sentence string) error {
	return ErrSettings.WithMessage(sentence).WithDetails(problem.Detail{Code: "invalid_" + name, Message: sentence, Field: "configuration." + name})
}

// maxValue bounds one value: a certificate chain fits.
const maxValue = 16 << 10

// Complete checks values against the fields and fills in defaults. Without
// secrets it asks for no secret: they were cleared, or come later.
func (k Kind) Complete(values map[string]string, secrets bool) (map[string]string, error) {
	out := map[string]string{}
	for name, value := range values {
		f, known := k.field(name)
		if !known {
			return nil, Refuse(name, k.Title+" has no setting "+name+".")
		}
		if err := f.check(value); err != nil {
			return nil, err
		}
		if value = strings.TrimSpace(value); value != "" {
			out[name] = value
		}
	}
	for _, f := range k.Fields {
		if out[f.Name] == "" && f.Default != "" {
			out[f.Name] = f.Default
		}
		if f.Required && out[f.Name] == "" && (secrets || !f.Secret) {
			return nil, Refuse(f.Name, f.Label+" is missing.")
		}
	}
	return out, nil
}

func (f Field) check(value string) error {
	if len(value) > maxValue {
		return Refuse(f.Name, f.Label+" is too long.")
	}
	bad := func(r rune) bool { return r < ' ' && !(f.Long && (r == '\n' || r == '\r' || r == '\t')) || r == 0x7f }
	if strings.ContainsFunc(strings.TrimSpace(value), bad) {
		return Refuse(f.Name, f.Label+" holds characters that do not belong there.")
	}
	if value != "" && len(f.Options) > 0 && !slices.Contains(f.Options, value) {
		return Refuse(f.Name, f.Label+" is one of "+strings.Join(f.Options, ", ")+".")
	}
	return nil
}
