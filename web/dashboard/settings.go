package dashboard

import (
	"net/http"

	"github.com/a-h/templ"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/ui"
)

// settingsHome is the first of the deployment's settings, where the
// navigation leads.
const settingsHome = "/admin/settings/authentication"

// settingsSections are the pages of the deployment's settings.
var settingsSections = []ui.Link{
	{Label: "Authentication", Href: settingsHome, Icon: "shield"},
	{Label: "Social sign-in", Href: socialHome, Icon: "link"},
}

// settingsFrame is the frame of one of the deployment's settings pages.
func (v *visit) settingsFrame(path string) frame {
	for _, s := range settingsSections {
		if s.Href == path {
			f := v.frame(s.Label, settingsHome)
			f.title = s.Label + " settings"
			return f
		}
	}
	return v.frame("Settings", settingsHome)
}

// A setting is one switch of the deployment.
type setting struct {
	name, label, hint string
	of                func(*tenants.Settings) *bool
}

// settingsCard is what is saved at once.
type settingsCard struct {
	id, title, note, save string
	settings              []setting
}

var settingsCards = []settingsCard{
	{"methods", "Sign-in methods", "What people may begin with. An organization's policy can only narrow it.", "Save sign-in methods", []setting{
		{"password", "Password", "", func(s *tenants.Settings) *bool { return &s.Password }},
		{"magic_auth", "Code by email", "Six digits, or the link in the mail.", func(s *tenants.Settings) *bool { return &s.MagicAuth }},
		{"passkey", "Passkey", "Fingerprint, face, screen lock or security key.", func(s *tenants.Settings) *bool { return &s.Passkey }},
		{"sms", "Codes by SMS as a second step", "The weakest second step: numbers are taken over. Needs GATEHOUSE_SMS_URL.", func(s *tenants.Settings) *bool { return &s.SMS }},
	}},
	{"accounts", "Accounts", "What people may do by themselves.", "Save accounts", []setting{
		{"sign_up", "Sign up", "Off: only people whom you or an invitation add.", func(s *tenants.Settings) *bool { return &s.SignUp }},
		{"verify_emails", "Prove the email address first", "Off: an address may be somebody else's. Applications see email_verified.", func(s *tenants.Settings) *bool { return &s.VerifyEmails }},
		{"create_organizations", "Create organizations", "Whoever makes one is its owner.", func(s *tenants.Settings) *bool { return &s.CreateOrganizations }},
	}},
	{"mails", "Mails that the API causes", "Off: your application sends them, with the code and address from the answer.", "Save mails", []setting{
		{"send_magic_auth", "Sign-in code", "", func(s *tenants.Settings) *bool { return &s.SendMagicAuth }},
		{"send_email_verification", "Email verification", "", func(s *tenants.Settings) *bool { return &s.SendEmailVerification }},
		{"send_password_reset", "Password reset", "", func(s *tenants.Settings) *bool { return &s.SendPasswordReset }},
		{"send_invitation", "Invitation", "", func(s *tenants.Settings) *bool { return &s.SendInvitation }},
	}},
}

type authenticationPage struct {
	frame
	saved  tenants.Settings
	wrong  string // why the first card was refused
	dialog templ.Component
}

func (h *Handler) authenticationSettings(v *visit) error {
	return v.showAuthentication(http.StatusOK, authenticationPage{}, nil)
}

// showAuthentication shows the settings as they are, or as typed has them.
func (v *visit) showAuthentication(status int, p authenticationPage, typed func(*tenants.Settings)) error {
	p.frame = v.settingsFrame(settingsHome)
	err := v.read(func(tx *db.AllTx) (err error) {
		p.saved, err = tenants.GetSettings(tx)
		return err
	})
	if err != nil {
		return err
	}
	if typed != nil {
		typed(&p.saved)
	}
	p.failed = p.wrong != ""
	return v.show(status, authenticationView(p))
}

// saveAuthentication saves one card. What would keep people out is asked once,
// with how many they are.
func (h *Handler) saveAuthentication(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	card, change := changedCard(form)
	if card == nil {
		return v.showAuthentication(http.StatusOK, authenticationPage{}, nil)
	}
	if card.id == "methods" && form.Get("confirmed") != "on" {
		if n, err := v.keptOut(change); err != nil {
			return err
		} else if n > 0 {
			return v.showAuthentication(http.StatusOK, authenticationPage{dialog: askPasskeysAlone(n, form)}, change)
		}
	}
	err = v.change(func(tx *db.Tx) error {
		_, err := tenants.ChangeSettings(tx, change)
		return err
	})
	if wrong, refused := faultsOf(err, "password"); refused {
		return v.showAuthentication(http.StatusUnprocessableEntity, authenticationPage{wrong: wrong["password"]}, change)
	}
	if err != nil {
		return err
	}
	return v.done(settingsHome, settingsSaved)
}

// changedCard is the card that was posted, and what it makes of the settings.
func changedCard(form browser.Params) (*settingsCard, func(*tenants.Settings)) {
	for i := range settingsCards {
		card := &settingsCards[i]
		if card.id == form.Get("card") {
			return card, func(s *tenants.Settings) {
				for _, one := range card.settings {
					*one.of(s) = form.Get(one.name) == "on"
				}
			}
		}
	}
	return nil, nil
}

// keptOut is how many people have no way in by the changed settings but by a
// provider, if they have an account there: those without a passkey, where it
// is the only method.
func (v *visit) keptOut(change func(*tenants.Settings)) (n int64, err error) {
	err = v.read(func(tx *db.AllTx) error {
		s, err := tenants.GetSettings(tx)
		if err != nil {
			return err
		}
		change(&s)
		if s.Password || s.MagicAuth || !s.Passkey {
			return nil
		}
		n, err = users.CountWithoutPasskey(tx)
		return err
	})
	return n, err
}

func askPasskeysAlone(n int64, form browser.Params) templ.Component {
	fields := []ui.Hidden{{Name: "card", Value: "methods"}, {Name: "confirmed", Value: "on"}}
	for _, one := range settingsCards[0].settings {
		if form.Get(one.name) == "on" {
			fields = append(fields, ui.Hidden{Name: one.name, Value: "on"})
		}
	}
	verb := " have"
	if n == 1 {
		verb = " has"
	}
	return confirm(question{path: settingsHome}, ui.ConfirmProps{Title: "Save sign-in methods?",
		Text: count(n, "person", "people") + verb + " no passkey. Without a provider that they sign in by, they can't sign in any more. Operators among them can't undo this.",
		Post: ui.Post{Label: "Save sign-in methods", Action: settingsHome, Fields: fields}})
}
