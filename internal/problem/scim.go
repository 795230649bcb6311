package problem

import (
	"slices"
	"strconv"
)

// scimTypes are the words that RFC 7644 table 9 has for what is wrong.
var scimTypes = []string{"invalidFilter", "tooMany", "uniqueness", "mutability", "invalidSyntax", "invalidPath", "noTarget", "invalidValue", "invalidVers", "sensitive"}

// SCIMBody is the body of a SCIM endpoint for e (RFC 7644 §3.12). A code that
// is one of the RFC's is the scimType. The customer's administrator reads the
// detail in the identity provider's log.
func (e *Error) SCIMBody() map[string]any {
	body := map[string]any{
		"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:Error"},
		"status":  strconv.Itoa(e.Status()), "detail": e.Message,
	}
	if slices.Contains(scimTypes, e.Code) {
		body["scimType"] = e.Code
	}
	return body
}
