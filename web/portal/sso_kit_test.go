package portal_test

import (
	"bytes"
	"crypto/x509"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso"
	"gatehouse/sso/saml"
	"gatehouse/sso/saml/samltest"
	"gatehouse/tenants"
	"gatehouse/users"
)

// company is an organization whose owner sets single sign-on up.
type company struct {
	*world
	*chrome
	idp   *samltest.Server
	owner *users.User
	path  string // of the connection's pages
}

// halden is an organization with the domain halden.example, its owner Ines in
// the portal by her role, and its SAML provider.
func (w *world) halden() *company {
	w.Helper()
	k := &company{world: w, idp: samltest.Start(w.T), owner: w.person("ines@halden.example")}
	k.idp.Person = samltest.Answer{NameID: "ines-1", SessionIndex: "_s", Attributes: []samltest.Attribute{{Name: "email", Values: []string{"ines@halden.example"}}, {Name: "firstName", Values: []string{"Ines"}}}}
	w.member(w.org, k.owner, tenants.OwnerRole)
	w.own(w.org, "halden.example")
	k.chrome = w.entered(w.org, k.owner)
	return k
}

// own gives the organization a domain that it has verified.
func (w *world) own(o *tenants.Organization, domain string) {
	w.Helper()
	w.in(o, func(tx *db.OrgTx) error { _, err := tenants.AddDomain(tx, domain, tenants.Verified); return err })
}

// entered is a browser in which an owner or admin is in the portal.
func (w *world) entered(o *tenants.Organization, u *users.User) *chrome {
	w.Helper()
	b := w.admin(u)
	if a := b.get("/portal/enter?organization=" + string(o.ID)); a.StatusCode != http.StatusSeeOther {
		w.Fatalf("entering: %d %.300s", a.StatusCode, strip(a.body))
	}
	return b
}

// draft begins a set-up and says that the app is made.
func (k *company) draft(provider string) {
	k.T.Helper()
	a := k.post("/portal/sso/new", "provider", provider)
	k.want(a, http.StatusSeeOther)
	k.path = strings.TrimSuffix(a.Header.Get("Location"), "/setup/app")
	k.want(k.post(k.path+"/setup/app", "then", "next"), http.StatusSeeOther)
}

// upload posts multipart/form-data, as the metadata step does.
func (b *chrome) upload(path string, form ...string) answer {
	b.w.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for i := 0; i+1 < len(form); i += 2 {
		if form[i] == "file" {
			part, err := m.CreateFormFile("file", "metadata.xml")
			b.w.must(err)
			_, err = io.WriteString(part, form[i+1])
			b.w.must(err)
			continue
		}
		b.w.must(m.WriteField(form[i], form[i+1]))
	}
	b.w.must(m.Close())
	r := httptest.NewRequest(http.MethodPost, origin+path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return b.carry(r)
}

// configured is a draft whose provider is set up, at its test.
func (k *company) configured() {
	k.T.Helper()
	k.draft("okta-saml")
	k.want(k.upload(k.path+"/setup/metadata?way=url", "saml.metadata_url", k.idp.URL+"/metadata", "then", "read"), http.StatusSeeOther)
	k.want(k.upload(k.path+"/setup/metadata", "then", "keep"), http.StatusSeeOther)
	k.want(k.post(k.path+"/setup/attributes", "then", "next"), http.StatusSeeOther)
	k.want(k.post(k.path+"/setup/access", "jit", "on", "which", "all", "then", "next"), http.StatusSeeOther)
}

var refresh = regexp.MustCompile(`http-equiv="refresh" content="0;url=([^"]+)"`)

// test goes to the provider and back, and gives the page of the result.
func (k *company) test() answer {
	k.T.Helper()
	away := k.post(k.path + "/test")
	k.want(away, http.StatusOK, "Taking you to")
	at := refresh.FindStringSubmatch(away.body)
	if at == nil {
		k.Fatalf("nothing leads to the provider: %.900s", away.body)
	}
	res, err := http.Get(html.UnescapeString(at[1]))
	k.must(err)
	page, err := io.ReadAll(res.Body)
	k.must(err)
	k.must(res.Body.Close())
	return k.back(string(page))
}

// back posts what the provider's page says, and follows.
func (k *company) back(page string) answer {
	k.T.Helper()
	action, fields := samltest.ReadForm(page)
	path := strings.TrimPrefix(action, origin)
	a := k.send(http.MethodPost, path, fields, "Origin", k.idp.URL)
	if a.StatusCode == http.StatusSeeOther {
		return k.get(strings.TrimPrefix(a.Header.Get("Location"), origin))
	}
	return a
}

// connection is what is kept of the connection.
func (k *company) connection() (c *sso.Connection) {
	k.T.Helper()
	k.in(k.org, func(tx *db.OrgTx) (err error) { c, err = sso.Get(tx, k.key()); return err })
	return c
}

func (k *company) key() id.Connection {
	return id.Connection(k.path[strings.LastIndexByte(k.path, '/')+1:])
}

// lands fails unless the answer leads to the path.
func (k *company) lands(a answer, path string) {
	k.T.Helper()
	if a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), path) {
		k.Errorf("%d to %q, want %q: %.500s", a.StatusCode, a.Header.Get("Location"), path, strip(a.body))
	}
}

func pemOf(c *x509.Certificate) []byte { return saml.CertificatePEM(c) }

func certificateOf(s *samltest.Server) []byte { return pemOf(s.Certificate) }
