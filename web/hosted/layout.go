package hosted

import (
	"gatehouse/internal/i18n"
	"gatehouse/web/ui"
)

// product is our own name, in small print and where no brand has another.
const product = "Gatehouse"

func (f Frame) brandName() string {
	if f.Brand.Name == "" {
		return product
	}
	return f.Brand.Name
}

// application is what the person signs in to.
func (f Frame) application() string {
	if f.ApplicationName == "" {
		return f.brandName()
	}
	return f.ApplicationName
}

func (f Frame) page(p head) ui.PageProps {
	key := "frame.title"
	if p.failed {
		key = "frame.title_error"
	}
	return ui.PageProps{
		Lang: f.Lang.Tag(), Dir: f.Lang.Dir(), Theme: f.Theme,
		Title:           f.Lang.T(key, i18n.Args{"page": p.title, "brand": f.brandName()}),
		BrandStylesheet: f.Brand.Stylesheet, Favicon: f.Brand.FaviconURL,
		SkipLabel: f.Lang.T("common.skip"), NoIndex: true, Refresh: p.refresh, Scripts: p.scripts,
	}
}

func (f Frame) layout() ui.LoginLayoutProps {
	p := ui.LoginLayoutProps{
		Brand:  ui.Brand{Name: f.brandName(), Logo: f.Brand.LogoURL, LogoDark: f.Brand.LogoDarkURL, ID: f.brandName()},
		Links:  f.links(),
		Locale: f.locales(),
	}
	if f.Brand.SecuredBy {
		p.Small = f.Lang.T("frame.secured_by", i18n.Args{"product": product})
	}
	if f.Brand.Layout == Split {
		p.Panel = ui.BrandPanel(ui.BrandPanelProps{Name: f.brandName(), Say: f.Brand.PanelTitle, Small: f.Brand.PanelText})
	}
	return p
}

func (f Frame) links() []ui.Link {
	var links []ui.Link
	for _, l := range []ui.Link{
		{Label: f.Lang.T("frame.privacy"), Href: f.Brand.PrivacyURL},
		{Label: f.Lang.T("frame.terms"), Href: f.Brand.TermsURL},
		{Label: f.Lang.T("frame.support"), Href: f.Brand.SupportURL},
	} {
		if l.Href != "" {
			links = append(links, l)
		}
	}
	return links
}

func (f Frame) locales() ui.LocaleMenu {
	menu := ui.LocaleMenu{Label: f.Lang.T("frame.language"), Current: f.Lang.Name()}
	if len(f.Languages) < 2 {
		return menu
	}
	for _, l := range f.Languages {
		menu.Items = append(menu.Items, ui.Link{Label: l.Lang.Name(), Href: l.URL, Lang: l.Lang.Tag()})
	}
	return menu
}

// hidden are the fields that every form posts besides its own.
func (f Frame) hidden() []ui.Hidden {
	var fields []ui.Hidden
	if f.Flow != "" {
		fields = append(fields, ui.Hidden{Name: FieldFlow, Value: f.Flow})
	}
	if f.CSRF != "" {
		fields = append(fields, ui.Hidden{Name: FieldCSRF, Value: f.CSRF})
	}
	return fields
}

func (f Frame) who(p Person, change ui.Link) ui.WhoChipProps {
	return ui.WhoChipProps{Name: p.Name, Email: p.Email, Change: change}
}

// puzzleScript is what a form with a puzzle to compute needs.
func (f Frame) puzzleScript() []string {
	if f.Puzzle == nil || f.Puzzle.Bits == 0 {
		return nil
	}
	return []string{"puzzle.js"}
}

// head is what a page tells its frame.
type head struct {
	title   string
	failed  bool // the form came back with problems
	refresh ui.Refresh
	scripts []string // besides the one of every page
}
