package saml

import "gatehouse/internal/problem"

// What a provider's message is refused for. The codes are stable: the audit
// log and the diagnosis catalogue have them. Each has one place where it is
// decided.
var (
	ErrTooLarge     = problem.New(problem.TooLarge, "saml_too_large", "The provider's message is larger than any that is needed for a sign-in.")
	ErrXML          = problem.New(problem.BadRequest, "saml_xml_invalid", "The provider's message cannot be read.")
	ErrStructure    = problem.New(problem.BadRequest, "saml_structure_invalid", "The provider's message is not built as SAML asks.")
	ErrAmbiguous    = problem.New(problem.BadRequest, "saml_ambiguous", "The provider's response can be read in two ways.")
	ErrVersion      = problem.New(problem.BadRequest, "saml_version", "The provider's message is not SAML 2.0.")
	ErrNoAssertion  = problem.New(problem.BadRequest, "saml_assertion_missing", "The provider's response names nobody.")
	ErrAssertions   = problem.New(problem.BadRequest, "saml_multiple_assertions", "The provider's response has more than one assertion.")
	ErrDestination  = problem.New(problem.BadRequest, "saml_destination_mismatch", "The provider's message was made for another address.")
	ErrStatus       = problem.New(problem.BadRequest, "saml_status", "The provider refused the sign-in.")
	ErrIssuer       = problem.New(problem.BadRequest, "saml_issuer_mismatch", "Another provider answered than the one that is set up.")
	ErrAudience     = problem.New(problem.BadRequest, "saml_audience_mismatch", "The provider answered for another application.")
	ErrNoAudience   = problem.New(problem.BadRequest, "saml_audience_missing", "The provider's response does not say for whom it is.")
	ErrCondition    = problem.New(problem.BadRequest, "saml_condition_unknown", "The provider's response has a condition that is not understood here.")
	ErrNoConditions = problem.New(problem.BadRequest, "saml_conditions_missing", "The provider's response says neither for whom nor for how long it is.")
	ErrExpired      = problem.New(problem.BadRequest, "saml_expired", "The provider's response has expired, or the clocks differ.")
	ErrNotYet       = problem.New(problem.BadRequest, "saml_not_yet_valid", "The provider's response is not valid yet: the clocks differ.")
	ErrInstant      = problem.New(problem.BadRequest, "saml_issue_instant", "The provider's response has a time that cannot be read.")
	ErrRequest      = problem.New(problem.BadRequest, "saml_in_response_to_mismatch", "The provider's response answers another sign-in.")
	ErrUnsolicited  = problem.New(problem.BadRequest, "saml_unsolicited", "The provider's response answers a sign-in that was not started here.")
	ErrNoSubject    = problem.New(problem.BadRequest, "saml_subject_missing", "The provider's response does not say who signed in.")
	ErrNameID       = problem.New(problem.BadRequest, "saml_name_id_missing", "The provider's response has no name for who signed in.")
	ErrConfirmation = problem.New(problem.BadRequest, "saml_confirmation_missing", "The provider's response has no bearer confirmation.")
	ErrRecipient    = problem.New(problem.BadRequest, "saml_recipient_mismatch", "The provider's response was sent to another address.")
	ErrNoStatement  = problem.New(problem.BadRequest, "saml_authn_statement_missing", "The provider's response does not say that somebody signed in.")
	ErrReplay       = problem.New(problem.BadRequest, "saml_replay", "The provider's response was used already.")
)

// Who signed, and how.
var (
	ErrUnsigned           = problem.New(problem.BadRequest, "saml_signature_missing", "The provider's message is not signed.")
	ErrSignature          = problem.New(problem.BadRequest, "saml_signature_invalid", "The provider's signature does not belong to a certificate that is set up.")
	ErrSignatureForm      = problem.New(problem.BadRequest, "saml_signature_malformed", "The provider's signature is not built as SAML asks.")
	ErrSignatureAlgorithm = problem.New(problem.BadRequest, "saml_signature_algorithm", "The provider signs with an algorithm that is not safe.")
	ErrReferences         = problem.New(problem.BadRequest, "saml_reference_count", "The provider's signature covers more than one thing, or none.")
	ErrReference          = problem.New(problem.BadRequest, "saml_reference_mismatch", "The provider's signature covers something else than where it stands.")
	ErrTransform          = problem.New(problem.BadRequest, "saml_transform", "The provider's signature changes what it covers.")
	ErrDigest             = problem.New(problem.BadRequest, "saml_digest_mismatch", "The provider's message was changed after it was signed.")
	ErrExpiredCertificate = problem.New(problem.BadRequest, "saml_certificate_expired", "The provider's certificate that is set up has expired, and the signature is by another.")
	ErrNoCertificates     = problem.New(problem.BadRequest, "saml_certificate_missing", "No certificate of the provider is set up.")
)

// What was encrypted for us.
var (
	ErrEncryptionAlgorithm = problem.New(problem.BadRequest, "saml_encryption_algorithm", "The provider encrypts with an algorithm that is not accepted.")
	ErrDecryption          = problem.New(problem.BadRequest, "saml_decryption_failed", "The provider's response cannot be decrypted.")
	ErrNotEncrypted        = problem.New(problem.BadRequest, "saml_not_encrypted", "The provider's response is not encrypted, and this connection asks for that.")
)

// What an admin gave us, or what is set up.
var (
	ErrMetadata       = problem.New(problem.Invalid, "saml_metadata_invalid", "That is not the metadata of a SAML identity provider.")
	ErrLocation       = problem.New(problem.Invalid, "saml_location_invalid", "The metadata names an address that is not http or https.")
	ErrCertificate    = problem.New(problem.Invalid, "saml_certificate_invalid", "That is not a certificate. Paste the text from BEGIN CERTIFICATE to END CERTIFICATE, or the base64 between them.")
	ErrCertificateKey = problem.New(problem.Invalid, "saml_certificate_key", "The certificate's key is of a kind that is not accepted. RSA from 2048 bits and ECDSA on P-256, P-384 and P-521 are.")
	ErrSettings       = problem.New(problem.Invalid, "saml_settings_incomplete", "The connection is not set up completely.")
)
