package ui

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// SketchKind is how a field is drawn.
type SketchKind int

// The kinds: a box to type into, a list to choose from, a box that is ticked.
const (
	SketchBox SketchKind = iota
	SketchChoice
	SketchTick
)

// placedField is a field and where it stands: y is its top.
type placedField struct {
	SketchField
	y     int
	lines []string // of the label
}

const (
	sketchTop  = 48
	fieldPitch = 48
	tickPitch  = 20
	tickLift   = 10 // a tick belongs to the field above it
	labelRunes = 22 // of a line beside the boxes
)

func (p SketchProps) placed() []placedField {
	y := sketchTop
	out := make([]placedField, 0, len(p.Fields))
	for i, f := range p.Fields {
		at := placedField{SketchField: f, y: y, lines: broken(f.Label)}
		if f.Kind == SketchTick {
			if i > 0 {
				at.y -= tickLift
			}
			y += tickPitch
			if i == 0 {
				y += tickLift
			}
		} else {
			y += fieldPitch
		}
		out = append(out, at)
	}
	return out
}

func (p SketchProps) height() int {
	y := sketchTop
	for _, f := range p.placed() {
		y = f.y + 50
		if f.Kind == SketchTick {
			y = f.y + 34
		}
	}
	return y
}

func (p SketchProps) box() string { return "0 0 620 " + strconv.Itoa(p.height()) }

// label says what the drawing shows to whoever cannot see it.
func (p SketchProps) label() string {
	var b strings.Builder
	b.WriteString("Drawing of the form “" + p.Window + "”.")
	for _, f := range p.Fields {
		switch {
		case f.Mark != "":
			b.WriteString(" Value " + f.Mark + " goes into “" + f.Label + "”.")
		case f.Kind == SketchTick:
			b.WriteString(" “" + f.Label + "” is ticked.")
		case f.Kind == SketchChoice:
			b.WriteString(" “" + f.Label + "” is “" + f.Text + "”.")
		}
	}
	return b.String()
}

// broken is a label on at most two lines.
func broken(label string) []string {
	if utf8.RuneCountInString(label) <= labelRunes {
		return []string{label}
	}
	cut := strings.LastIndexByte(string([]rune(label)[:labelRunes+1]), ' ')
	if cut < 0 {
		return []string{label}
	}
	return []string{label[:cut], label[cut+1:]}
}

func (f placedField) textAt(line int) int {
	if len(f.lines) == 1 {
		return f.y + 18
	}
	return f.y + 11 + 15*line
}

func (f placedField) class() string {
	if f.Mark != "" && f.Kind == SketchBox {
		return "hl"
	}
	return "f"
}

func (f placedField) textClass() string {
	if f.Typed {
		return "v"
	}
	return "v2"
}

func (f placedField) width() string {
	if f.Kind == SketchChoice {
		return "180"
	}
	return "316"
}

func (f placedField) markAt() string {
	if f.Kind == SketchChoice {
		return "394"
	}
	return "530"
}

func whole(n int) string { return strconv.Itoa(n) }

func half(n int) string { return strconv.Itoa(n) + ".5" }
