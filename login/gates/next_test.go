package gates

import (
	"net/netip"
	"testing"

	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/sessions"
)

func org(p wire.OrganizationPolicy) *Organization {
	return &Organization{ID: id.New[id.Organization](), Policy: p, Member: true}
}

func took(s sessions.Second) *sessions.Second { return &s }

func TestNext(t *testing.T) {
	const password, code, google = sessions.Password, sessions.MagicAuth, sessions.GoogleOAuth
	totp, key, sms := sessions.SecondTOTP, sessions.SecondWebAuthn, sessions.SecondSMS
	mfa := wire.OrganizationPolicy{MFARequired: true}
	keys := wire.OrganizationPolicy{MFARequired: true, MFAFactors: []string{"webauthn"}}
	stranger := org(wire.OrganizationPolicy{})
	stranger.Member = false
	rescuer := org(wire.OrganizationPolicy{SSORequired: true, IPAllowList: []string{"192.0.2.0/24"}, MFARequired: true})
	rescuer.BreakGlass = true
	two := []Choice{{ID: "a"}, {ID: "b"}}
	for name, c := range map[string]struct {
		f    Facts
		want Gate
	}{
		"nothing asked":                      {Facts{Method: password}, Open},
		"a stranger":                         {Facts{Method: password, Organization: stranger}, NotMember},
		"unproven address":                   {Facts{Method: password, VerifyEmails: true}, VerifyEmail},
		"proven address":                     {Facts{Method: password, VerifyEmails: true, MailboxProven: true}, Open},
		"a factor is asked for":              {Facts{Method: password, Enrolled: []sessions.Second{totp}}, Challenge},
		"by a code too":                      {Facts{Method: code, Enrolled: []sessions.Second{totp}}, Challenge},
		"by social too":                      {Facts{Method: google, Enrolled: []sessions.Second{totp}}, Challenge},
		"a passkey is both":                  {Facts{Method: sessions.Passkey, Enrolled: []sessions.Second{key}, Organization: org(mfa)}, Open},
		"a passkey is not an app":            {Facts{Method: sessions.Passkey, Enrolled: []sessions.Second{key, totp}, Organization: org(wire.OrganizationPolicy{MFARequired: true, MFAFactors: []string{"totp"}})}, Challenge},
		"taken":                              {Facts{Method: password, Enrolled: []sessions.Second{totp}, Second: took(totp)}, Open},
		"must enrol":                         {Facts{Method: password, Organization: org(mfa)}, Enroll},
		"a telephone does not satisfy":       {Facts{Method: password, Organization: org(mfa), Enrolled: []sessions.Second{sms}, Second: took(sms)}, Enroll},
		"a telephone is asked for":           {Facts{Method: password, Enrolled: []sessions.Second{sms}}, Challenge},
		"a telephone where the policy says":  {Facts{Method: password, Enrolled: []sessions.Second{sms}, Second: took(sms), Organization: org(wire.OrganizationPolicy{MFARequired: true, MFAFactors: []string{"sms", "totp"}})}, Open},
		"an app where keys are asked":        {Facts{Method: password, Organization: org(keys), Enrolled: []sessions.Second{totp}, Second: took(totp)}, Enroll},
		"an app before a key is enrolled":    {Facts{Method: password, Organization: org(keys), Enrolled: []sessions.Second{totp}}, Challenge},
		"a telephone before an app, too":     {Facts{Method: code, Organization: org(mfa), Enrolled: []sessions.Second{sms}}, Challenge},
		"the key as well":                    {Facts{Method: password, Organization: org(keys), Enrolled: []sessions.Second{key, totp}, Second: took(totp)}, Challenge},
		"a recovery code stands in":          {Facts{Method: password, Organization: org(keys), Enrolled: []sessions.Second{key}, Second: took(sessions.SecondRecovery)}, Open},
		"single sign-on required":            {Facts{Method: password, Organization: org(wire.OrganizationPolicy{SSORequired: true})}, SSORequired},
		"method refused":                     {Facts{Method: password, Organization: org(wire.OrganizationPolicy{AllowedMethods: []string{"passkey"}})}, MethodRefused},
		"method allowed":                     {Facts{Method: password, Organization: org(wire.OrganizationPolicy{AllowedMethods: []string{"password"}})}, Open},
		"from elsewhere":                     {Facts{Method: password, IP: netip.MustParseAddr("198.51.100.1"), Organization: org(wire.OrganizationPolicy{IPAllowList: []string{"192.0.2.0/24"}})}, AddressRefused},
		"from nowhere":                       {Facts{Method: password, Organization: org(wire.OrganizationPolicy{IPAllowList: []string{"192.0.2.0/24"}})}, AddressRefused},
		"from there":                         {Facts{Method: password, IP: netip.MustParseAddr("::ffff:192.0.2.9"), Organization: org(wire.OrganizationPolicy{IPAllowList: []string{"192.0.2.0/24"}})}, Open},
		"break glass still takes the second": {Facts{Method: password, Organization: rescuer, Enrolled: []sessions.Second{totp}}, Challenge},
		"break glass gets in":                {Facts{Method: password, Organization: rescuer, Enrolled: []sessions.Second{totp}, Second: took(totp)}, Open},
		"choose":                             {Facts{Method: password, Choose: true, Choices: two}, SelectOrganization},
		"nothing to choose":                  {Facts{Method: password, Choose: true}, Open},
		"the second step before the choice":  {Facts{Method: password, Choose: true, Choices: two, Enrolled: []sessions.Second{totp}}, Challenge},
		"the mailbox before the second step": {Facts{Method: password, VerifyEmails: true, Enrolled: []sessions.Second{totp}}, VerifyEmail},
		"policy before the mailbox":          {Facts{Method: password, VerifyEmails: true, Organization: org(wire.OrganizationPolicy{SSORequired: true})}, SSORequired},
	} {
		if got := Next(c.f).Gate; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// Where a phishing-resistant step is asked for, a telephone is never offered.
func TestATelephoneIsOfferedOnlyWhereNamed(t *testing.T) {
	f := Facts{Method: sessions.Password, SMS: true, Organization: org(wire.OrganizationPolicy{MFARequired: true})}
	for _, s := range Next(f).Seconds {
		if s == sessions.SecondSMS {
			t.Error("offered although the policy does not name it")
		}
	}
	f.Organization.Policy.MFAFactors = []string{"totp", "sms"}
	if got := Next(f).Seconds; len(got) != 2 || got[1] != sessions.SecondSMS {
		t.Errorf("got %v, want the telephone last", got)
	}
	f.SMS = false
	if got := Next(f).Seconds; len(got) != 1 {
		t.Errorf("got %v where the deployment sends no SMS", got)
	}
}
