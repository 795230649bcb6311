// Package saml is Gatehouse as a SAML 2.0 service provider: it sends people to
// an organization's identity provider and decides what of its answers to
// believe. It is pure: no database, no network, no clock of its own; and
// nothing else in the product knows the libraries below it.
//
//	Settings             one connection, ours and theirs        settings.go, key.go
//	Settings.Request     the browser is sent away               request.go, build.go
//	ReadResponse, Verify its answer becomes an Assertion        below
//	LogoutRequest …      single logout both ways                logout*.go
//	Metadata, ParseMetadata                                     metadata.go, idp*.go
//	Redact               what the attempt recorder keeps        redact.go
//
// The caller stores requests, takes each up once, remembers assertion IDs until
// RememberUntil, and decides whose account it is.
//
// # The order of checks
//
// To audit, read in this order; verify.go has it as a table, and each step of
// it is one function.
//
//  1. reader.go, readernames.go: bytes to a tree. 512 KiB, UTF-8, one root, 20,000
//     elements, 40 deep, 64 attributes, 64 namespaces; no DOCTYPE, entity or
//     processing instruction; no name, prefix, attribute or id that another
//     reader could take for something else. encoding/xml's RawToken is the
//     tokenizer, and there is no second parser for anything.
//  2. address (verify.go): Destination is our ACS.
//  3. structure (structure.go): one assertion, as a child of the response;
//     signatures in the response and the assertion and nowhere else. Every form
//     of wrapping ends here, before any cryptography.
//  4. status (status.go): success, or the provider's own words.
//  5. decryption (decrypt.go, keytransport.go, ciphers.go): AES-GCM with
//     RSA-OAEP. A signature around is verified before.
//  6. signature (signatures.go, signature.go, reference.go, algorithms.go,
//     canonical.go): every signature that is there must verify, and one must be
//     there. One reference, to the parent's own id; two fixed transforms; SHA-2
//     with RSA or ECDSA; the configured certificates' keys alone. KeyInfo is
//     compared for the diagnosis and never used. From here on everything is
//     read from a tree of the bytes that were verified.
//  7. issuer and audience (conditions.go): all restrictions must name us, and a
//     condition that is not understood refuses.
//  8. time (times.go): every instant, with the connection's skew.
//  9. request (subject.go): every InResponseTo names the stored request, or none
//     is anywhere and the connection takes unsolicited responses.
//  10. subject (subject.go, second.go): one NameID, whole; a bearer confirmation
//     for our ACS with an end; and crewjam/saml's types, reading the same bytes,
//     must see the same person.
//
// Each refusal is a trail.Refusal with a code of errors.go, what was expected
// and what came. testdata/refused holds a document for each, and what some
// provider really sends is in testdata/accepted; `go test -run Responses
// -update` writes both anew from the tables in attacks_*_test.go.
//
// # What the libraries do here
//
// crewjam/saml has the types of what we send and of metadata, and reads
// verified assertions a second time; goxmldsig signs what we post. Neither
// verifies: their limits and holes (a thousand
// elements, no AES-256-GCM, several assertions, SHA-1, RSA 1.5, audiences
// or-ed, panics) lie on that path. Tests hold the canonical form against
// goxmldsig's and against digests that real providers computed.
//
// # Ciphers without integrity
//
// AES-CBC is taken where a connection allows it, because SimpleSAMLphp and AD FS
// can be set to nothing better. It makes an oracle of whoever tells good
// padding from bad. If the response around is signed, that signature is
// verified before our key is used, and nobody but the provider can ask. If only
// the assertion inside is signed (AD FS), everything from unwrapping the key to
// verifying that signature fails as the same saml_decryption_failed, with the
// same texts, trail and work; what comes after is authenticated, and may speak.
// RSA 1.5 is refused before any key of ours is used.
package saml
