package assets

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"sync"
)

var (
	//go:embed files/css
	styles embed.FS
	//go:embed files/app.js
	appJS string
	//go:embed files/passkey.js
	passkeyJS string
	//go:embed files/puzzle.js
	puzzleJS string
	//go:embed files/icons.svg
	iconsSVG string
	//go:embed files/favicon.svg
	faviconSVG string
	//go:embed files/inter-latin.woff2
	interLatin string
	//go:embed files/inter-latin-ext.woff2
	interLatinExt string
	//go:embed files/inter-cyrillic.woff2
	interCyrillic string
	//go:embed files/inter-greek.woff2
	interGreek string
	//go:embed files/inter-LICENSE.txt
	interLicence string
)

// Prefix is where the handler is mounted.
const Prefix = "/assets/"

// file is one asset, ready to be sent. Its body points into the binary.
type file struct {
	name        string // as the caller says it: app.css
	url         string // with the hash: /assets/app.1f2e….css
	contentType string
	etag        string
	body        string
	squeezed    func() string // gzip, made once when first asked; nil for fonts
}

// catalogue finds a file by its plain name. Built on first use: that takes a
// few milliseconds, which start-up need not wait for.
var catalogue = sync.OnceValue(func() map[string]*file {
	all := map[string]*file{}
	add := func(name, contentType, body string, text bool) {
		all[name] = newFile(name, contentType, body, text)
	}
	add("inter-latin.woff2", "font/woff2", interLatin, false)
	add("inter-latin-ext.woff2", "font/woff2", interLatinExt, false)
	add("inter-cyrillic.woff2", "font/woff2", interCyrillic, false)
	add("inter-greek.woff2", "font/woff2", interGreek, false)
	add("inter-LICENSE.txt", "text/plain; charset=utf-8", interLicence, true)
	add("icons.svg", "image/svg+xml", iconsSVG, true)
	add("favicon.svg", "image/svg+xml", faviconSVG, true)
	add("app.js", "text/javascript; charset=utf-8", appJS, true)
	add("passkey.js", "text/javascript; charset=utf-8", passkeyJS, true)
	add("puzzle.js", "text/javascript; charset=utf-8", puzzleJS, true)
	add("app.css", "text/css; charset=utf-8", withURLs(stylesheet(), all), true)
	return all
})

func newFile(name, contentType, body string, text bool) *file {
	sum := sha256.Sum256([]byte(body))
	hash := hex.EncodeToString(sum[:8])
	ext := path.Ext(name)
	f := &file{
		name:        name,
		url:         Prefix + strings.TrimSuffix(name, ext) + "." + hash + ext,
		contentType: contentType,
		etag:        hash,
		body:        body,
	}
	if text {
		f.squeezed = sync.OnceValue(func() string { return squeeze(body) })
	}
	return f
}

// stylesheet is the folder css as one file, in the order of the names, without
// the spaces and comments that are there for us.
func stylesheet() string {
	var all strings.Builder
	names, err := fs.Glob(styles, "files/css/*.css")
	if err != nil {
		panic(err) // the pattern above is wrong
	}
	for _, name := range names {
		part, err := styles.ReadFile(name)
		if err != nil {
			panic(err) // an embedded file cannot go missing
		}
		all.Write(part)
	}
	return tighten(all.String())
}

// tighten takes out of our own stylesheet what a browser does not read. It
// knows that no string in it holds a brace, a semicolon or a comment.
func tighten(css string) string {
	css = comments.ReplaceAllString(css, "")
	css = blocks.ReplaceAllString(css, "$1")
	css = strings.TrimSpace(css)
	return strings.NewReplacer(";}", "}", ": ", ":", ", ", ",", " > ", ">").Replace(css)
}

var (
	comments = regexp.MustCompile(`(?s)/\*.*?\*/`)
	blocks   = regexp.MustCompile(`\s*([{};])\s*`)
)

// withURLs gives the stylesheet's url("inter-….woff2") their hashed names, so
// that a font changes its address when it changes its content.
func withURLs(css string, known map[string]*file) string {
	for name, f := range known {
		css = strings.ReplaceAll(css, `url("`+name+`")`, `url("`+f.url+`")`)
	}
	return css
}

// URL is the address of an asset, which changes with its content. An unknown
// name is a mistake in the calling code, found by the first test that renders
// the page.
func URL(name string) string {
	f, ok := catalogue()[name]
	if !ok {
		panic("assets: no file named " + name)
	}
	return f.url
}
