package sink

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// azure answers as Microsoft documents Put Blob: a recorded protocol. (The same
// requests were given to Azurite 3.37 too, Microsoft's own emulator, which
// took them; it cannot be had on every machine that tests.)
type azure struct {
	t *testing.T

	mu     sync.Mutex
	blobs  map[string]string
	refuse string // an error code that is answered
}

const azureTestKey = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2traw=="

func (a *azure) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	answer := func(status int, code string) {
		if code != "" {
			w.Header().Set("x-ms-error-code", code)
		}
		w.WriteHeader(status)
		if code != "" {
			fmt.Fprintf(w, `<?xml version="1.0" encoding="utf-8"?><Error><Code>%s</Code></Error>`, code)
		}
	}
	h := r.Header.Get
	// What Microsoft's page on Shared Key says is signed, written out.
	signed := "PUT\n\n\n" + fmt.Sprint(len(body)) + "\n\napplication/gzip\n\n\n\n*\n\n\nx-ms-blob-type:BlockBlob\nx-ms-date:" + h("x-ms-date") + "\nx-ms-version:" + azureVersion + "\n/haldenlogs" + r.URL.EscapedPath()
	byKey := h("Authorization") == "SharedKey haldenlogs:"+hmacBase64(a.t, azureTestKey, signed)
	bySignature := r.URL.Query().Get("sig") == "c2ln" && h("Authorization") == ""
	_, taken := a.blobs[r.URL.Path]
	switch {
	case a.refuse == "ServerBusy":
		answer(http.StatusServiceUnavailable, a.refuse)
	case a.refuse == "ContainerNotFound":
		answer(http.StatusNotFound, a.refuse)
	case r.Method != http.MethodPut || h("If-None-Match") != "*" || h("x-ms-blob-type") != "BlockBlob" || !byKey && !bySignature:
		answer(http.StatusForbidden, "AuthenticationFailed")
	case taken:
		answer(http.StatusConflict, "BlobAlreadyExists")
	default:
		a.blobs[r.URL.Path] = string(body)
		answer(http.StatusCreated, "")
	}
}

// A container at Azure must have each entry once, by key and by signature alike.
func TestBlobsGoToAzureOnce(t *testing.T) {
	for field, secret := range map[string]string{"account_key": azureTestKey, "sas": "?sv=2022-11-02&sp=c&sig=c2ln"} {
		a := &azure{t: t, blobs: map[string]string{}}
		server := httptest.NewServer(a)
		t.Cleanup(server.Close)
		s, err := openAzure(Settings{Values: map[string]string{"account": "haldenlogs", "container": "audit", "endpoint": server.URL, "prefix": "x", field: secret}}, local())
		if err != nil {
			t.Fatal(err)
		}
		b := Batch{[]Entry{entry(1, "org_A", hour), entry(2, "", hour)}}
		for range 2 {
			if err := s.Send(t.Context(), b); err != nil {
				t.Fatal(field, err)
			}
		}
		if len(a.blobs) != 2 {
			t.Errorf("%s: %d blobs", field, len(a.blobs))
		}
		for name, body := range a.blobs {
			if !strings.HasPrefix(name, "/audit/x/organization=") || !strings.Contains(unpacked(t, strings.NewReader(body)), `"sequence":`) {
				t.Errorf("%s holds %q", name, body)
			}
		}
		for code, refused := range map[string]bool{"ContainerNotFound": true, "ServerBusy": false} {
			a.refuse = code
			if f := FailureOf(s.Send(t.Context(), b)); f.Refused != refused {
				t.Errorf("%s: %+v", code, f)
			}
		}
		_ = s.Close()
	}
}

// What can never work is refused when it is set up, and nothing leaves for an
// address inside.
func TestSettingsOfContainersThatAreRefused(t *testing.T) {
	for what, more := range map[string][]string{
		"no secret":    {"account_key", ""},
		"both":         {"sas", "sig=c2ln"},
		"key":          {"account_key", "not base64!"},
		"signature":    {"account_key", "", "sas", "sv=2022-11-02"},
		"account":      {"account", "x.evil.example/"},
		"container":    {"container", "a--b"},
		"metadata":     {"endpoint", "https://169.254.169.254"},
		"in the clear": {"endpoint", "http://blob.example.com"},
		"query":        {"endpoint", "https://blob.example.com/?sig=c2ln"},
	} {
		values := map[string]string{"account": "haldenlogs", "container": "audit", "account_key": azureTestKey}
		for i := 0; i+1 < len(more); i += 2 {
			values[more[i]] = more[i+1]
		}
		if _, err := openAzure(Settings{Values: values}, strict()); err == nil {
			t.Errorf("%s: opened", what)
		}
	}
}

func hmacBase64(t *testing.T, key, text string) string {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(key)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, raw)
	_, _ = mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
