package oauth

import (
	"net/url"
	"strings"
	"testing"
)

// O8: whatever is not the registered text is refused, because a code sent to a
// look-alike address is a stolen account.
func TestRedirectURIsMatchExactly(t *testing.T) {
	const registered = "https://app.example.com/cb"
	for asked, want := range map[string]bool{
		registered:                           true,
		registered + "/":                     false,
		registered + "?x=1":                  false,
		registered + "#x":                    false,
		registered + "/../evil":              false,
		registered + "%2F":                   false,
		"https://app.example.com/CB":         false,
		"https://APP.example.com/cb":         false,
		"http://app.example.com/cb":          false,
		"https://app.example.com:443/cb":     false,
		"https://app.example.com.evil.io/cb": false,
		"https://app.example.com@evil.io/cb": false,
		"https://evil.io/?https://app":       false,
		"https://app.example.com/c%62":       false,
		" " + registered:                     false,
		"":                                   false,
		"https://*.example.com/cb":           false,
	} {
		for _, native := range []bool{false, true} {
			if got := matchRedirect(registered, asked, native); got != want {
				t.Errorf("%q: %v", asked, got)
			}
		}
	}
}

// RFC 8252 §7.3: a native application listens on a port that is free.
func TestNativeLoopbackMayUseAnyPort(t *testing.T) {
	for _, tt := range []struct {
		registered, asked string
		want              bool
	}{
		{"http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", true},
		{"http://127.0.0.1:3000/cb", "http://127.0.0.1:51004/cb", true},
		{"http://127.0.0.1:3000/cb", "http://127.0.0.1/cb", true},
		{"http://[::1]/cb", "http://[::1]:51004/cb", true},
		{"http://127.0.0.1", "http://127.0.0.1:80", true},
		{"http://127.0.0.1/cb", "http://127.0.0.1:51004/cb/", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:51004/cb?x", false},
		{"http://127.0.0.1/cb", "http://[::1]:51004/cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:99@evil.io/cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1.evil.io/cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:/cb", false},
		{"http://127.0.0.1/cb", "http://127.0.0.1:123456/cb", false},
		{"http://127.0.0.1/cb", "https://127.0.0.1:51004/cb", false},
		{"http://localhost/cb", "http://localhost:51004/cb", false},
	} {
		if got := matchRedirect(tt.registered, tt.asked, true); got != tt.want {
			t.Errorf("%s for %s: %v", tt.asked, tt.registered, got)
		}
		if tt.registered != tt.asked && matchRedirect(tt.registered, tt.asked, false) {
			t.Errorf("%s for %s: a web client chose its port", tt.asked, tt.registered)
		}
	}
}

func TestRegisteringRedirectURIs(t *testing.T) {
	for uri, want := range map[string][2]bool{ // web, native
		"https://app.example.com/cb":      {true, true},
		"https://app.example.com/cb?t=1":  {true, true},
		"http://localhost:3000/callback":  {true, true},
		"http://127.0.0.1/cb":             {true, true},
		"http://[::1]:3000/cb":            {true, true},
		"com.example.app:/cb":             {false, true},
		"http://app.example.com/cb":       {false, false},
		"https://*.example.com/cb":        {false, false},
		"https://app.example.com/cb#x":    {false, false},
		"https://user@app.example.com/cb": {false, false},
		"https:///cb":                     {false, false},
		"javascript:alert(1)":             {false, false},
		"data:text/html,x":                {false, false},
		"file:///etc/passwd":              {false, false},
		"//evil.example":                  {false, false},
		"/cb":                             {false, false},
		"":                                {false, false},
		"https://app.example.com/c b":     {false, false},
		"https://app.example.com\\@evil":  {false, false},
		"https://münchen.example/cb":      {false, false},
		"https://a.example/" + strings.Repeat("x", maxURI): {false, false},
	} {
		for i, native := range []bool{false, true} {
			if got := validRedirect(uri, native) == nil; got != want[i] {
				t.Errorf("%q, native %v: %v", uri, native, got)
			}
		}
	}
}

func TestParametersJoinAnExistingQuery(t *testing.T) {
	for uri, want := range map[string]string{
		"https://a.example/cb":     "https://a.example/cb?code=1",
		"https://a.example/cb?t=1": "https://a.example/cb?t=1&code=1",
		"https://a.example/cb?":    "https://a.example/cb?code=1",
	} {
		if got := withParams(uri, url.Values{"code": {"1"}}); got != want {
			t.Errorf("%s: %s", uri, got)
		}
	}
}

// Whatever matches leads to the registered host: nothing that a browser reads
// as another host may ever match.
func FuzzRedirectMatch(f *testing.F) {
	for _, s := range []string{"http://127.0.0.1:80/cb", "http://127.0.0.1:9@evil.io/cb", "http://[::1]:7/cb", "http://127.0.0.1\\@evil/cb", "HTTP://127.0.0.1/cb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, asked string) {
		for _, registered := range []string{"http://127.0.0.1/cb", "http://[::1]/cb", "https://app.example.com/cb"} {
			if !matchRedirect(registered, asked, true) {
				continue
			}
			want, _ := url.Parse(registered)
			got, err := url.Parse(asked)
			if err != nil || got.Scheme != want.Scheme || got.Hostname() != want.Hostname() || got.Path != want.Path || got.RawQuery != "" || got.User != nil || got.Fragment != "" {
				t.Fatalf("%q passes for %q", asked, registered)
			}
		}
	})
}
