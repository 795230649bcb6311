package brand

// theme is what the pages of one theme put behind brand colours.
type theme struct {
	name    string
	surface Colour
	grounds []Colour // everything that text can stand on
	step    float64  // which way lightness moves text away from the grounds
}

// The papers of web/assets: surface, canvas, sunken, hover, raised, and those of
// callouts (ok, warn, bad), which hold links too.
var (
	day = theme{
		name: "light", surface: Colour{0xff, 0xff, 0xff}, step: -1.0 / 256,
		grounds: []Colour{{0xff, 0xff, 0xff}, {0xfa, 0xf9, 0xf7}, {0xf4, 0xf2, 0xee}, {0xf3, 0xf1, 0xed}, {0xe8, 0xf4, 0xed}, {0xfd, 0xf4, 0xe1}, {0xfc, 0xee, 0xec}},
	}
	night = theme{
		name: "dark", surface: Colour{0x18, 0x19, 0x1d}, step: 1.0 / 256,
		grounds: []Colour{{0x18, 0x19, 0x1d}, {0x11, 0x12, 0x15}, {0x13, 0x14, 0x17}, {0x20, 0x22, 0x27}, {0x1f, 0x21, 0x26}, {0x14, 0x28, 0x1f}, {0x2c, 0x23, 0x11}, {0x33, 0x19, 0x17}},
	}
	white     = Colour{0xff, 0xff, 0xff}
	black     = Colour{}
	nearBlack = Colour{0x16, 0x15, 0x13}
)

// softShare is how much of the brand is in --accent-soft, on which badges and
// callouts write in --brand-text; smallOpacity is that of a panel's small text.
const (
	softShare    = 0.09
	smallOpacity = 0.82
	hoverShare   = 0.88
)

func (l *Look) tones(fill Colour, on theme) *Tones {
	t := &Tones{Brand: fill, Ink: inkOn(fill), Edge: fill}
	t.Hover = fill.mix(hoverShare, black)
	if t.Ink != white { // away from the ink, so that its contrast only grows
		t.Hover = fill.mix(hoverShare, white)
	}
	grounds := append([]Colour{fill.mix(softShare, on.surface)}, on.grounds...)
	t.Text = readable(fill, grounds, on.step)
	if t.Text != fill {
		l.changed("brand-text", on.name, fill, t.Text, least(fill, grounds))
	}
	if had := Contrast(fill, on.surface); had < controlContrast {
		t.Edge = t.Text
		l.changed("brand-edge", on.name, fill, t.Edge, had)
	}
	return t
}

// panel keeps a chosen ink only where it can be read, small print included. A
// middling fill takes neither white nor black: it is moved, darker or lighter,
// whichever way it leans.
func (l *Look) panel(fill Colour, ink *Colour) *Panel {
	if ink != nil {
		if had := readOn(*ink, fill); had >= textContrast {
			return &Panel{fill, *ink}
		}
	}
	p := &Panel{Fill: fill, Ink: inkOn(fill)}
	step := -1.0 / 256
	if p.Ink != white {
		step = 1.0 / 256
	}
	_, _, lightness := fill.hsl()
	for readOn(p.Ink, p.Fill) < textContrast {
		lightness = max(0, min(1, lightness+step))
		p.Fill = fill.withLightness(lightness)
	}
	if p.Fill != fill {
		l.changed("panel", "", fill, p.Fill, readOn(p.Ink, fill))
	}
	if ink != nil {
		l.changed("panel-ink", "", *ink, p.Ink, readOn(*ink, fill))
	}
	return p
}

func (l *Look) changed(token, theme string, from, to Colour, had float64) {
	l.Changes = append(l.Changes, Change{Token: token, Theme: theme, From: from, To: to, Contrast: had})
}

// inkOn is white where white can be read, else near-black, else whichever of
// white and black reads better: one of them always has 4.58:1 or more.
func inkOn(fill Colour) Colour {
	switch {
	case Contrast(white, fill) >= textContrast:
		return white
	case Contrast(nearBlack, fill) >= textContrast:
		return nearBlack
	}
	return black
}

// readable moves a colour along its lightness until it can be read on every
// ground. It ends at black or white, which always can.
func readable(c Colour, grounds []Colour, step float64) Colour {
	_, _, lightness := c.hsl()
	moved := c
	for least(moved, grounds) < textContrast {
		lightness = max(0, min(1, lightness+step))
		moved = c.withLightness(lightness)
	}
	return moved
}

// least is the contrast on the worst of the grounds.
func least(c Colour, grounds []Colour) float64 {
	worst := Contrast(c, grounds[0])
	for _, g := range grounds[1:] {
		worst = min(worst, Contrast(c, g))
	}
	return worst
}

// readOn is the contrast of a panel's smallest, slightly see-through text.
func readOn(ink, fill Colour) float64 { return Contrast(ink.mix(smallOpacity, fill), fill) }
