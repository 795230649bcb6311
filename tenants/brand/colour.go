package brand

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// ErrColour refuses anything but #rgb and #rrggbb.
var ErrColour = errors.New("a colour is written #rgb or #rrggbb")

// Colour is an opaque sRGB colour.
type Colour struct{ R, G, B uint8 }

// Parse reads #rgb or #rrggbb, in either case.
func Parse(s string) (Colour, error) {
	digits, ok := strings.CutPrefix(s, "#")
	if !ok || (len(digits) != 3 && len(digits) != 6) {
		return Colour{}, ErrColour
	}
	var v [6]uint8
	for i := range len(digits) {
		n := strings.IndexByte("0123456789abcdef", lower(digits[i]))
		if n < 0 {
			return Colour{}, ErrColour
		}
		v[i] = uint8(n)
	}
	if len(digits) == 3 {
		return Colour{v[0] * 17, v[1] * 17, v[2] * 17}, nil
	}
	return Colour{v[0]<<4 | v[1], v[2]<<4 | v[3], v[4]<<4 | v[5]}, nil
}

func lower(b byte) byte {
	if b >= 'A' && b <= 'F' {
		return b + 'a' - 'A'
	}
	return b
}

// String is the colour as #rrggbb.
func (c Colour) String() string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// Contrast is the ratio of WCAG 2.2 between two colours, 1 to 21.
func Contrast(a, b Colour) float64 {
	la, lb := a.luminance(), b.luminance()
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// luminance is the relative luminance of WCAG 2.2, 0 to 1.
func (c Colour) luminance() float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

// mix is color-mix(in srgb, c share, other).
func (c Colour) mix(share float64, other Colour) Colour {
	blend := func(a, b uint8) uint8 {
		return uint8(math.Round(float64(a)*share + float64(b)*(1-share)))
	}
	return Colour{blend(c.R, other.R), blend(c.G, other.G), blend(c.B, other.B)}
}

// withLightness is the colour with another HSL lightness, 0 (black) to 1
// (white): hue and saturation stay, so a yellow turns brown, not blue.
func (c Colour) withLightness(l float64) Colour {
	h, s, _ := c.hsl()
	f := func(n float64) uint8 {
		k := math.Mod(n+h/30, 12)
		v := l - s*min(l, 1-l)*max(-1, min(k-3, 9-k, 1))
		return uint8(math.Round(255 * max(0, min(1, v))))
	}
	return Colour{f(0), f(8), f(4)}
}

// hsl is hue (0 to 360), saturation and lightness (0 to 1).
func (c Colour) hsl() (h, s, l float64) {
	r, g, b := float64(c.R)/255, float64(c.G)/255, float64(c.B)/255
	hi, lo := max(r, g, b), min(r, g, b)
	l = (hi + lo) / 2
	if hi == lo {
		return 0, 0, l
	}
	d := hi - lo
	s = d / (1 - math.Abs(2*l-1))
	switch hi {
	case r:
		h = 60 * math.Mod((g-b)/d+6, 6)
	case g:
		h = 60 * ((b-r)/d + 2)
	default:
		h = 60 * ((r-g)/d + 4)
	}
	return h, s, l
}
