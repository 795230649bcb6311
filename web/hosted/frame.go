package hosted

import (
	"net/url"

	"gatehouse/internal/i18n"
)

// Frame is what every page has around its one column.
type Frame struct {
	Lang            i18n.Language
	Languages       []LanguageLink // the switcher; LanguageLinks makes them; fewer than two hide it
	Theme           string         // "light" or "dark" when pinned, else ""
	Brand           Brand
	ApplicationName string // what the person signs in to; "" falls back to the brand's name

	Flow string // posted as FieldFlow with each form, when set
	CSRF string // posted as FieldCSRF with each form, when set

	Puzzle *Puzzle // what the next try costs where too many failed; nil: nothing
}

// Puzzle is part of a form whose try costs something: computing in the
// browser, or the widget of a service. Without script a minute's wait does.
type Puzzle struct {
	Text   string
	Bits   int     // how hard; zero: nothing to compute, there is a widget
	Widget *Widget // instead
}

// Widget is somebody else's challenge.
type Widget struct {
	Script  string
	Class   string
	SiteKey string
}

// Brand is how the nearest of application, organization and deployment looks.
type Brand struct {
	Name        string
	LogoURL     string // "" draws a mark from the name
	LogoDarkURL string // "" uses LogoURL in the dark as well
	FaviconURL  string
	Stylesheet  string // URL of the tokens (tenants/brand), with their hash; "" is the default look
	Layout      Layout
	PanelTitle  string // words on the panel of the split layout
	PanelText   string
	PrivacyURL  string
	TermsURL    string
	SupportURL  string
	SecuredBy   bool // "Secured by Gatehouse" in the footer
}

// Layout is where the column stands.
type Layout string

// The layouts. The zero value is Center.
const (
	Center Layout = "center"
	Split  Layout = "split" // a coloured panel beside it, from 992 px
)

// LanguageLink is one entry of the language switcher.
type LanguageLink struct {
	Lang    i18n.Language
	URL     string
	Current bool
}

// LanguageLinks makes the switcher of a page that GET here (path and query)
// shows: the same page, with FieldLanguage naming the language.
func LanguageLinks(current i18n.Language, here string) []LanguageLink {
	u, err := url.Parse(here)
	if err != nil {
		return nil
	}
	query := u.Query()
	var links []LanguageLink
	for _, lang := range i18n.Languages() {
		query.Set(FieldLanguage, lang.Tag())
		to := url.URL{Path: u.Path, RawQuery: query.Encode()}
		links = append(links, LanguageLink{Lang: lang, URL: to.String(), Current: lang.Tag() == current.Tag()})
	}
	return links
}

// Link is somewhere to go, already worded.
type Link struct {
	Label string
	URL   string
}

// Problem is one thing that is wrong with a form. The words are the message
// "problem.<Code>"; a code without one shows Sentence.
type Problem struct {
	Field    string // one of the Field constants; "" is the form as a whole
	Code     string
	Args     i18n.Args
	Sentence string
}

// Method is another way to sign in. Kind picks icon and words; later
// capabilities plug theirs in as further kinds.
type Method struct {
	Kind     MethodKind
	Provider string // name of the provider, where the words have one
	URL      string
	LastUsed bool // on this device
}

// MethodKind is a way to sign in.
type MethodKind string

// The ways to sign in that pages have words for.
const (
	MethodPasskey   MethodKind = "passkey"
	MethodSSO       MethodKind = "sso"
	MethodCode      MethodKind = "code" // a code by email
	MethodGoogle    MethodKind = "google"
	MethodMicrosoft MethodKind = "microsoft"
	MethodGitHub    MethodKind = "github"
	MethodApple     MethodKind = "apple"
	MethodProvider  MethodKind = "provider" // any other, by Provider
)
