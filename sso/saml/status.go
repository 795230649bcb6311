package saml

import (
	"strings"

	"gatehouse/sso/trail"
)

// maxStatusCodes bounds the nesting that is read; two are usual.
const maxStatusCodes = 5

// checkStatus takes success alone. What a provider says else is kept word for
// word: its console's log has the same words.
func checkStatus(status *node) *trail.Refusal {
	if status == nil {
		return refuse(ErrStructure, trail.Structure, "one status", "none, or several")
	}
	top := status.only(protocolNS, "StatusCode")
	if top == nil {
		return refuse(ErrStructure, trail.Structure, "one status code", "none, or several")
	}
	if top.attribute("Value") == success {
		return nil
	}
	return refuse(ErrStatus, trail.Status, "Success", statusText(status))
}

// statusText is the nested codes, the outermost first, and the message:
// "Responder / AuthnFailed: AADSTS50105: The signed in user is not assigned…".
func statusText(status *node) string {
	var codes []string
	for code := status.only(protocolNS, "StatusCode"); code != nil && len(codes) < maxStatusCodes; code = code.only(protocolNS, "StatusCode") {
		value := code.attribute("Value")
		codes = append(codes, value[strings.LastIndexByte(value, ':')+1:])
	}
	text := strings.Join(codes, " / ")
	if message := status.only(protocolNS, "StatusMessage").word(); message != "" {
		text += ": " + message
	}
	return text
}
