package ui

import (
	"strconv"
	"strings"

	"rsc.io/qr"
)

// squareQuiet is the white around a square, in modules (ISO/IEC 18004 §9.1).
const squareQuiet = 4

// square is a QR code as the path of an SVG: one rectangle for each run of
// black modules in a row.
type square struct {
	side int
	path string
}

func squareOf(text string) (square, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return square{}, err
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			run := 0
			for x+run < code.Size && code.Black(x+run, y) {
				run++
			}
			if run > 0 {
				path.WriteString("M" + strconv.Itoa(x+squareQuiet) + " " + strconv.Itoa(y+squareQuiet) + "h" + strconv.Itoa(run) + "v1h-" + strconv.Itoa(run) + "z")
				x += run
			}
		}
	}
	return square{code.Size + 2*squareQuiet, path.String()}, nil
}

func (s square) box() string {
	side := strconv.Itoa(s.side)
	return "0 0 " + side + " " + side
}
