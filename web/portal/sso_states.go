package portal

import (
	"github.com/a-h/templ"

	"gatehouse/sso/guide"
	"gatehouse/sso/trail"
	"gatehouse/web/ui"
)

// ssoStates are the pages of single sign-on in every state.
var ssoStates = []State{
	{"portal-sso-empty", func(l Look) templ.Component {
		return ssoListView(ssoListPage{frame: sampleFrame(l, "Single sign-on", pathSSO), create: true})
	}},
	{"portal-sso", func(l Look) templ.Component { return ssoListView(sampleList(l)) }},
	{"portal-sso-certificates-only", func(l Look) templ.Component {
		p := sampleList(l)
		p.create, p.domains = false, 2
		return ssoListView(p)
	}},
	{"portal-sso-new", func(l Look) templ.Component {
		return ssoNewView(ssoNewPage{frame: sampleFrame(l, "Choose your provider", pathSSO), guides: guide.All(), first: "AzureSAML"})
	}},
	{"portal-sso-provider", func(l Look) templ.Component {
		return providerView(providerPage{stepPage: sampleStep(l, stepProvider, "OktaSAML")})
	}},
	{"portal-sso-discard", func(l Look) templ.Component {
		return providerView(providerPage{stepPage: sampleStep(l, stepProvider, "OktaSAML"), discard: true})
	}},
	{"portal-sso-app-okta", func(l Look) templ.Component { return appView(sampleApp(l, "OktaSAML")) }},
	{"portal-sso-app-entra", func(l Look) templ.Component { return appView(sampleApp(l, "AzureSAML")) }},
	{"portal-sso-app-google", func(l Look) templ.Component { return appView(sampleApp(l, "GoogleSAML")) }},
	{"portal-sso-app-onelogin", func(l Look) templ.Component { return appView(sampleApp(l, "OneLoginSAML")) }},
	{"portal-sso-app-adfs", func(l Look) templ.Component { return appView(sampleApp(l, "ADFSSAML")) }},
	{"portal-sso-app-keycloak", func(l Look) templ.Component { return appView(sampleApp(l, "KeycloakSAML")) }},
	{"portal-sso-app-saml", func(l Look) templ.Component { return appView(sampleApp(l, "GenericSAML")) }},
	{"portal-sso-app-entra-oidc", func(l Look) templ.Component { return appView(sampleApp(l, "EntraIdOIDC")) }},
	{"portal-sso-app-oidc", func(l Look) templ.Component { return appView(sampleApp(l, "GenericOIDC")) }},
	{"portal-sso-metadata", func(l Look) templ.Component {
		return metadataView(metadataPage{stepPage: sampleStep(l, stepMetadata, "OktaSAML"), way: guide.ByURL})
	}},
	{"portal-sso-metadata-error", func(l Look) templ.Component {
		p := metadataPage{stepPage: sampleStep(l, stepMetadata, "OktaSAML"), way: guide.ByURL, typed: typedMetadata{url: "https://halden.okta.com/app/exk1a2b3c4/sso/saml"}}
		p.problem = faults{"saml.metadata_url": p.guide.Mistaken(p.typed.url).With(p.words).String()}
		p.frame = p.fail(p.problem)
		return metadataView(p)
	}},
	{"portal-sso-metadata-file", func(l Look) templ.Component {
		return metadataView(metadataPage{stepPage: sampleStep(l, stepMetadata, "GoogleSAML"), way: guide.ByFile})
	}},
	{"portal-sso-metadata-hand", func(l Look) templ.Component {
		p := metadataPage{stepPage: sampleStep(l, stepMetadata, "GenericSAML"), way: guide.ByHand, typed: typedMetadata{entityID: "urn:halden"}}
		p.problem = faults{"saml.idp_sso_url": "Enter the sign-in address.", "saml.idp_certificates": "Paste the certificate."}
		p.frame = p.fail(p.problem)
		return metadataView(p)
	}},
	{"portal-sso-metadata-known", func(l Look) templ.Component {
		return metadataView(metadataPage{stepPage: sampleStep(l, stepMetadata, "OktaSAML"), way: guide.ByURL, known: sampleKnown()})
	}},
	{"portal-sso-client", func(l Look) templ.Component {
		p := clientPage{stepPage: sampleStep(l, stepMetadata, "EntraIdOIDC")}
		return clientView(p)
	}},
	{"portal-sso-client-error", func(l Look) templ.Component {
		p := clientPage{stepPage: sampleStep(l, stepMetadata, "GenericOIDC"), issuer: "https://sso.halden.example", client: "fieldnote", saw: "404, text/html <!doctype html><title>Not found</title>"}
		p.problem = faults{"oidc.issuer": "The provider's discovery document cannot be read: its address answers with status 404.", "oidc.client_secret": "Enter the secret that belongs to this issuer and client."}
		p.frame = p.fail(p.problem)
		return clientView(p)
	}},
	{"portal-sso-client-known", func(l Look) templ.Component {
		return clientView(clientPage{stepPage: sampleStep(l, stepMetadata, "GenericOIDC"), issuer: "https://sso.halden.example", client: "fieldnote", stored: true,
			known: &knownDiscovery{"https://sso.halden.example", "https://sso.halden.example/authorize", "https://sso.halden.example/token"}})
	}},
	{"portal-sso-attributes-new", func(l Look) templ.Component { return attributesView(sampleAttributes(l, nil)) }},
	{"portal-sso-attributes", func(l Look) templ.Component { return attributesView(sampleAttributes(l, sampleSaid())) }},
	{"portal-sso-attributes-missing", func(l Look) templ.Component {
		return attributesView(sampleAttributes(l, map[string][]string{"contact": {"ines@haldenmarine.example"}, "uid": {"ines"}}))
	}},
	{"portal-sso-access", func(l Look) templ.Component { return accessView(sampleAccess(l, nil)) }},
	{"portal-sso-access-error", func(l Look) templ.Component {
		return accessView(sampleAccess(l, faults{"role_mappings": "A group has one role. Crew is there twice.", "default_role": "The organization has no role with that slug."}))
	}},
	{"portal-sso-test", func(l Look) templ.Component { return testView(testPage{stepPage: sampleStep(l, stepTest, "OktaSAML")}) }},
	{"portal-sso-test-incomplete", func(l Look) templ.Component {
		return testView(testPage{stepPage: sampleStep(l, stepTest, "OktaSAML"), lacks: "The provider's signing certificate is missing."})
	}},
	{"portal-sso-test-audience", func(l Look) templ.Component { return sampleResult(l, "OktaSAML", sampleAudience()) }},
	{"portal-sso-test-raw", func(l Look) templ.Component {
		r := sampleAudience()
		r.raw = true
		return sampleResult(l, "OktaSAML", r)
	}},
	{"portal-sso-test-signature", func(l Look) templ.Component {
		return sampleResult(l, "AzureSAML", sampleFailure("AzureSAML", "saml_signature_invalid", "4f:12:98:0a:11:bd", "9c:aa:02:5e:77:01", trail.Signature))
	}},
	{"portal-sso-test-assigned", func(l Look) templ.Component {
		return sampleResult(l, "AzureSAML", sampleFailure("AzureSAML", "saml_status", "Success", "Responder: AADSTS50105: The signed in user is not assigned to a role for the application.", trail.Status))
	}},
	{"portal-sso-test-clock", func(l Look) templ.Component {
		return sampleResult(l, "ADFSSAML", sampleFailure("ADFSSAML", "saml_not_yet_valid", "2026-11-22T12:16:00Z (our clock, ±180 s)", "NotBefore 2026-11-22T12:23:08Z", trail.Time))
	}},
	{"portal-sso-test-email", func(l Look) templ.Component {
		r := sampleFailure("GenericSAML", "email_missing", "email", "none", trail.Attributes)
		r.names, r.likely = []string{"contact", "uid"}, "contact"
		return sampleResult(l, "GenericSAML", r)
	}},
	{"portal-sso-test-domain", func(l Look) templ.Component {
		return sampleResult(l, "OktaSAML", sampleFailure("OktaSAML", "email_domain_not_owned", "haldenmarine.example", "ines@gmail.example", trail.Domain))
	}},
	{"portal-sso-test-redirect", func(l Look) templ.Component {
		r := sampleFailure("OktaOIDC", "oidc_no_answer", "", "", trail.Status)
		r.waiting, r.checks = true, nil
		return sampleResult(l, "OktaOIDC", r)
	}},
	{"portal-sso-test-warned", func(l Look) templ.Component {
		r := samplePassed("OktaSAML")
		r.checks[1] = ui.Task{Tone: ui.Warn, State: "Look at this:", Title: "Signature valid", Note: "RSA-SHA256, the certificate ended on 3 Mar 2026", Plain: true}
		return sampleResult(l, "OktaSAML", r)
	}},
	{"portal-sso-test-passed", func(l Look) templ.Component { return sampleResult(l, "OktaSAML", samplePassed("OktaSAML")) }},
	{"portal-sso-signin-failed", func(l Look) templ.Component {
		r := sampleAudience()
		r.test, r.by = false, "Sign-in at 12:23:08"
		p := resultPage{stepPage: sampleStep(l, stepTest, "OktaSAML"), result: r}
		p.frame = sampleFrame(l, "A sign-in that failed", pathSSO)
		return resultPageView(p)
	}},
	{"portal-sso-on", func(l Look) templ.Component { return onView(sampleOn(l)) }},
	{"portal-sso-on-lacks", func(l Look) templ.Component {
		p := sampleOn(l)
		p.lacks = []ui.Task{{Tone: ui.Bad, State: "Missing:", Title: "Test it.", Note: "You need a test of your own that passed within the last hour, and since the last change.", Action: ui.LinkButton(ui.ButtonProps{Label: "Test", Href: "#main"})}}
		p.problem = faults{"lacks": "Some things come first."}
		p.frame = p.fail(p.problem)
		return onView(p)
	}},
	{"portal-sso-on-link", func(l Look) templ.Component {
		p := sampleOn(l)
		p.decides = false
		return onView(p)
	}},
	{"portal-sso-on-question", func(l Look) templ.Component {
		p := sampleOn(l)
		p.form.when, p.question = requireNow, nil
		p.question = onQuestion(p, affected{people: 410, sessions: 38})
		return onView(p)
	}},
	{"portal-sso-share", func(l Look) templ.Component { return shareView(sampleShare(l)) }},
	{"portal-sso-share-link", func(l Look) templ.Component {
		p := sampleShare(l)
		p.link = "https://auth.fieldnote.example/portal/open/9vQyJ2kq0wWm3o6tq2Zb7cXr1sTn5uEa8dLh4fGi0jK"
		return shareView(p)
	}},
	{"portal-sso-share-sent", func(l Look) templ.Component {
		p := sampleShare(l)
		p.sent = "it@haldenmarine.example"
		return shareView(p)
	}},
	{"portal-sso-connection", func(l Look) templ.Component { return connectionView(sampleConnection(l)) }},
	{"portal-sso-connection-off", func(l Look) templ.Component {
		p := sampleConnection(l)
		p.asked = "off"
		return connectionView(p)
	}},
	{"portal-sso-connection-only", func(l Look) templ.Component {
		p := sampleConnection(l)
		p.asked, p.only, p.required = "off", true, true
		return connectionView(p)
	}},
	{"portal-sso-connection-error", func(l Look) templ.Component {
		p := sampleConnection(l)
		p.metadataProblem, p.failures = "Its address answers with status 404.", nil
		p.problem = faults{"name": "A name has at most 200 characters."}
		p.frame = p.fail(p.problem)
		return connectionView(p)
	}},
	{"portal-sso-move", func(l Look) templ.Component { return connectionView(sampleMove(l)) }},
	{"portal-sso-move-question", func(l Look) templ.Component {
		p := sampleMove(l)
		p.asked, p.move.question = "move", moveQuestion{from: "conn_2", name: "Entra ID", people: 412}
		return connectionView(p)
	}},
	{"portal-sso-move-error", func(l Look) templ.Component {
		p := sampleMove(l)
		p.problem = faults{fieldFrom: "Choose a connection."}
		p.frame = p.fail(p.problem)
		return connectionView(p)
	}},
	{"portal-sso-move-approved", func(l Look) templ.Component { return connectionView(sampleMoved(l)) }},
	{"portal-sso-move-link", func(l Look) templ.Component {
		p := sampleMoved(l)
		p.move.owner, p.move.from = false, ""
		return connectionView(p)
	}},
	{"portal-sso-move-admin", func(l Look) templ.Component {
		p := sampleMove(l)
		p.move.owner = false
		return connectionView(p)
	}},
	{"portal-sso-certificates", func(l Look) templ.Component { return certificatesView(sampleCertificates(l)) }},
	{"portal-sso-certificates-compare", func(l Look) templ.Component {
		p := sampleCertificates(l)
		p.seen = &seenCertificate{"4f:12:98:0a:11:bd", "9c:aa:02:5e:77:01 (from the response, not trusted)", "GH-7K2M-94QX"}
		return certificatesView(p)
	}},
	{"portal-sso-certificates-remove", func(l Look) templ.Component {
		p := sampleCertificates(l)
		p.remove = &p.certificates[0]
		return certificatesView(p)
	}},
	{"portal-sso-certificates-last", func(l Look) templ.Component {
		p := sampleCertificates(l)
		p.certificates, p.keys, p.last = p.certificates[:1], nil, true
		p.remove = &p.certificates[0]
		return certificatesView(p)
	}},
	{"portal-sso-certificates-error", func(l Look) templ.Component {
		p := sampleCertificates(l)
		p.typed, p.problem = "not one", faults{"certificate": "That is not a certificate. Paste the text from BEGIN CERTIFICATE to END CERTIFICATE, or the base64 between them."}
		p.frame = p.fail(p.problem)
		return certificatesView(p)
	}},
	{"portal-sso-keys-promote", func(l Look) templ.Component {
		p := sampleCertificates(l)
		p.promote = true
		return certificatesView(p)
	}},
}
