package api

import (
	"net/http"

	"gatehouse/internal/wire"
	"gatehouse/tenants"
)

// settingsBody changes the settings that it names.
type settingsBody struct {
	Password              *bool `json:"password"`
	MagicAuth             *bool `json:"magic_auth"`
	Passkey               *bool `json:"passkey"`
	SMS                   *bool `json:"sms"`
	SignUp                *bool `json:"sign_up"`
	CreateOrganizations   *bool `json:"create_organizations"`
	VerifyEmails          *bool `json:"verify_emails"`
	SendMagicAuth         *bool `json:"send_magic_auth"`
	SendEmailVerification *bool `json:"send_email_verification"`
	SendPasswordReset     *bool `json:"send_password_reset"`
	SendInvitation        *bool `json:"send_invitation"`
}

func (b settingsBody) onto(s *tenants.Settings) {
	for to, from := range map[*bool]*bool{
		&s.Password: b.Password, &s.MagicAuth: b.MagicAuth, &s.Passkey: b.Passkey, &s.SMS: b.SMS,
		&s.SignUp: b.SignUp, &s.CreateOrganizations: b.CreateOrganizations, &s.VerifyEmails: b.VerifyEmails,
		&s.SendMagicAuth: b.SendMagicAuth, &s.SendEmailVerification: b.SendEmailVerification,
		&s.SendPasswordReset: b.SendPasswordReset, &s.SendInvitation: b.SendInvitation,
	} {
		if from != nil {
			*to = *from
		}
	}
}

func (h *Handler) settingsRoutes() []route {
	const path, tag = "/user_management/authentication_settings", "Environment"
	one := wire.AuthenticationSettings{}
	return []route{
		{Method: http.MethodGet, Path: path, Tag: tag, Summary: "Get how people may sign in, and which mails the server sends.",
			Status: 200, Answer: one, Deployment: true, Foreign: refused(""), run: getSettings},
		{Method: http.MethodPut, Path: path, Tag: tag, Summary: "Change how people may sign in, and which mails the server sends: members that are not sent stay.",
			Body: settingsBody{}, Status: 200, Answer: one, Deployment: true, Foreign: refused("{}"), run: setSettings},
	}
}

func getSettings(c *call) error {
	return c.read(func(tx reach) (answer, error) {
		s, err := tenants.GetSettings(tx)
		return found(s), err
	})
}

func setSettings(c *call) error {
	var in settingsBody
	if err := c.decode(&in); err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		s, err := tenants.ChangeSettings(tx.Tx, in.onto)
		return found(s), err
	})
}
