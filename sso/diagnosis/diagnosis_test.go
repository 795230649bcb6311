package diagnosis

import (
	"strings"
	"testing"

	"gatehouse/sso/guide"
)

func about(code, provider, expected, received string) Diagnosis {
	g, ok := guide.ByKey(provider)
	if !ok {
		panic(provider)
	}
	return Of(Facts{Code: code, Guide: g, App: "Fieldnote", Expected: expected, Received: received})
}

// A diagnosis with a hole ("{field}", a star) or without a next step leaves
// the admin where they were.
func TestEveryDiagnosisIsWhole(t *testing.T) {
	for _, g := range guide.All() {
		for code := range catalogue {
			if other := map[string]string{"saml": "oidc_", "oidc": "saml_"}[g.Protocol]; strings.HasPrefix(code, other) {
				continue
			}
			d := Of(Facts{Code: code, Guide: g, App: "Fieldnote", Expected: "https://a.example/1", Received: "someone@gmail.example"})
			for name, text := range map[string]string{"title": d.Title, "explanation": d.Explain.String(), "fix": d.Fix.String(), "head": d.FixHead, "sent": d.Sent} {
				if text == "" || strings.ContainsAny(text, "{}*`") {
					t.Errorf("%s at %s: %s %q", code, g.Key, name, text)
				}
			}
			if d.Code == "" || d.Code != strings.ToUpper(d.Code) || d.Who == "" {
				t.Errorf("%s at %s: %+v", code, g.Key, d)
			}
			if d.Who == AtProvider && d.Field == "" && d.Code != "SAML-TIME" && d.Code != "OIDC-TIME" {
				t.Errorf("%s at %s: nothing says where", code, g.Key)
			}
		}
	}
}

// Admins know their provider's words; ours are the ones that everybody knows.
func TestWordsThatNobodyIsToRead(t *testing.T) {
	for code, e := range catalogue {
		text := strings.ToLower(e.title + e.explain + e.fix)
		for _, word := range []string{"idp", " sp ", "log in", "login", "please", "successfully", "!"} {
			if strings.Contains(text, word) {
				t.Errorf("%s says %q", code, word)
			}
		}
	}
}

// The page of the mock: the admin sees what to change, in Okta's own words.
func TestWrongAudienceAtOkta(t *testing.T) {
	d := about("saml_audience_mismatch", "okta-saml", "https://auth.example/metadata", "https://auth.example/acs")
	if d.Code != "SAML-AUDIENCE" || d.Title != "Okta answered, but for a different app" || d.FixHead != "Fix it in Okta" || d.Sent != "Okta sent" {
		t.Errorf("%+v", d)
	}
	if want := "Applications, Fieldnote, General, Edit under SAML Settings. Replace Audience URI (SP Entity ID) with the value below, save, and test again."; d.Fix.String() != want {
		t.Errorf("fix %q", d.Fix.String())
	}
	if d.Copy != guide.EntityID || !d.Compare || d.Who != AtProvider {
		t.Errorf("%+v", d)
	}
	if d = about("saml_audience_mismatch", "saml", "a", "b"); !strings.HasPrefix(d.Fix.String(), "The app’s SAML settings. ") || !strings.HasPrefix(d.Title, "Your provider answered") {
		t.Errorf("for any provider: %q, %q", d.Title, d.Fix.String())
	}
}

// What a provider writes must not turn into what we say.
func TestTextFromOutsideMarksNothing(t *testing.T) {
	d := about("email_domain_not_owned", "okta-saml", "", "x@*evil*.example")
	if d.Title != "@*evil*.example isn’t one of your domains" {
		t.Errorf("title %q", d.Title)
	}
	for _, r := range d.Explain {
		if r.Kind == guide.Screen && strings.Contains(r.Text, "evil") {
			t.Error("a provider's text is set as ours")
		}
	}
	d = about("email_domain_not_owned", "okta-saml", "", "x@{app}.example")
	if !strings.Contains(d.Title, "{app}") {
		t.Errorf("a provider's text was filled in: %q", d.Title)
	}
}

// Entra's people say "AADSTS50105"; the admin needs to hear "not assigned".
func TestStatusesInWords(t *testing.T) {
	for _, c := range []struct{ code, provider, received, title string }{
		{"saml_status", "entra-saml", "Responder: AADSTS50105: Your administrator has configured the application", "Entra ID refused: user isn’t assigned"},
		{"saml_status", "entra-saml", "AADSTS75011: Authentication method by which the user", "Entra ID refused: another way of signing in was asked for"},
		{"saml_status", "okta-saml", "Requester / InvalidNameIDPolicy", "Okta can’t give that Name ID"},
		{"saml_status", "okta-saml", "Responder / AuthnFailed: the Requester is wrong, says UnknownPrincipal", "Okta refused: signing in there failed"},
		{"saml_status", "keycloak-saml", "Requester", "Keycloak refused our request"},
		{"saml_status", "saml", "NothingKnown: RequestDenied", "Your provider refused the sign-in"},
		{"oidc_provider_refused", "entra-oidc", "invalid_client: AADSTS7000222: The provided client secret keys are expired.", "The client secret has run out"},
		{"oidc_access_denied", "okta-oidc", "access_denied: User is not assigned to the client application.", "Okta refused: user isn’t assigned"},
	} {
		if d := about(c.code, c.provider, "", c.received); d.Title != c.title {
			t.Errorf("%s: %q, want %q", c.received, d.Title, c.title)
		}
	}
	if d := about("oidc_provider_refused", "entra-oidc", "", "AADSTS50011"); d.Copy != guide.RedirectURI || d.Field != "Redirect URIs" {
		t.Errorf("the redirect address of OpenID Connect: %+v", d)
	}
}

// "The clocks are 7 minutes apart" says at once what to look at.
func TestTimesApart(t *testing.T) {
	for _, c := range []struct{ expected, received, want string }{
		{"after 2026-11-27T12:23:08Z", "2026-11-27T12:16:00Z", "The clocks are 7 minutes apart"},
		{"2026-11-27T12:23:08Z", "2026-11-27T12:23:09.5Z", "The clocks are 1 second apart"},
		{"2026-11-27T12:23:08Z", "2026-11-24T12:23:08Z", "The clocks are 3 days apart"},
		{"now", "2026-11-27T12:16:00Z", "The response has expired"},
	} {
		if d := about("saml_expired", "okta-saml", c.expected, c.received); d.Title != c.want {
			t.Errorf("%q and %q: %q", c.expected, c.received, d.Title)
		}
	}
}

// A code of a newer release must still lead somewhere.
func TestUnknownCodesHaveWordsToo(t *testing.T) {
	if d := about("saml_of_tomorrow", "okta-saml", "", ""); d.Code != "SSO-OTHER" || d.Title == "" || d.Who != Operator {
		t.Errorf("%+v", d)
	}
}

// An Entra admin knows a tenant; nobody else is to read the word.
func TestEntrasTenant(t *testing.T) {
	if d := about("saml_issuer_mismatch", "entra-saml", "a", "b"); d.Title != "Another Entra tenant answered" {
		t.Errorf("%q", d.Title)
	}
	if d := about("saml_issuer_mismatch", "okta-saml", "a", "b"); d.Title != "Another provider answered" {
		t.Errorf("%q", d.Title)
	}
}
