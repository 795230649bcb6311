package hosted

import (
	"bytes"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"gatehouse/internal/i18n"
)

func show(t *testing.T, page templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := page.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Names and addresses are other people's: one of them must not write HTML, or
// a script into a link, on somebody's login.
func TestNothingTypedBecomesMarkup(t *testing.T) {
	t.Parallel()
	const evil = `"><script>alert(1)</script>`
	frame := Frame{ApplicationName: evil, Flow: evil, CSRF: evil, Brand: Brand{Name: evil, TermsURL: "javascript:alert(1)", PrivacyURL: "javascript:alert(2)"}}
	person := Person{Name: evil, Email: evil}
	for _, page := range []templ.Component{
		IdentifierPage{Frame: frame, Action: "/login", Email: evil, OrganizationName: evil, SignUpURL: "javascript:alert(3)"},
		SignUpDetailsPage{Frame: frame, Action: "/x", Email: evil, Problems: []Problem{{Field: FieldPassword, Code: "none", Sentence: evil}}},
		OrganizationPickerPage{Frame: frame, Action: "/x", Person: person, Search: evil, SearchURL: "/x?a=" + evil, Total: 9},
		ProfilePage{AccountHead: AccountHead{Frame: frame, Person: person, SignOutAction: "/logout"}, Action: "/account", FirstName: evil, Links: []Link{{evil, "javascript:alert(4)"}}},
		SecurityPage{AccountHead: AccountHead{Frame: frame}, Passkeys: []Holding{{Kind: SecondPasskey, Name: evil, RemoveURL: "javascript:alert(5)", Lock: Lock{Organization: evil, Locked: true}}}},
		SessionsPage{AccountHead: AccountHead{Frame: frame}, Here: BrowserRow{Device: evil, IP: evil, Apps: []string{evil}}, Others: []BrowserRow{{Device: evil}}},
		QuestionPage{Frame: frame, Kind: AskDisconnect, Args: i18n.Args{"name": evil, "count": 1}, Action: "/x", Problems: []Problem{{Code: "none", Sentence: evil}}},
		ErrorPage{Frame: frame, Kind: ErrorNotMember, Args: i18n.Args{"organization": evil}, Reference: evil},
	} {
		got := show(t, page)
		if strings.Contains(got, "<script>") || strings.Contains(got, "javascript:") {
			t.Errorf("%T lets it through", page)
		}
	}
}

// What was typed comes back, except the password.
func TestFormsKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	got := show(t, SetupPage{Action: "/setup", Email: "ines@haldenmarine.example", FirstName: "Ines", MinLength: 8,
		Problems: []Problem{{Field: FieldLastName, Code: ProblemLastNameMissing}}})
	for _, want := range []string{`value="ines@haldenmarine.example"`, `value="Ines"`, `id="last_name-error"`} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is gone", want)
		}
	}
	if i := strings.Index(got, `type="password"`); i < 0 || strings.Contains(got[i:i+strings.Index(got[i:], ">")], "value=") {
		t.Error("a password field has a value")
	}
}

// The page starts where the person has to do something.
func TestFocus(t *testing.T) {
	t.Parallel()
	one, two := Problem{Field: FieldLastName, Code: "x"}, Problem{Field: FieldEmail, Code: "y"}
	fields := []typed{{FieldEmail, "ines@x.example"}, {FieldFirstName, ""}, {FieldLastName, ""}}
	for _, c := range []struct {
		problems []Problem
		want     string
	}{{nil, FieldFirstName}, {[]Problem{one}, FieldLastName}, {[]Problem{one, two}, ""}, {[]Problem{{Code: "whole"}}, FieldFirstName}} {
		if got := (Frame{}).trouble(c.problems, nil, nil).focus(fields...); got != c.want {
			t.Errorf("%v: focus on %q, want %q", c.problems, got, c.want)
		}
	}
}

// Choosing a language must not lose the sign-in it is chosen on, nor lead away.
func TestLanguageLinksStayOnThePage(t *testing.T) {
	t.Parallel()
	german, _ := i18n.Lookup("de")
	links := LanguageLinks(german, "https://elsewhere.example/login?flow=f1&ui_locales=en")
	if len(links) != len(i18n.Languages()) || links[0].URL != "/login?flow=f1&ui_locales=en" || links[1].URL != "/login?flow=f1&ui_locales=de" || !links[1].Current || links[0].Current {
		t.Errorf("%+v", links)
	}
}

// A GET form drops the query of its action; the flow must not go with it.
func TestSearchKeepsItsFlow(t *testing.T) {
	t.Parallel()
	got := show(t, OrganizationPickerPage{Action: "/login/organizations", SearchURL: "/login/organizations?flow=f7", Total: SearchFrom})
	if !strings.Contains(got, `<input type="hidden" name="flow" value="f7">`) || !strings.Contains(got, `name="q"`) {
		t.Error("the search forgets the flow")
	}
}

// The hidden password field must never stop a person who tabs or listens.
func TestAutofillFieldIsOutOfTheWay(t *testing.T) {
	t.Parallel()
	got := show(t, IdentifierPage{Action: "/login", PasswordField: true})
	if !strings.Contains(got, `name="password" autocomplete="current-password" tabindex="-1" aria-hidden="true"`) {
		t.Error("the hidden password field changed")
	}
}
