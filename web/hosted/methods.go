package hosted

import (
	"gatehouse/internal/i18n"
	"gatehouse/web/ui"
)

// looks is the icon of each way to sign in, and the name of a social provider.
var looks = map[MethodKind]struct{ icon, provider string }{
	MethodPasskey:   {icon: "passkey"},
	MethodSSO:       {icon: "lock"},
	MethodCode:      {icon: "mail"},
	MethodGoogle:    {"google", "Google"},
	MethodMicrosoft: {"microsoft", "Microsoft"},
	MethodGitHub:    {"github", "GitHub"},
	MethodApple:     {"apple", "Apple"},
	MethodProvider:  {icon: "link"},
}

// methodItems words the ways in. Social providers stand two in a row; one that
// carries a badge, or has no neighbour, takes a row of its own.
func (f Frame) methodItems(methods []Method) []ui.Method {
	items := make([]ui.Method, 0, len(methods))
	for i := 0; i < len(methods); i++ {
		if i+1 < len(methods) && pairs(methods[i]) && pairs(methods[i+1]) {
			items = append(items, f.half(methods[i]), f.half(methods[i+1]))
			i++
			continue
		}
		items = append(items, f.method(methods[i]))
	}
	return items
}

func pairs(m Method) bool { return looks[m.Kind].provider != "" && !m.LastUsed }

func (f Frame) method(m Method) ui.Method {
	item := ui.Method{Icon: looks[m.Kind].icon, Href: m.URL, Label: f.methodLabel(m)}
	if m.Kind == MethodPasskey {
		item.Attrs = ui.Attrs{"data-needs-passkey": ""}
	}
	if m.LastUsed {
		item.Badge = f.Lang.T("method.last_used")
	}
	return item
}

// half shows the provider's name alone and reads the whole sentence aloud.
func (f Frame) half(m Method) ui.Method {
	item := f.method(m)
	item.Attrs = ui.Attrs{"aria-label": item.Label}
	item.Label, item.Half = looks[m.Kind].provider, true
	return item
}

func (f Frame) methodLabel(m Method) string {
	switch m.Kind {
	case MethodPasskey:
		return f.Lang.T("method.passkey")
	case MethodSSO:
		return f.Lang.T("method.sso")
	case MethodCode:
		return f.Lang.T("method.code")
	}
	provider := m.Provider
	if provider == "" {
		provider = looks[m.Kind].provider
	}
	return f.Lang.T("method.provider", i18n.Args{"provider": provider})
}

func (f Frame) problemCount(n int) string {
	return f.Lang.T("form.problems", i18n.Args{"count": n})
}
