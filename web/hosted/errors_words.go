package hosted

import (
	"maps"

	"gatehouse/internal/i18n"
	"gatehouse/web/ui"
)

func (p BusyPage) text() string {
	return p.Lang.T("busy.text", i18n.Args{"seconds": max(1, p.RetrySeconds)})
}

// wording is what an error page says: what happened, why, and whose job it is.
type wording struct{ title, text, who string }

func (p ErrorPage) wording() wording {
	kind := p.Kind
	if !p.Lang.Has("error." + string(kind) + ".title") {
		kind = ErrorInternal
	}
	args := i18n.Args{"application": p.application()}
	maps.Copy(args, p.Args)
	say := func(part string) string { return p.Lang.T("error."+string(kind)+part, args) }
	w := wording{title: say(".title"), text: say(".text"), who: p.Lang.T("error.sso_admin")}
	if p.Lang.Has("error." + string(kind) + ".who") { // else it is for the organization's admin to mend
		w.who = say(".who")
	}
	if p.Code != "" {
		w.text = plain(p.Lang.Problem(p.Code, p.Sentence, args))
	}
	return w
}

// tone is red where something is broken, amber where the person can go on.
func (p ErrorPage) tone() ui.Tone {
	switch p.Kind {
	case ErrorInternal, "", ErrorRedirect, ErrorUnknownApp, ErrorBadRequest:
		return ui.Bad
	}
	return ui.Warn
}

func (f Frame) label(l Link) string {
	if l.Label == "" {
		return f.Lang.T("error.back_to_sign_in")
	}
	return l.Label
}
