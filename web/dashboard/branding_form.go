package dashboard

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"gatehouse/internal/problem"
	"gatehouse/tenants"
)

// brandingInput is the posted form: its fields, and the images.
type brandingInput struct {
	look
	logo, logoDark             []byte
	removeLogo, removeLogoDark bool
	wrong                      faults
}

// The bounds of the upload: an image of 256 KB each, and the words.
const (
	maxImage = 256 << 10
	maxField = 4096
	maxParts = 20
)

// brandingForm reads multipart/form-data part by part, each within its bound:
// nothing is written to disk, and no file is taken that could not be a logo.
func brandingForm(r *http.Request) (brandingInput, error) {
	var in brandingInput
	parts, err := r.MultipartReader()
	if err != nil {
		return in, problem.ErrUnsupported.WithMessage("Send a form with files: multipart/form-data.")
	}
	for range maxParts {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return in, nil
		}
		if err != nil {
			return in, problem.ErrBadRequest
		}
		bound := int64(maxField)
		if part.FileName() != "" {
			bound = maxImage
		}
		content, err := io.ReadAll(io.LimitReader(part, bound+1))
		if err != nil {
			return in, problem.ErrBadRequest
		}
		if int64(len(content)) > bound {
			in.refuse(part.FormName())
			continue
		}
		if err := in.take(part.FormName(), part.FileName() != "", content); err != nil {
			return in, err
		}
	}
	return in, problem.ErrBadRequest
}

func (in *brandingInput) refuse(field string) {
	if in.wrong == nil {
		in.wrong = faults{}
	}
	in.wrong[field] = "That is too long."
	if field == "logo" || field == "logo_dark" {
		in.wrong[field] = tenants.ErrInvalidLogo.Message
	}
}

func (in *brandingInput) take(field string, file bool, content []byte) error {
	if file {
		switch field {
		case "logo":
			in.logo = content
		case "logo_dark":
			in.logoDark = content
		}
		return nil
	}
	if !utf8.Valid(content) || strings.ContainsRune(string(content), 0) {
		return problem.ErrBadRequest
	}
	value := strings.TrimSpace(string(content))
	texts := map[string]*string{"color": &in.color, "panel_color": &in.panelColor, "radius": &in.radius, "layout": &in.layout,
		"panel_words": &in.words, "privacy_url": &in.privacy, "terms_url": &in.terms, "support_url": &in.support}
	if at := texts[field]; at != nil {
		*at = value
	}
	boxes := map[string]*bool{"secured_by": &in.securedBy, "remove_logo": &in.removeLogo, "remove_logo_dark": &in.removeLogoDark}
	if at := boxes[field]; at != nil {
		*at = true
	}
	if field == "radius" && value != "" {
		if _, err := strconv.ParseInt(value, 10, 32); err != nil {
			in.refuse("radius")
			in.wrong["radius"] = tenants.ErrInvalidRadius.Message
		}
	}
	return nil
}

// branding is what is to be stored; images that were not sent stay.
func (in *brandingInput) branding(before *tenants.Branding) tenants.Branding {
	b := tenants.Branding{Color: some(in.color), PanelColor: some(in.panelColor), Layout: in.layout, PanelWords: some(in.words),
		PrivacyURL: some(in.privacy), TermsURL: some(in.terms), SupportURL: some(in.support), SecuredBy: in.securedBy}
	if n, err := strconv.ParseInt(in.radius, 10, 32); err == nil {
		b.Radius = &n
	}
	if before != nil {
		b.Logo, b.LogoDark = before.Logo, before.LogoDark
	}
	if len(in.logo) > 0 || in.removeLogo {
		b.Logo = in.logo
	}
	if len(in.logoDark) > 0 || in.removeLogoDark {
		b.LogoDark = in.logoDark
	}
	return b
}
