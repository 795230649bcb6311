package brand

import (
	"errors"
	"fmt"
)

// MaxRadius is the roundest corner there is, in pixels.
const MaxRadius = 16

// What must be met: text on its backgrounds, and the edge of a control.
const (
	textContrast    = 4.5
	controlContrast = 3.0
)

// ErrRadius refuses corners that are not 0 to 16 pixels.
var ErrRadius = errors.New("the radius is 0 to 16 pixels")

// Choice is what somebody chose, as it was typed. Empty fields take defaults.
type Choice struct {
	Brand     string // "" keeps the product's colours
	BrandDark string // "" takes Brand
	Panel     string // "" keeps the plain panel
	PanelInk  string // "" is computed
	Radius    int
}

// Invalid says which field of a Choice cannot be used.
type Invalid struct {
	Field string // "brand", "brand_dark", "panel", "panel_ink", "radius"
	Err   error
}

func (e *Invalid) Error() string { return fmt.Sprintf("%s: %v", e.Field, e.Err) }

// Unwrap gives ErrColour or ErrRadius.
func (e *Invalid) Unwrap() error { return e.Err }

// Look is a choice made readable.
type Look struct {
	Light, Dark *Tones // nil keeps the product's
	Panel       *Panel // nil keeps the plain one
	Radius      int
	Changes     []Change // what was not taken as chosen
}

// Tones are the tokens of one theme.
type Tones struct {
	Brand Colour // fills, as chosen
	Hover Colour // fills under the pointer
	Ink   Colour // text on fills
	Text  Colour // links, and the focus ring
	Edge  Colour // border of fills: Brand itself unless that melts into the page
}

// Panel is the coloured half of the split layout.
type Panel struct{ Fill, Ink Colour }

// Change is one token that could not be used as chosen. The editor words it:
// "Your yellow is too light for text. Links use #7a5b00."
type Change struct {
	Token    string // "brand-text", "brand-edge", "panel", "panel-ink"
	Theme    string // "light", "dark", "" for both
	From, To Colour
	Contrast float64 // what From would have had
}

// Compute makes a choice readable, or says which field is no colour.
func Compute(c Choice) (Look, error) {
	look := Look{Radius: c.Radius}
	if c.Radius < 0 || c.Radius > MaxRadius {
		return Look{}, &Invalid{"radius", ErrRadius}
	}
	given, err := parseAll(c)
	if err != nil {
		return Look{}, err
	}
	if fill := given["brand"]; fill != nil {
		look.Light = look.tones(*fill, day)
		if given["brand_dark"] != nil {
			fill = given["brand_dark"]
		}
		look.Dark = look.tones(*fill, night)
	}
	if fill := given["panel"]; fill != nil {
		look.Panel = look.panel(*fill, given["panel_ink"])
	}
	return look, nil
}

func parseAll(c Choice) (map[string]*Colour, error) {
	given := map[string]*Colour{}
	for _, f := range []struct{ name, value string }{
		{"brand", c.Brand}, {"brand_dark", c.BrandDark}, {"panel", c.Panel}, {"panel_ink", c.PanelInk},
	} {
		if f.value == "" {
			continue
		}
		colour, err := Parse(f.value)
		if err != nil {
			return nil, &Invalid{f.name, err}
		}
		given[f.name] = &colour
	}
	return given, nil
}
