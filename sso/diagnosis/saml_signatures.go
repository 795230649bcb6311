package diagnosis

import "gatehouse/sso/guide"

const compareFingerprints = "Compare the fingerprint with the certificate in {provider}. If it is the right one, give us the metadata again."

// signatures are refusals of who says so, and of what was encrypted.
var signatures = map[string]entry{
	"saml_signature_invalid": {code: "SAML-SIGNATURE", title: "We can’t verify who signed this",
		explain: "The signature isn’t by any certificate that is set up here. Most often {provider} signs with a new one. One that is seen only in a response is never trusted: anybody could have put it there.",
		who:     Here, page: Certificates, fix: compareFingerprints, compare: true},
	"saml_signature_missing": {code: "SAML-UNSIGNED", title: "The response isn’t signed",
		explain: "Anybody could have made it. We need the response signed, or the assertion, or both.",
		who:     AtProvider, at: guide.Signing, fix: "Set *{field}* so that the response or the assertion is signed, save, and test again."},
	"saml_certificate_expired": {code: "SAML-EXPIRED-CERT", title: "The signing certificate has expired",
		explain: "The certificate that is set up here has expired, and the response is signed by another.",
		who:     Here, page: Certificates, fix: compareFingerprints, compare: true},
	"saml_certificate_missing": {code: "SAML-SIGNATURE", title: "We have no certificate of {provider}",
		explain: "Without one, nobody can tell whose response it is.",
		who:     Here, page: Metadata, fix: "Give us the metadata, or the certificate by hand."},
	"saml_signature_algorithm": {code: "SAML-ALGORITHM", title: "{Provider} signs with an algorithm that isn’t safe",
		explain: "SHA-1 and older can be forged. We accept RSA and ECDSA with SHA-256, SHA-384 or SHA-512.",
		who:     AtProvider, at: guide.Algorithm, fix: "Set *{field}* to *SHA-256*, save, and test again.", compare: true},
	"saml_digest_mismatch": {code: "SAML-CHANGED", title: "The response was changed after it was signed",
		explain: "The signature is by the right certificate, and the text isn’t the one that was signed. A proxy or a browser extension can do this.",
		who:     Person, fix: "Try in a private window, without extensions. If it stays, send the reference below to {app}’s support."},
	"saml_signature_malformed":  {code: "SAML-SIGNATURE-FORM", title: "The signature isn’t built as SAML asks", explain: "We can’t tell what it covers.", who: Operator, fix: form, compare: true},
	"saml_reference_count":      {code: "SAML-SIGNATURE-FORM", title: "The signature covers more than one thing, or none", explain: "It must cover exactly the element that it stands in.", who: Operator, fix: form, compare: true},
	"saml_reference_mismatch":   {code: "SAML-SIGNATURE-FORM", title: "The signature covers something else than where it stands", explain: "That is how signatures are moved from one response to another.", who: Operator, fix: form, compare: true},
	"saml_transform":            {code: "SAML-SIGNATURE-FORM", title: "The signature changes what it covers", explain: "It uses a transform that SAML doesn’t allow.", who: Operator, fix: form, compare: true},
	"saml_encryption_algorithm": {code: "SAML-ENCRYPTION", title: "{Provider} encrypts with an algorithm that we don’t take", explain: "We accept AES-GCM with RSA-OAEP. Older ones (AES-CBC) are taken only where the connection’s settings allow them; RSA 1.5 never.", who: AtProvider, at: guide.Encryption, fix: "Choose AES-256-GCM under *{field}*, or allow the older algorithm in this connection’s settings.", page: Settings, compare: true},
	"saml_decryption_failed": {code: "SAML-ENCRYPTED", title: "We can’t decrypt the response",
		explain: "It was encrypted with another certificate than ours. Ours may have changed since {provider} was told of it.",
		who:     AtProvider, at: guide.Encryption, fix: "Give {provider} our certificate again: it is in our metadata, at the address below.", copy: guide.MetadataURL, page: Certificates, compare: true},
	"saml_not_encrypted": {code: "SAML-NOT-ENCRYPTED", title: "The response isn’t encrypted",
		explain: "This connection asks that it be.",
		who:     AtProvider, at: guide.Encryption, fix: "Switch encryption on and give {provider} our certificate: it is in our metadata, at the address below. Or switch it off in this connection’s settings.", copy: guide.MetadataURL, page: Settings},
}

const clocks = "Set the clock of {provider}’s server, by NTP best. If both clocks are right, an old page was sent again: start anew."

// times are refusals by the clock.
var times = map[string]entry{
	"saml_expired":       {code: "SAML-TIME", title: "The response has expired", explain: "By our clock it isn’t valid any more. Either {provider}’s clock is behind, or an old page was sent again.", who: AtProvider, fix: clocks, compare: true},
	"saml_not_yet_valid": {code: "SAML-TIME", title: "The response isn’t valid yet", explain: "By our clock it becomes valid later: {provider}’s clock is ahead.", who: AtProvider, fix: clocks, compare: true},
	"saml_issue_instant": {code: "SAML-TIME", title: "The response has a time that can’t be read", explain: "SAML writes times in UTC, as 2026-11-27T12:00:00Z. One is missing, or written in another way.", who: AtProvider, fix: form, compare: true},
}
