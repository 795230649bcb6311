package portal

import (
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/internal/id"
	"gatehouse/sso"
	"gatehouse/sso/guide"
	"gatehouse/sso/trail"
	"gatehouse/tenants"
	"gatehouse/web/ui"
)

func sampleSSO(connectionType sso.Type, state sso.State) *sso.Connection {
	tested, used := noon.Add(-20*time.Minute), noon.Add(-3*time.Minute)
	by := "Ines Halvorsen"
	g := guide.For(string(connectionType), string(connectionType.Protocol()))
	return &sso.Connection{ID: "conn_01JD3W7QHALDEN", Type: connectionType, Protocol: connectionType.Protocol(), Name: g.Name, State: state, JIT: true, TestedAt: &tested, TestedBy: &by, LastUsedAt: &used, UpdatedAt: noon.Add(-20 * time.Minute)}
}

func sampleConnectionFrame(l Look, c *sso.Connection, title string) connectionFrame {
	g := guide.For(string(c.Type), string(c.Protocol))
	return connectionFrame{frame: sampleFrame(l, title, pathSSO), path: pathSSO + "/" + string(c.ID), connection: c, guide: g, words: g.Words("Fieldnote"), back: ui.Link{Label: "Single sign-on", Href: pathSSO}}
}

// sampleStep is a step of a draft that has come just there.
func sampleStep(l Look, step string, connectionType sso.Type) stepPage {
	c := sampleSSO(connectionType, sso.Draft)
	c.SetupStep = &step
	if stepIndex(step) <= stepIndex(stepTest) {
		c.TestedAt = nil
	}
	f := sampleConnectionFrame(l, c, "")
	f.title = f.fill(setupSteps[stepIndex(step)].label(f.guide))
	p := stepPage{connectionFrame: f, step: step}
	p.frame = p.beside(setupSide(p))
	return p
}

var sampleHandler = &Handler{Base: "https://auth.fieldnote.example", Name: "Fieldnote"}

func sampleApp(l Look, connectionType sso.Type) appPage {
	p := appPage{stepPage: sampleStep(l, stepApp, connectionType)}
	p.values = sampleHandler.values(p.connection.ID)
	return p
}

func sampleList(l Look) ssoListPage {
	used, tested := noon.Add(-3*time.Minute), noon.Add(-25*24*time.Hour)
	until, over := endsAt(noon.AddDate(2, 3, 0), noon), endsAt(noon.AddDate(0, 0, 23), noon)
	return ssoListPage{frame: sampleFrame(l, "Single sign-on", pathSSO), create: true, rows: []ssoRow{
		{name: "Okta", href: "/portal/sso/conn_1", provider: "Okta, SAML 2.0", state: sso.Active, certificate: &until, tested: &tested, used: &used},
		{name: sampleCompany + " (Entra ID)", href: "/portal/sso/conn_2", provider: "Microsoft Entra ID, SAML 2.0", state: sso.Inactive, certificate: &over, tested: &tested},
		{name: "Google Workspace", href: "/portal/sso/conn_3", provider: "Google Workspace, OpenID Connect", state: sso.Draft, next: "Next: enter issuer and client"},
	}}
}

func sampleFingerprints() []shownCertificate {
	return []shownCertificate{
		{id: "certificate_1", fingerprint: "4f:12:98:0a:11:bd:7e:55:02:c3:9a:41:6d:8f:20:b7:13:5c:ee:90:44:a1:d8:3b:67:f2:0c:95:1e:78:ba:06", from: "3 Mar 2024", origin: "From the metadata, 1 Sep 2026", ending: endsAt(noon.AddDate(0, 0, 23), noon)},
		{id: "certificate_2", fingerprint: "9c:aa:02:5e:77:01:38:d4:fb:60:2a:1d:c7:84:5b:e9:30:16:af:72:0d:c8:53:b4:9e:21:66:f7:8a:0b:d5:4c", from: "1 Dec 2026", origin: "Next: valid from 1 Dec 2026", next: true, ending: endsAt(noon.AddDate(3, 0, 0), noon)},
	}
}

func sampleKnown() *knownProvider {
	return &knownProvider{issuer: "http://www.okta.com/exk1a2b3c4", signIn: "https://halden.okta.com/app/fieldnote/exk1a2b3c4/sso/saml", address: "https://halden.okta.com/app/exk1a2b3c4/sso/saml/metadata", checked: "12:23:08", certificates: sampleFingerprints()}
}

func sampleSaid() map[string][]string {
	return map[string][]string{"email": {"ines.halvorsen@haldenmarine.example"}, "firstName": {"Ines"}, "lastName": {"Halvorsen"}, "groups": {"Crew", "Deck officers"}, "department": {"Bridge"}}
}

func sampleAttributes(l Look, said map[string][]string) attributesPage {
	p := attributesPage{stepPage: sampleStep(l, stepAttributes, "OktaSAML")}
	if said == nil {
		p.take(nil)
		return p
	}
	subject := "00u1a2b3c4"
	p.take(&sso.Attempt{Attributes: said, Subject: &subject})
	return p
}

func sampleAccess(l Look, wrong faults) accessPage {
	p := accessPage{stepPage: sampleStep(l, stepAccess, "OktaSAML"), domains: []string{"haldenmarine.example", "halden.example"}, groups: []string{"Crew", "Deck officers"},
		roles: []tenants.Role{{Slug: "admin", Name: "Admin"}, {Slug: "member", Name: "Member"}},
		form:  accessForm{jit: true, domains: map[string]bool{"halden.example": true}, mappings: []sso.RoleMapping{{Group: "Deck officers", RoleSlug: "admin"}, {Group: "Crew", RoleSlug: "member"}}}}
	p.problem = wrong
	p.frame = p.fail(wrong)
	return p
}

// sampleFailure is a test that a check refused.
func sampleFailure(connectionType sso.Type, code, expected, received, check string) *resultView {
	g := guide.For(string(connectionType), string(connectionType.Protocol()))
	r := &resultView{path: pathSSO + "/conn_01JD3W7QHALDEN", id: "sso_attempt_1", test: true, provider: g.Provider, now: noon, at: noon, reference: "GH-7K2M-94QX", by: "Test by ines.halvorsen@haldenmarine.example at 12:23:08",
		document: "<samlp:Response ID=\"_1\">\n  <saml:Issuer>http://www.okta.com/exk1</saml:Issuer>\n  <ds:SignatureValue>[redacted]</ds:SignatureValue>\n</samlp:Response>"}
	steps := []trail.Step{{Check: trail.Address, Outcome: trail.Passed}, {Check: check, Outcome: trail.Failed}}
	if check == trail.Audience {
		steps = []trail.Step{{Check: trail.Address, Outcome: trail.Passed}, {Check: trail.Signature, Outcome: trail.Passed, Detail: "RSA-SHA256, certificate until 3 Mar 2029"}, {Check: trail.Time, Outcome: trail.Passed, Detail: "0.4 s apart, 3 minutes allowed"}, {Check: check, Outcome: trail.Failed}}
	}
	a := &sso.Attempt{Code: &code, Expected: &expected, Received: &received, Steps: steps}
	r.checks = checksOf(a)
	r.explain(sampleHandler, sampleSSO(connectionType, sso.Draft), a, g, code)
	return r
}

func sampleAudience() *resultView {
	ours := sso.EntityID("https://auth.fieldnote.example", "conn_01JD3W7QHALDEN")
	return sampleFailure("OktaSAML", "saml_audience_mismatch", ours, strings.Replace(ours, "/metadata", "/acs", 1), trail.Audience)
}

func samplePassed(connectionType sso.Type) *resultView {
	r := sampleAudience()
	r.passed, r.title = true, "It works: Okta signed in ines.halvorsen@haldenmarine.example"
	r.person = []ui.Def{{Term: "Email", Text: "ines.halvorsen@haldenmarine.example"}, {Term: "First name", Text: "Ines"}, {Term: "Groups", Text: "Crew, Deck officers"}}
	r.checks = r.checks[:3]
	return r
}

func sampleResult(l Look, connectionType sso.Type, r *resultView) templ.Component {
	p := resultPage{stepPage: sampleStep(l, stepTest, connectionType), result: r}
	if r.passed {
		at := noon
		p.connection.TestedAt = &at
	}
	return resultPageView(p)
}

func sampleOn(l Look) onPage {
	return onPage{stepPage: sampleStep(l, stepOn, "OktaSAML"), decides: true, members: 412, tomorrow: "2026-11-23", form: requirement{when: requireNever, emergency: []id.User{"user_1"}},
		people: []person{{"user_1", "Ines Halvorsen", "ines.halvorsen@haldenmarine.example", tenants.OwnerRole}, {"user_2", "Sofie Lund", "sofie.lund@haldenmarine.example", tenants.AdminRole}}}
}

func sampleShare(l Look) sharePage {
	c := sampleSSO("OktaSAML", sso.Draft)
	return sharePage{connectionFrame: sampleConnectionFrame(l, c, "Share this step"), step: stepApp}
}

func sampleConnection(l Look) connectionPage {
	c := sampleSSO("OktaSAML", sso.Active)
	e := endsAt(noon.AddDate(0, 0, 23), noon)
	return connectionPage{connectionFrame: sampleConnectionFrame(l, c, c.Name), form: settingsForm{name: c.Name, sign: true}, succeeded: 3120, failed: 14, members: 412, certificate: &e, previous: true, decides: true,
		startURL: sso.StartURL("https://auth.fieldnote.example", c.ID), failures: []failedRow{
			{"Okta answered, but for a different app", "SAML-AUDIENCE", "", "/portal/sso/conn_1/test/1", noon.Add(-5 * time.Minute)},
			{"@gmail.example isn’t one of your domains", "DOMAIN-MISMATCH", "maximiliane-charlotte.von-und-zu-hohenfels@gmail.example", "/portal/sso/conn_1/test/2", noon.Add(-26 * time.Hour)},
		}}
}

func sampleMove(l Look) connectionPage {
	p := sampleConnection(l)
	p.failures = nil
	p.move = movePart{another: true, owner: true, others: []ui.Option{{Value: "conn_2", Label: "Entra ID"}, {Value: "conn_3", Label: sampleCompany + " (Google Workspace)"}}}
	return p
}

func sampleMoved(l Look) connectionPage {
	p := sampleMove(l)
	p.move.approved, p.move.from, p.move.by, p.move.at = true, "Entra ID", "Ines Halvorsen", ago20()
	return p
}

func sampleCertificates(l Look) certificatesPage {
	c := sampleSSO("OktaSAML", sso.Active)
	pem := "-----BEGIN CERTIFICATE-----\nMIIC4jCCAcqgAwIBAgIUJq0k6m2yXw==\n-----END CERTIFICATE-----"
	return certificatesPage{connectionFrame: sampleConnectionFrame(l, c, "Certificates"), certificates: sampleFingerprints(), watched: true, metadataURL: sso.MetadataURL("https://auth.fieldnote.example", c.ID),
		keys: []ourKey{{id: "connection_key_1", fingerprint: sampleFingerprints()[0].fingerprint, standing: "Signs our requests", pem: pem, active: true, ending: endsAt(noon.AddDate(2, 0, 0), noon)},
			{id: "connection_key_2", fingerprint: sampleFingerprints()[1].fingerprint, standing: "Next", pem: pem, next: true, ending: endsAt(noon.AddDate(3, 0, 0), noon)}}}
}
