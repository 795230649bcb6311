package assets

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// Handler serves everything below Prefix.
func Handler() http.Handler {
	return http.HandlerFunc(serve)
}

func serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	f, current := lookup(r.URL.Path)
	if f == nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	if !current {
		h.Set("Cache-Control", "no-cache")
	}
	send(w, r, f)
}

// lookup finds the file of a request. A hash that is not today's still gets
// the file, uncached: during a rolling release a page of the old process asks
// the new one for its stylesheet, and an unstyled login page would be worse
// than a slightly different one.
func lookup(url string) (f *file, current bool) {
	name, ok := strings.CutPrefix(url, Prefix)
	if !ok {
		return nil, false
	}
	if f := catalogue()[plain(name)]; f != nil {
		return f, f.url == url
	}
	return nil, false
}

// plain takes the hash out of a name: app.1f2e….css is app.css.
func plain(name string) string {
	ext := path.Ext(name)
	base := strings.TrimSuffix(name, ext)
	if dot := strings.LastIndexByte(base, '.'); dot >= 0 {
		base = base[:dot]
	}
	return base + ext
}

func send(w http.ResponseWriter, r *http.Request, f *file) {
	body, etag := f.body, f.etag
	if f.squeezed != nil {
		w.Header().Set("Vary", "Accept-Encoding")
		if takesGzip(r.Header.Get("Accept-Encoding")) {
			body, etag = f.squeezed(), f.etag+"-gz"
			w.Header().Set("Content-Encoding", "gzip")
		}
	}
	etag = `"` + etag + `"`
	w.Header().Set("ETag", etag)
	if matches(r.Header.Get("If-None-Match"), etag) {
		w.Header().Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		// The browser went away: nobody is left to tell.
		_, _ = io.WriteString(w, body)
	}
}

// takesGzip reads Accept-Encoding as RFC 9110 §12.5.3 says, as far as gzip
// goes: named and not refused with a weight of zero.
func takesGzip(accept string) bool {
	for coding := range strings.SplitSeq(accept, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(coding), ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		_, weight, weighted := strings.Cut(params, "=")
		if !weighted {
			return true
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(weight), 64)
		return err == nil && q > 0
	}
	return false
}

// matches compares weakly, as RFC 9110 §13.1.2 asks for If-None-Match.
func matches(header, etag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		candidate = strings.TrimPrefix(strings.TrimSpace(candidate), "W/")
		if candidate == etag || candidate == "*" {
			return true
		}
	}
	return false
}

func squeeze(body string) string {
	var out bytes.Buffer
	// Writing to memory cannot fail, nor can a level that exists.
	zip, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	_, _ = io.WriteString(zip, body)
	_ = zip.Close()
	return out.String()
}
