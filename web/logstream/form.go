package logstream

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"gatehouse/export/sink"
	"gatehouse/export/stream"
	"gatehouse/internal/browser"
	"gatehouse/internal/problem"
	"gatehouse/web/ui"
)

// Form is a stream as a form has it.
type Form struct {
	Kind    sink.Kind
	Name    string
	Actions string            // one on each line
	Values  map[string]string // of the kind's fields, less stored secrets
	All     bool              // a new one: from the beginning of the log
	Wrong   map[string]string // by field
	Stored  bool              // secrets are; it is an edit
	Edit    bool
}

// prefix keeps a kind's fields apart from the form's own.
const prefix = "c_"

// Of is the form of a stream that is there.
func Of(kind sink.Kind, s *stream.Stream) Form {
	return Form{Kind: kind, Name: s.Name, Actions: strings.Join(s.Filter.Types, "\n"), Values: s.Settings(), Stored: len(s.SealedCredentials) > 0, Edit: true}
}

// Fresh is the form of a new stream of a kind.
func Fresh(kind sink.Kind) Form {
	f := Form{Kind: kind, Name: kind.Title, Values: map[string]string{}}
	for _, field := range kind.Fields {
		f.Values[field.Name] = field.Default
	}
	return f
}

// Read takes what was sent into the form.
func (f *Form) Read(p browser.Params) {
	f.Name, f.Actions, f.All = strings.TrimSpace(p.Get("name")), p.Get("actions"), p.Get("all") == "on"
	f.Values = map[string]string{}
	for _, field := range f.Kind.Fields {
		f.Values[field.Name] = strings.TrimSpace(p.Get(prefix + field.Name))
	}
}

// filter is the actions that were typed, by line or comma.
func (f Form) filter() stream.Filter {
	return stream.Filter{Types: strings.FieldsFunc(f.Actions, func(r rune) bool { return r == '\n' || r == '\r' || r == ',' || r == ' ' })}
}

// New is the stream that the form describes.
func (f Form) New() stream.New {
	n := stream.New{Name: f.Name, Type: f.Kind.Name, Configuration: map[string]string{}, Filter: f.filter()}
	for name, value := range f.Values {
		if value != "" {
			n.Configuration[name] = value
		}
	}
	if f.All {
		n.From = &stream.Point{Position: 1}
	}
	return n
}

// Changes are what the form changes of a stream: a secret that was left empty
// stays, anything else that is empty is cleared.
func (f Form) Changes(s *stream.Stream) stream.Edit {
	e := stream.Edit{Configuration: map[string]*string{}}
	if f.Name != s.Name {
		e.Name = &f.Name
	}
	if filter := f.filter(); !slices.Equal(filter.Types, s.Filter.Types) {
		e.Filter = &filter
	}
	before := s.Settings()
	for _, field := range f.Kind.Fields {
		value := f.Values[field.Name]
		switch {
		case field.Secret && value == "", !field.Secret && value == before[field.Name]:
		case value == "":
			e.Configuration[field.Name] = nil
		default:
			e.Configuration[field.Name] = &value
		}
	}
	return e
}

// Refused takes what is wrong into the form, and reports whether it was about
// the form at all.
func (f *Form) Refused(err error) bool {
	p := problem.As(err)
	if p == nil || p.Kind != problem.Invalid && p.Kind != problem.BadRequest && p.Kind != problem.Conflict {
		return false
	}
	f.Wrong = map[string]string{}
	for _, d := range p.Details {
		field := d.Field
		if name, ours := strings.CutPrefix(field, "configuration."); ours {
			field = prefix + name
		} else if field == "filter.actions" {
			field = "actions"
		}
		f.Wrong[field] = d.Message
	}
	if len(f.Wrong) == 0 {
		f.Wrong[f.first(err)] = p.Message
	}
	for name := range f.Wrong {
		if !f.has(name) {
			f.Wrong[f.first(err)] = f.Wrong[name]
		}
	}
	return true
}

// first is the field that an error without one is about: where it goes.
func (f *Form) first(err error) string {
	if errors.Is(err, stream.ErrMany) {
		return "name"
	}
	for _, field := range f.Kind.Fields {
		if field.Address {
			return prefix + field.Name
		}
	}
	return "name"
}

func (f *Form) has(name string) bool {
	if name == "name" || name == "actions" {
		return true
	}
	return slices.ContainsFunc(f.Kind.Fields, func(k sink.Field) bool { return prefix+k.Name == name })
}

// Forget drops secrets that were typed: a form that comes back does not hold
// them.
func (f *Form) Forget() {
	f.Values = maps.Clone(f.Values)
	for _, field := range f.Kind.Fields {
		if field.Secret {
			delete(f.Values, field.Name)
		}
	}
}

// list is what is wrong, for the summary on top.
func (f Form) list() []ui.FieldError {
	var list []ui.FieldError
	for _, name := range slices.Sorted(maps.Keys(f.Wrong)) {
		list = append(list, ui.FieldError{Field: name, Text: f.Wrong[name]})
	}
	return list
}

func options(f sink.Field) []ui.Option {
	list := make([]ui.Option, len(f.Options))
	for i, o := range f.Options {
		list[i] = ui.Option{Value: o, Label: o}
	}
	return list
}

func optional(f sink.Field) string {
	if f.Required {
		return ""
	}
	return "(optional)"
}

// hint is what a field is for, and that a secret is there.
func (f Form) hint(field sink.Field) string {
	if !field.Secret || !f.Stored {
		return field.Help
	}
	return strings.TrimSpace(field.Help + " What is stored stays while this is empty and the address is the same.")
}
