package sink

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// google answers as Google documents its OAuth 2.0 server-to-server flow and
// Cloud Storage's JSON API ("Upload an object from memory"): a recorded
// protocol, there is no such service to be had here.
type google struct {
	t   *testing.T
	key *rsa.PrivateKey

	mu      sync.Mutex
	objects map[string]string // by name
	tokens  int
	refuse  int // a status that uploads are answered with
}

func newGoogle(t *testing.T) (*google, googleEndpoints) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	g := &google{t: t, key: key, objects: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", g.token)
	mux.HandleFunc("POST /upload/storage/v1/b/{bucket}/o", g.upload)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return g, googleEndpoints{server.URL + "/token", server.URL + "/upload/storage/v1/b/"}
}

// token checks the assertion (RFC 7523) with the service account's key.
func (g *google) token(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(r.FormValue("assertion"), ".")
	var claims struct{ Iss, Scope, Aud string }
	if len(parts) == 3 {
		signature, _ := base64.RawURLEncoding.DecodeString(parts[2])
		digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
		payload, _ := base64.RawURLEncoding.DecodeString(parts[1])
		if rsa.VerifyPKCS1v15(&g.key.PublicKey, crypto.SHA256, digest[:], signature) == nil {
			_ = json.Unmarshal(payload, &claims)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	if r.FormValue("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" || claims.Iss != "logs@halden.iam.gserviceaccount.com" || claims.Scope != gcsScope || claims.Aud != "http://"+r.Host+"/token" {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":"invalid_grant","error_description":"Invalid JWT Signature."}`)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.tokens++
	fmt.Fprint(w, `{"access_token":"ya29.token","expires_in":3599,"token_type":"Bearer"}`)
}

func (g *google) upload(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	name := r.URL.Query().Get("name")
	status := func(code int) {
		w.WriteHeader(code)
		fmt.Fprintf(w, `{"error":{"code":%d,"message":"%s"}}`, code, http.StatusText(code))
	}
	switch {
	case g.refuse != 0:
		status(g.refuse)
	case r.Header.Get("Authorization") != "Bearer ya29.token":
		status(http.StatusUnauthorized)
	case r.PathValue("bucket") != "halden-logs":
		status(http.StatusNotFound)
	case r.URL.Query().Get("uploadType") != "media" || r.URL.Query().Get("ifGenerationMatch") != "0":
		g.t.Errorf("uploaded by %s", r.URL)
	case g.objects[name] != "":
		status(http.StatusPreconditionFailed)
	default:
		body, _ := io.ReadAll(r.Body)
		g.objects[name] = string(body)
		fmt.Fprintf(w, `{"kind":"storage#object","name":%q,"bucket":"halden-logs","generation":"1"}`, name)
	}
}

func accountKey(t *testing.T, key *rsa.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]string{"type": "service_account", "client_email": "logs@halden.iam.gserviceaccount.com", "private_key_id": "k1",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"token_uri":   "http://169.254.169.254/token"}) // what the file says of addresses is not followed
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A bucket at Google must have each entry once, also after a batch came again.
func TestObjectsGoToGoogleOnce(t *testing.T) {
	g, at := newGoogle(t)
	s, err := openGCS(Settings{Values: map[string]string{"bucket": "halden-logs", "prefix": "audit", "service_account_key": accountKey(t, g.key)}}, local(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	b := Batch{[]Entry{entry(1, "org_A", hour), entry(2, "org_B", hour), entry(3, "org_A", hour)}}
	for range 2 {
		if err := s.Send(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	if len(g.objects) != 2 || g.tokens != 1 {
		t.Errorf("%d objects with %d tokens", len(g.objects), g.tokens)
	}
	for name, body := range g.objects {
		if strings.HasPrefix(name, "audit/organization=org_A/") && unpacked(t, strings.NewReader(body)) != string(b.Entries[0].Line)+"\n"+string(b.Entries[2].Line)+"\n" {
			t.Errorf("%s holds something else", name)
		}
	}
	for code, refused := range map[int]bool{403: true, 404: true, 429: false, 503: false} {
		g.refuse = code
		if f := FailureOf(s.Send(t.Context(), b)); f.Refused != refused {
			t.Errorf("%d: %+v", code, f)
		}
	}
}

// A key that Google does not know must be named as the reason.
func TestAForeignServiceAccountIsRefusedInWords(t *testing.T) {
	_, at := newGoogle(t)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s, err := openGCS(Settings{Values: map[string]string{"bucket": "halden-logs", "service_account_key": accountKey(t, other)}}, local(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if f := FailureOf(s.Send(t.Context(), Batch{[]Entry{entry(1, "org_A", hour)}})); !f.Refused || !strings.Contains(f.Message, "service account") {
		t.Errorf("%+v", f)
	}
	for name, values := range map[string]map[string]string{
		"no key":    {"bucket": "halden-logs"},
		"no JSON":   {"bucket": "halden-logs", "service_account_key": "AIza"},
		"other key": {"bucket": "halden-logs", "service_account_key": `{"type":"authorized_user","client_email":"a","private_key":"b"}`},
		"bucket":    {"bucket": "halden/logs", "service_account_key": accountKey(t, other)},
	} {
		if _, err := openGCS(Settings{Values: values}, local(), at); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
}
