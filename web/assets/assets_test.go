package assets

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func ask(t *testing.T, method, url string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, url, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, from io.Reader) string {
	t.Helper()
	all, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

// A browser keeps these for a year: a URL that did not change with its content
// would leave people with last month's stylesheet.
func TestURLsCarryTheHashOfWhatIsServed(t *testing.T) {
	t.Parallel()
	for name := range catalogue() {
		res := ask(t, http.MethodGet, URL(name))
		if res.StatusCode != http.StatusOK {
			t.Fatalf("%s: status %d", URL(name), res.StatusCode)
		}
		sum := sha256.Sum256([]byte(body(t, res.Body)))
		if !strings.Contains(URL(name), "."+hex.EncodeToString(sum[:8])+".") {
			t.Errorf("%s is not named for its content", URL(name))
		}
		if got := res.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control %q", name, got)
		}
		if got := res.Header.Get("X-Content-Type-Options"); got != "nosniff" {
			t.Errorf("%s: nosniff is missing", name)
		}
	}
}

// nosniff makes a wrong type a blocked file.
func TestContentTypes(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"app.css": "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8",
		"icons.svg": "image/svg+xml", "inter-latin.woff2": "font/woff2",
	}
	for name, contentType := range want {
		if got := ask(t, http.MethodGet, URL(name)).Header.Get("Content-Type"); got != contentType {
			t.Errorf("%s: %q, want %q", name, got, contentType)
		}
	}
}

// Text travels squeezed when the browser can take it, and only then.
func TestTextIsSqueezed(t *testing.T) {
	t.Parallel()
	plain := ask(t, http.MethodGet, URL("app.css"))
	zipped := ask(t, http.MethodGet, URL("app.css"), "Accept-Encoding", "br;q=1.0, gzip;q=0.8")
	refused := ask(t, http.MethodGet, URL("app.css"), "Accept-Encoding", "gzip;q=0")
	if zipped.Header.Get("Content-Encoding") != "gzip" || zipped.Header.Get("Vary") != "Accept-Encoding" {
		t.Fatalf("not squeezed: %v", zipped.Header)
	}
	if plain.Header.Get("Content-Encoding") != "" || refused.Header.Get("Content-Encoding") != "" {
		t.Fatal("squeezed without being asked")
	}
	if plain.Header.Get("ETag") == zipped.Header.Get("ETag") {
		t.Error("two representations share an ETag (RFC 9110 §8.8.3)")
	}
	unzipped, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	if body(t, unzipped) != body(t, plain.Body) {
		t.Error("the squeezed stylesheet differs")
	}
	if got := ask(t, http.MethodGet, URL("inter-latin.woff2"), "Accept-Encoding", "gzip"); got.Header.Get("Content-Encoding") != "" {
		t.Error("a font is squeezed already")
	}
}

// A revalidation must not send 46 KB again.
func TestUnchangedAnswers304(t *testing.T) {
	t.Parallel()
	tag := ask(t, http.MethodGet, URL("app.js")).Header.Get("ETag")
	res := ask(t, http.MethodGet, URL("app.js"), "If-None-Match", `"other", W/`+tag)
	if res.StatusCode != http.StatusNotModified || body(t, res.Body) != "" {
		t.Errorf("status %d", res.StatusCode)
	}
	if res := ask(t, http.MethodHead, URL("app.js")); body(t, res.Body) != "" || res.ContentLength <= 0 {
		t.Errorf("HEAD: length %d", res.ContentLength)
	}
}

// During a rolling release a page may ask for a hash this process never had.
func TestAnotherHashIsServedButNotKept(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"/assets/app.0123456789abcdef.css", "/assets/app.css"} {
		res := ask(t, http.MethodGet, url)
		if res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %d %q", url, res.StatusCode, res.Header.Get("Cache-Control"))
		}
	}
}

// The handler must not become a way to read anything else.
func TestNothingElseIsServed(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"/assets/", "/assets/../go.mod", "/assets/files.go", "/assets/css/10-tokens.css", "/other"} {
		if res := ask(t, http.MethodGet, url); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", url, res.StatusCode)
		}
	}
	if res := ask(t, http.MethodPost, URL("app.css")); res.StatusCode != http.StatusMethodNotAllowed || res.Header.Get("Allow") == "" {
		t.Errorf("POST: %d", res.StatusCode)
	}
}

// A font whose URL lacks the hash would be fetched anew on every page.
func TestStylesheetPointsAtHashedFonts(t *testing.T) {
	t.Parallel()
	css := catalogue()["app.css"].body
	urls := regexp.MustCompile(`url\(([^)]*)\)`).FindAllStringSubmatch(css, -1)
	if len(urls) != 4 {
		t.Fatalf("%d url() in the stylesheet, want the four fonts", len(urls))
	}
	for _, u := range urls {
		res := ask(t, http.MethodGet, strings.Trim(u[1], `"`))
		if res.StatusCode != http.StatusOK || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s is not a hashed asset", u[1])
		}
	}
}

// A typing mistake in a page should fail the first test that renders it.
func TestUnknownNamePanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	URL("app.scss")
}
