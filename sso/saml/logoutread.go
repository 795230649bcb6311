package saml

import (
	"bytes"
	"compress/flate"
	"io"
	"net/url"
	"strings"

	"gatehouse/sso/trail"
)

// LogoutMessage is a logout message that was read, and not verified.
type LogoutMessage struct {
	document   []byte
	root       *node
	relayState string
	beside     *signatureBeside // by redirect; nil by POST, whose signature is inside
}

// signatureBeside is the signature of the redirect binding: over the query as
// it came, in its own escapes (AD FS writes %2f where others write %2F).
type signatureBeside struct{ signed, algorithm, value string }

// IsRequest tells a LogoutRequest from a LogoutResponse.
func (m *LogoutMessage) IsRequest() bool { return m.root.local == "LogoutRequest" }

// UnverifiedInResponseTo names the request that a LogoutResponse claims to
// answer. It is only good for finding that request.
func (m *LogoutMessage) UnverifiedInResponseTo() string {
	return trail.Clean(m.root.attribute("InResponseTo"))
}

// UnverifiedID is the message's own id as it claims; good for a log alone.
func (m *LogoutMessage) UnverifiedID() string { return trail.Clean(m.root.attribute("ID")) }

// Document is the XML as it came, for Redact.
func (m *LogoutMessage) Document() []byte { return m.document }

// ReadLogoutForm reads a logout message by POST: one of the first two is "".
func ReadLogoutForm(samlRequest, samlResponse, relayState string) (*LogoutMessage, error) {
	if (samlRequest == "") == (samlResponse == "") {
		return nil, refuse(ErrXML, trail.Structure, "SAMLRequest or SAMLResponse", "both, or none")
	}
	document, r := decodeField(samlRequest + samlResponse)
	if r != nil {
		return nil, r
	}
	m, r := readLogout(document, samlRequest != "")
	if r != nil {
		return nil, r
	}
	m.relayState = relayState
	return m, nil
}

// ReadLogoutQuery reads a logout message by redirect. It takes the query as it
// came, because the signature covers its bytes (SAML Bindings §3.4.4.1).
func ReadLogoutQuery(rawQuery string) (*LogoutMessage, error) {
	if len(rawQuery) > messageLimits.bytes {
		return nil, refuse(ErrTooLarge, trail.Structure, "", "the query is too large")
	}
	raw, r := parameters(rawQuery)
	if r != nil {
		return nil, r
	}
	parameter := "SAMLRequest"
	if raw[parameter] == "" {
		parameter = "SAMLResponse"
	}
	if raw["SAMLRequest"] != "" && raw["SAMLResponse"] != "" || raw[parameter] == "" {
		return nil, refuse(ErrXML, trail.Structure, "SAMLRequest or SAMLResponse", "both, or none")
	}
	document, r := inflate(unescaped(raw[parameter]))
	if r != nil {
		return nil, r
	}
	m, r := readLogout(document, parameter == "SAMLRequest")
	if r != nil {
		return nil, r
	}
	m.relayState = unescaped(raw["RelayState"])
	m.beside = beside(raw, parameter)
	return m, nil
}

// parameters are the ones that count, as they came. One that is there twice
// could be read in two ways.
func parameters(rawQuery string) (map[string]string, *trail.Refusal) {
	raw := map[string]string{}
	for pair := range strings.SplitSeq(rawQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		switch name {
		case "SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature", "SAMLEncoding":
		default:
			continue
		}
		if _, twice := raw[name]; twice {
			return nil, refuse(ErrXML, trail.Structure, "one "+name, "several")
		}
		if _, err := url.QueryUnescape(value); err != nil {
			return nil, refuse(ErrXML, trail.Structure, "", "an escape in "+name+" is broken")
		}
		raw[name] = value
	}
	if e := unescaped(raw["SAMLEncoding"]); e != "" && e != "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE" {
		return nil, refuse(ErrXML, trail.Structure, "DEFLATE", e)
	}
	return raw, nil
}

func beside(raw map[string]string, parameter string) *signatureBeside {
	signed := parameter + "=" + raw[parameter]
	if relayState, there := raw["RelayState"]; there {
		signed += "&RelayState=" + relayState
	}
	return &signatureBeside{signed: signed + "&SigAlg=" + raw["SigAlg"], algorithm: unescaped(raw["SigAlg"]), value: unescaped(raw["Signature"])}
}

// unescaped is a parameter that parameters has let through.
func unescaped(raw string) string {
	s, _ := url.QueryUnescape(raw)
	return s
}

// inflate stops where a document would be too large: a kilobyte of DEFLATE may
// hold a megabyte.
func inflate(parameter string) ([]byte, *trail.Refusal) {
	deflated, ok := decodeBase64(parameter)
	if !ok {
		return nil, refuse(ErrXML, trail.Structure, "", "the parameter is not base64")
	}
	document, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(deflated)), int64(messageLimits.bytes)+1))
	switch {
	case len(document) > messageLimits.bytes:
		return nil, refuse(ErrTooLarge, trail.Structure, "", "the message is too large")
	case err != nil:
		return nil, refuse(ErrXML, trail.Structure, "", "the parameter is not deflated")
	}
	return document, nil
}

func readLogout(document []byte, request bool) (*LogoutMessage, *trail.Refusal) {
	root, err := read(document, messageLimits)
	if err != nil {
		return nil, unread(err, trail.Structure)
	}
	want := "LogoutResponse"
	if request {
		want = "LogoutRequest"
	}
	if !root.is(protocolNS, want) {
		return nil, refuse(ErrStructure, trail.Structure, "a "+want, root.local)
	}
	return &LogoutMessage{document: document, root: root}, nil
}
