package portal

import (
	"errors"
	"testing"
)

// An address that runs code or hides whose it is must not stand behind "Back to
// the app".
func TestReturnURLs(t *testing.T) {
	for text, good := range map[string]bool{
		"https://fieldnote.example/settings?tab=sso#x": true,
		"http://localhost:3000/back":                   true,
		"http://127.0.0.1/back":                        true,
		"http://[::1]:3000/":                           true,
		"http://fieldnote.example/":                    false,
		"javascript:alert(1)":                          false,
		"https://fieldnote.example@evil.example/":      false,
		"https:/fieldnote.example":                     false,
		"https://":                                     false,
		"//evil.example":                               false,
		"/admin":                                       false,
		"https://fieldnote.example/\\evil":             false,
		"https://fieldnote.example/ x":                 false,
		"data:text/html,x":                             false,
		"":                                             false,
	} {
		if _, err := ParseReturnURL(text); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A link for one task must not open the others.
func TestIntents(t *testing.T) {
	for intent, want := range map[string]Scope{"sso": SSO, "dsync": Directory, "audit_logs": AuditLog, "log_streams": LogStream, "domain_verification": Domains, "certificate_renewal": Certificates} {
		if got, err := ScopesOf(intent); err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%s: %v %v", intent, got, err)
		}
	}
	if got, err := ScopesOf(""); err != nil || len(got) != len(LinkScopes) {
		t.Errorf("without an intent: %v %v", got, err)
	}
	for _, intent := range []string{"bring_your_own_key", "SSO", "policies"} {
		if _, err := ScopesOf(intent); !errors.Is(err, ErrInvalidIntent) {
			t.Errorf("%s: %v", intent, err)
		}
	}
}
