package hosted

import (
	"maps"
	"slices"

	"gatehouse/internal/i18n"
	"gatehouse/web/ui"
)

// maxEmail is the longest address there is room for (RFC 5321 §4.5.3.1.3: a
// path of 256, less its brackets).
const maxEmail = 254

// words is a message that names the application.
func (f Frame) words(key string) string {
	return f.Lang.T(key, i18n.Args{"application": f.application()})
}

func (p IdentifierPage) title() string { return p.words("login.identifier.title") }

func (p IdentifierPage) scripts() []string {
	if p.Passkey.Action == "" {
		return nil
	}
	return passkeyScript
}

func (p IdentifierPage) lede() string {
	if p.OrganizationName == "" {
		return ""
	}
	return p.Lang.T("login.identifier.lede", i18n.Args{"organization": p.OrganizationName})
}

// codeURL is where a code can be mailed instead, or "".
func (p PasswordPage) codeURL() string {
	for _, m := range p.Methods {
		if m.Kind == MethodCode {
			return m.URL
		}
	}
	return ""
}

func (p IdentifierPage) placeholder() string {
	if p.Placeholder == "" {
		return p.Lang.T("field.email_placeholder")
	}
	return p.Placeholder
}

func (p IdentifierPage) emailHint() string {
	if !p.EmailLastUsed {
		return ""
	}
	return p.Lang.T("login.identifier.email_last_used")
}

func (p OtherPersonPage) words(key string) string {
	return p.Lang.T(key, i18n.Args{"current": p.Now, "email": p.Then})
}

func (p RedirectPage) words(key string) string {
	return p.Lang.T(key, i18n.Args{"provider": p.To})
}

// refresh goes on by itself; where there is another way there is a moment to
// take it.
func (p RedirectPage) refresh() ui.Refresh {
	if p.OtherURL == "" {
		return ui.Refresh{URL: p.URL}
	}
	return ui.Refresh{URL: p.URL, Seconds: 1}
}

func (p RedirectPage) names() []string { return slices.Sorted(maps.Keys(p.Fields)) }

func (p ConnectionsPage) items() []ui.Method {
	items := make([]ui.Method, len(p.Connections))
	for i, c := range p.Connections {
		items[i] = ui.Method{Icon: looks[MethodSSO].icon, Href: c.URL, Label: c.Label}
	}
	return items
}
