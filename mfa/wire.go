package mfa

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/color"
	"image/png"

	"rsc.io/qr"

	"gatehouse/internal/wire"
)

// Wire is the factor as the management API shows it, without its secret.
func (f *Factor) Wire() wire.Factor {
	w := wire.Factor{ID: f.ID, Type: string(f.Type), UserID: f.UserID, CreatedAt: wire.At(f.CreatedAt), UpdatedAt: wire.At(f.UpdatedAt)}
	if f.Type == SMS {
		w.SMS = &wire.SMS{PhoneNumber: text(f.Account)}
	} else {
		w.TOTP = &wire.TOTP{Issuer: text(f.Issuer), User: text(f.Account)}
	}
	return w
}

// Wire is the answer to an enrolment: the only one with the secret.
func (e *Enrolment) Wire() (wire.Factor, error) {
	w := e.Factor.Wire()
	if w.TOTP == nil {
		return w, nil
	}
	square, err := pngOf(e.URI)
	if err != nil {
		return w, err
	}
	w.TOTP.Secret, w.TOTP.URI, w.TOTP.QRCode = e.Secret, e.URI, "data:image/png;base64,"+base64.StdEncoding.EncodeToString(square)
	return w, nil
}

const (
	squareScale = 4
	squareQuiet = 4 // modules of white around it (ISO/IEC 18004)
)

// pngOf is the text as a square that cameras read.
func pngOf(text string) ([]byte, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, err
	}
	side := (code.Size + 2*squareQuiet) * squareScale
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		for x := range side {
			if code.Black(x/squareScale-squareQuiet, y/squareScale-squareQuiet) {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	var out bytes.Buffer
	err = png.Encode(&out, img)
	return out.Bytes(), err
}
