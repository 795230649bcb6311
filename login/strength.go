package login

import (
	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/i18n"
	"gatehouse/internal/problem"
	"gatehouse/users"
	"gatehouse/users/password"
	"gatehouse/web/hosted"
)

// aboutOf is what an attacker who knows the person would try first.
func (h *Handler) aboutOf(c echo.Context, a *Attempt) users.About {
	about := password.About{Email: a.email(), Names: []string{text(a.FirstName), text(a.LastName)}, Application: a.ApplicationName, Product: h.Name}
	if a.OrganizationID != nil {
		about.Organization = h.frame(c, a, "").Brand.Name
	}
	return users.About{About: about, IP: browser.ActorOf(c.Request()).IP}
}

// Weaknesses is why a new password was refused, for its field:
// the words of the pages where they have some, else the sentence of the rule.
func Weaknesses(p *problem.Error) []hosted.Problem {
	if len(p.Details) == 0 {
		return []hosted.Problem{{Field: hosted.FieldPassword, Code: p.Code, Sentence: p.Message}}
	}
	first := p.Details[0] // one at a time: the first is the one to mend
	return []hosted.Problem{{Field: hosted.FieldPassword, Code: weakness[password.Reason(first.Code)], Sentence: first.Message,
		Args: i18n.Args{"min": password.MinLength, "max": password.MaxLength}}}
}

var weakness = map[password.Reason]string{
	password.TooShort: hosted.ProblemPasswordTooShort, password.TooLong: hosted.ProblemPasswordTooLong,
	password.TooCommon: hosted.ProblemPasswordCommon, password.ContainsContext: hosted.ProblemPasswordContext,
	password.Pwned: hosted.ProblemPasswordLeaked, password.TooPredictable: hosted.ProblemPasswordPredictable,
	password.Unreadable: hosted.ProblemPasswordUnreadable,
}

// WeakStrength is the sentence that stands beside a refused password.
func WeakStrength(typed string) hosted.Strength {
	return hosted.Strength{Level: hosted.StrengthWeak, Characters: password.Assess(typed, password.About{}).Length}
}
