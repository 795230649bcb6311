package e2e

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Browser is a person's browser without JavaScript. It follows redirects
// until they lead away from the server, where it stops and looks at the
// address.
type Browser struct {
	t      testing.TB
	client *http.Client
	home   string
	header http.Header // sent with every request
}

// Page is what a browser shows.
type Page struct {
	Status int
	URL    *url.URL
	Header http.Header
	Body   string
	Doc    *html.Node
	b      *Browser
}

// Browser is a fresh browser without cookies.
func (s *Server) Browser() *Browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.T.Fatal(err)
	}
	b := &Browser{t: s.T, home: s.URL, header: http.Header{}}
	b.client = &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(r.URL.String(), s.URL+"/") {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return b
}

// Set makes every request carry a header.
func (b *Browser) Set(name, value string) { b.header.Set(name, value) }

// From makes every request come from an address, as by the proxy that the
// test's server trusts.
func (b *Browser) From(ip string) *Browser {
	b.Set("X-Forwarded-For", ip)
	return b
}

// Get opens an address; one that begins with a slash is the server's.
func (b *Browser) Get(address string) *Page {
	b.t.Helper()
	return b.do(http.MethodGet, address, nil)
}

// Post sends a form to an address.
func (b *Browser) Post(address string, form url.Values) *Page {
	b.t.Helper()
	return b.do(http.MethodPost, address, form)
}

func (b *Browser) do(method, address string, form url.Values) *Page {
	b.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.home + address
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", b.home)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, values := range b.header {
		r.Header[name] = values
	}
	if host := b.header.Get("Host"); host != "" {
		r.Host = host
	}
	response, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.page(response, string(body))
}

func (b *Browser) page(response *http.Response, body string) *Page {
	b.t.Helper()
	p := &Page{Status: response.StatusCode, URL: response.Request.URL, Header: response.Header, Body: body, b: b}
	if to, err := response.Location(); err == nil { // it leads away
		p.URL = to
		return p
	}
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	p.Doc = doc
	return p
}

// Cookie is the value of a cookie that the server set, or "".
func (b *Browser) Cookie(name string) string {
	home, err := url.Parse(b.home)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.client.Jar.Cookies(home) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// Submit fills in the page's form by the names of its fields and sends it with
// whatever else is in it, as a person would.
func (p *Page) Submit(typed ...string) *Page {
	p.b.t.Helper()
	form := find(p.Doc, func(n *html.Node) bool { return n.Data == "form" && attr(n, "method") == "post" })
	if form == nil {
		p.b.t.Fatalf("%s (%d) has no form to post:\n%s", p.URL, p.Status, p.Text())
	}
	values := fields(form)
	for i := 0; i+1 < len(typed); i += 2 {
		values.Set(typed[i], typed[i+1])
	}
	action, err := p.URL.Parse(attr(form, "action"))
	if err != nil {
		p.b.t.Fatal(err)
	}
	return p.b.Post(action.String(), values)
}

// Follow clicks the link whose text holds words.
func (p *Page) Follow(words string) *Page {
	p.b.t.Helper()
	link := find(p.Doc, func(n *html.Node) bool { return n.Data == "a" && strings.Contains(text(n), words) })
	if link == nil {
		p.b.t.Fatalf("%s has no link %q:\n%s", p.URL, words, p.Text())
	}
	to, err := p.URL.Parse(attr(link, "href"))
	if err != nil {
		p.b.t.Fatal(err)
	}
	return p.b.Get(to.String())
}

// Has reports whether the page shows words.
func (p *Page) Has(words string) bool { return strings.Contains(p.Text(), words) }

// Text is what a person reads of the page, on one line.
func (p *Page) Text() string {
	if p.Doc == nil {
		return p.URL.String()
	}
	return text(p.Doc)
}

// Field is the value of the page's field of that name.
func (p *Page) Field(name string) string {
	n := find(p.Doc, func(n *html.Node) bool { return n.Data == "input" && attr(n, "name") == name })
	if n == nil {
		return ""
	}
	return attr(n, "value")
}

func fields(form *html.Node) url.Values {
	values := url.Values{}
	walk(form, func(n *html.Node) {
		if name := attr(n, "name"); n.Data == "input" && name != "" {
			values.Set(name, attr(n, "value"))
		}
	})
	return values
}

func walk(n *html.Node, visit func(*html.Node)) {
	if n.Type == html.ElementNode {
		visit(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, visit)
	}
}

func find(n *html.Node, wanted func(*html.Node) bool) *html.Node {
	var found *html.Node
	if n == nil {
		return nil
	}
	walk(n, func(n *html.Node) {
		if found == nil && wanted(n) {
			found = n
		}
	})
	return found
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var words []string
	var collect func(*html.Node)
	collect = func(n *html.Node) {
		if n.Type == html.TextNode {
			words = append(words, strings.Fields(n.Data)...)
		}
		if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style") {
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			collect(c)
		}
	}
	collect(n)
	return strings.Join(words, " ")
}
