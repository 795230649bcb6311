package portal

import (
	"strings"

	"github.com/a-h/templ"

	"gatehouse/sso/guide"
	"gatehouse/web/ui"
)

// guided is what a guide's steps are filled with: of single sign-on, and of
// directories.
type guided struct {
	words  guide.Words
	values map[guide.Value]string
	bodies map[guide.Value]templ.Component // stand in a value's place: one that was shown once
}

func (p guided) items(steps []guide.Step) []ui.GuideStep {
	items := make([]ui.GuideStep, len(steps))
	for i, s := range steps {
		items[i] = ui.GuideStep{Title: p.words.Fill(s.Title), Body: guideStep(p, i, s)}
	}
	return items
}

func (p guided) pairs(at int, paste []guide.Paste) []ui.Pair {
	pairs := make([]ui.Pair, len(paste))
	for i, x := range paste {
		pairs[i] = ui.Pair{Mark: x.Mark, Term: x.Field, Note: x.Also}
		if pairs[i].Body = p.bodies[x.Value]; pairs[i].Body == nil {
			pairs[i].Copy = copying("value-"+itoa(at)+"-"+itoa(i), p.value(x), x.Field)
			pairs[i].Copy.Secret = strings.Contains(x.Fixed, "\n") // all of its lines are shown
		}
	}
	return pairs
}

func (p guided) value(x guide.Paste) string {
	if x.Fixed != "" {
		return x.Fixed
	}
	return p.values[x.Value]
}

func (p guided) sketch(f guide.Form) ui.SketchProps {
	s := ui.SketchProps{Window: f.Window}
	for _, x := range f.Fields {
		field := ui.SketchField{Kind: ui.SketchKind(x.Kind), Label: x.Label, Text: p.words.Fill(x.Text), Mark: x.Mark}
		switch {
		case x.Value != "":
			field.Text, field.Typed = briefly(p.values[x.Value]), true
		case strings.Contains(x.Text, "\n"):
			field.Text, field.Typed = briefly(strings.Join(strings.Fields(x.Text), " ")), true
		}
		s.Fields = append(s.Fields, field)
	}
	return s
}
