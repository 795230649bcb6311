package dashboard

import (
	"gatehouse/social"
	"gatehouse/web/ui"
)

func callbackBox(address string) ui.CopyBoxProps {
	return ui.CopyBoxProps{ID: "redirect-uri", Value: address, Label: "Copy redirect URI", Copy: "Copy", Copied: "Copied"}
}

func credentialsWord(fromEnvironment bool) string {
	if fromEnvironment {
		return "Environment"
	}
	return "Dashboard"
}

func optionalName(t social.Type) string {
	if t == social.OIDC {
		return ""
	}
	return "(optional)"
}

func optionalIssuer(t social.Type) string { return optionalName(t) }

func issuerLabel(t social.Type) string {
	if t == social.OIDC {
		return "Issuer"
	}
	return "Your own instance"
}

func issuerHint(t social.Type) string {
	switch t {
	case social.OIDC:
		return "Exactly as the provider writes it. Its metadata is read from there."
	case social.GitHub:
		return "The address of a GitHub Enterprise server. Empty: github.com."
	}
	return "Empty: gitlab.com."
}

func clientLabel(t social.Type) string {
	if t == social.Apple {
		return "Services ID"
	}
	return "Client ID"
}

func secretHint(t social.Type, there bool) string {
	switch {
	case there:
		return "One is stored. Leave this empty to keep it."
	case t == social.Apple:
		return "The whole .p8 file. It is sealed, and nobody sees it again."
	}
	return "It is sealed, and nobody sees it again."
}

// saveKind is the kind of the form's button: a page has one primary button,
// and a question over it has that.
func saveKind(asked bool) string {
	if asked {
		return ""
	}
	return "primary"
}
