package dashboard

import (
	"net/http"
	"strconv"
	"strings"

	"gatehouse/internal/db"
	"gatehouse/tenants"
	"gatehouse/tenants/brand"
)

type brandingPage struct {
	organizationFrame
	look   look
	saved  *tenants.Branding
	report []string // what the server had to change, in words
	wrong  faults
}

// look is the form as it was typed.
type look struct {
	color, panelColor, radius, layout, words string
	privacy, terms, support                  string
	securedBy                                bool
}

func (h *Handler) branding(v *visit) error { return v.showBranding(http.StatusOK, nil, nil) }

// showBranding draws the form with what is stored or, after a refusal, with
// what was typed.
func (v *visit) showBranding(status int, typed *look, wrong faults) error {
	p := brandingPage{wrong: wrong}
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.organizationFrame, err = v.organizationFrame(tx, tabBranding); err != nil {
			return err
		}
		p.saved, err = tenants.LocateBranding(tx, p.ID)
		return err
	})
	if err != nil {
		return err
	}
	p.look = stored(p.saved)
	if typed != nil {
		p.look = *typed
	}
	p.report = contrastReport(p.look)
	p.frame = p.fail(wrong)
	return v.show(status, brandingView(p))
}

func stored(b *tenants.Branding) look {
	if b == nil {
		return look{layout: tenants.LayoutCenter, securedBy: true}
	}
	l := look{color: text(b.Color), panelColor: text(b.PanelColor), layout: b.Layout, words: text(b.PanelWords),
		privacy: text(b.PrivacyURL), terms: text(b.TermsURL), support: text(b.SupportURL), securedBy: b.SecuredBy}
	if b.Radius != nil {
		l.radius = strconv.FormatInt(*b.Radius, 10)
	}
	return l
}

// contrastReport words what tenants/brand changes of the colours, so that the
// text can be read.
func contrastReport(l look) []string {
	computed, err := brand.Compute(brand.Choice{Brand: l.color, Panel: l.panelColor})
	if err != nil {
		return nil
	}
	var report []string
	for _, c := range computed.Changes {
		report = append(report, changeWords(c))
	}
	return report
}

func changeWords(c brand.Change) string {
	theme := ""
	if c.Theme != "" {
		theme = " on the " + c.Theme + " page"
	}
	from, to := c.From.String(), c.To.String()
	ratio := strconv.FormatFloat(c.Contrast, 'f', 1, 64) + ":1"
	switch c.Token {
	case "brand-text":
		return from + " is hard to read as text" + theme + " (" + ratio + "). Links use " + to + "."
	case "brand-edge":
		return from + " melts into the page" + theme + " (" + ratio + "). Buttons get an edge of " + to + "."
	case "panel":
		return "Neither white nor black can be read on " + from + " (" + ratio + "). The panel uses " + to + "."
	}
	return from + " is hard to read on the panel (" + ratio + "). Its text uses " + to + "."
}

func (h *Handler) saveBranding(v *visit) error {
	org, err := v.org()
	if err != nil {
		return err
	}
	form, err := brandingForm(v.Request())
	if err != nil {
		return err
	}
	typed := form.look
	if form.wrong != nil {
		return v.showBranding(http.StatusUnprocessableEntity, &typed, form.wrong)
	}
	err = v.in(org, func(tx *db.OrgTx) error {
		before, err := tenants.GetBranding(tx)
		if err != nil {
			return err
		}
		_, err = tenants.SetBranding(tx, form.branding(before))
		return err
	})
	if err == nil {
		return v.done("/admin/organizations/"+string(org)+"/branding", brandingSaved)
	}
	wrong, refused := faultsOf(err, brandingField(err, typed), "panel_words")
	if !refused {
		return err
	}
	return v.showBranding(http.StatusUnprocessableEntity, &typed, wrong)
}

// brandingField is the field that a problem of branding is about.
func brandingField(err error, l look) string {
	switch {
	case errorsAre(err, tenants.ErrInvalidColor):
		if _, wrong := brand.Compute(brand.Choice{Brand: l.color}); wrong == nil {
			return "panel_color"
		}
		return "color"
	case errorsAre(err, tenants.ErrInvalidRadius):
		return "radius"
	case errorsAre(err, tenants.ErrInvalidLogo):
		return "logo"
	case errorsAre(err, tenants.ErrInvalidLink):
		for field, link := range map[string]string{"privacy_url": l.privacy, "terms_url": l.terms} {
			if link != "" && !strings.HasPrefix(link, "https://") {
				return field
			}
		}
		return "support_url"
	}
	return "color"
}
