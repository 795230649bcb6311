package gallery

import (
	"time"

	"gatehouse/tenants/brand"
	"gatehouse/web/hosted"
)

// prefix is where the preview lives.
const prefix = "/admin/gallery/"

// noon is the moment at which all this happens.
var noon = time.Date(2026, 11, 22, 12, 24, 0, 0, time.UTC)

var (
	ines = hosted.Person{Name: "Ines Halvorsen", Email: "ines.halvorsen@haldenmarine.example"}
	long = hosted.Person{Email: "maximiliane-charlotte.von-und-zu-hohenfels@versicherungsmakler.example"}
)

// stylesheet is Halden Marine's brand.
var stylesheet = func() []byte {
	look, err := brand.Compute(brand.Choice{Brand: "#0c5a70", BrandDark: "#1f7d95", Panel: "#0a3f50", PanelInk: "#e9f6f9", Radius: 9})
	if err != nil {
		panic(err) // our own colours
	}
	return look.Stylesheet()
}()

func stylesheetURL() string { return prefix + "brand." + brand.Hash(stylesheet) + ".css" }

// branded is the frame of a customer with a look of its own.
func branded(s Setting) hosted.Frame {
	f := plain(s)
	f.Brand = hosted.Brand{
		Name: "Halden Marine", Stylesheet: stylesheetURL(), Layout: hosted.Split,
		PanelTitle: "Every inspection, every hull, one logbook.",
		PanelText:  "Halden Marine uses Fieldnote for vessel surveys and dry-dock work orders.",
		PrivacyURL: "https://fieldnote.example/privacy", TermsURL: "https://fieldnote.example/terms",
		SupportURL: "https://fieldnote.example/support", SecuredBy: true,
	}
	f.ApplicationName = "Fieldnote"
	return f
}

// plain is the frame of a deployment that chose nothing.
func plain(s Setting) hosted.Frame {
	return hosted.Frame{
		Lang: s.Lang, Theme: s.Theme, Languages: hosted.LanguageLinks(s.Lang, "/login?flow=f1"),
		Flow: "f1", CSRF: "token", Brand: hosted.Brand{SecuredBy: true},
	}
}
