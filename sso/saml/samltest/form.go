package samltest

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"

	crewjam "github.com/crewjam/saml"
)

// Form writes a page that posts by itself, and by its button without a script.
func Form(w http.ResponseWriter, action string, fields url.Values) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprintf(w, `<!doctype html><title>Test provider</title><form method="post" action="%s">`, html.EscapeString(action))
	for name := range fields {
		_, _ = fmt.Fprintf(w, `<input type="hidden" name="%s" value="%s">`, html.EscapeString(name), html.EscapeString(fields.Get(name)))
	}
	_, _ = fmt.Fprint(w, `<button>Continue</button></form><script>document.forms[0].submit()</script>`)
}

var (
	actions = regexp.MustCompile(`<form[^>]* action="([^"]*)"`)
	inputs  = regexp.MustCompile(`<input[^>]* name="([^"]*)" value="([^"]*)"`)
)

// ReadForm is what a browser would post of a page with one form.
func ReadForm(page string) (action string, fields url.Values) {
	fields = url.Values{}
	if m := actions.FindStringSubmatch(page); m != nil {
		action = html.UnescapeString(m[1])
	}
	for _, m := range inputs.FindAllStringSubmatch(page, -1) {
		fields.Set(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	return action, fields
}

// received is a logout message that came; ID is "" for a response.
type received struct {
	ID, issuer, relayState string
	document               []byte
}

func readLogout(r *http.Request) (l received, err error) {
	parameter := "SAMLRequest"
	if r.FormValue(parameter) == "" {
		parameter = "SAMLResponse"
	}
	l.relayState = r.FormValue("RelayState")
	if r.Method == http.MethodPost {
		l.document, err = base64.StdEncoding.DecodeString(r.FormValue(parameter))
	} else {
		l.document, err = Inflate(r.FormValue(parameter))
	}
	if err != nil || parameter == "SAMLResponse" {
		return l, err
	}
	var request crewjam.LogoutRequest
	if err := xml.Unmarshal(l.document, &request); err != nil {
		return l, err
	}
	l.ID = request.ID
	if request.Issuer != nil {
		l.issuer = request.Issuer.Value
	}
	return l, nil
}
