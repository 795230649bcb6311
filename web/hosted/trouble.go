package hosted

import (
	"maps"

	"github.com/a-h/templ"

	"gatehouse/internal/i18n"
	"gatehouse/web/ui"
)

// trouble is what is wrong with the form of one page, ready to be shown: each
// problem beside its field, and all on top when there are two or more.
type trouble struct {
	lang     i18n.Language
	problems []Problem
	links    targets
	args     i18n.Args // what the page adds to each problem's own
}

func (f Frame) trouble(problems []Problem, links targets, args i18n.Args) trouble {
	return trouble{lang: f.Lang, problems: problems, links: links, args: args}
}

func (t trouble) words(p Problem) []i18n.Part {
	args := maps.Clone(t.args)
	if args == nil {
		args = i18n.Args{}
	}
	maps.Copy(args, p.Args)
	return t.lang.Problem(p.Code, p.Sentence, args)
}

// at is the error below a field, or nil.
func (t trouble) at(field string) templ.Component {
	for _, p := range t.problems {
		if p.Field == field {
			return rich(t.words(p), t.links)
		}
	}
	return nil
}

// textAt is the error of a box, or "".
func (t trouble) textAt(field string) string {
	for _, p := range t.problems {
		if p.Field == field {
			return plain(t.words(p))
		}
	}
	return ""
}

// whole are the problems of no single field.
func (t trouble) whole() []Problem {
	var all []Problem
	for _, p := range t.problems {
		if p.Field == "" {
			all = append(all, p)
		}
	}
	return all
}

// summary lists the fields' problems when there are two or more.
func (t trouble) summary() []ui.FieldError {
	var all []ui.FieldError
	for _, p := range t.problems {
		if p.Field != "" {
			all = append(all, ui.FieldError{Field: p.Field, Text: plain(t.words(p))})
		}
	}
	if len(all) < 2 {
		return nil
	}
	return all
}

// typed is a field and what stands in it.
type typed struct{ field, value string }

// focus is the field to begin with: the one that is wrong, else the first
// empty one. With a summary on the page it is none: that takes the focus.
func (t trouble) focus(fields ...typed) string {
	if t.summary() != nil {
		return ""
	}
	for _, p := range t.problems {
		if p.Field != "" {
			return p.Field
		}
	}
	for _, f := range fields {
		if f.value == "" {
			return f.field
		}
	}
	return ""
}
