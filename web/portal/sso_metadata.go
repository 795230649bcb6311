package portal

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"gatehouse/internal/browser"
	"gatehouse/internal/problem"
	"gatehouse/sso"
	"gatehouse/sso/guide"
)

// metadataPage asks who the provider is: by address, by file, or by hand.
type metadataPage struct {
	stepPage
	way   guide.Way
	typed typedMetadata
	known *knownProvider // what is set up now
}

// typedMetadata is the form as it was sent.
type typedMetadata struct {
	url, document, entityID, signIn, certificates string
}

// knownProvider is what we have of the provider, read back.
type knownProvider struct {
	issuer, signIn, binding, address string
	checked                          string // when the address was read last
	failed                           string // why it could not be
	certificates                     []shownCertificate
}

func (h *Handler) showMetadata(v *visit, s *sso.Setup) error {
	if s.Connection.Protocol == sso.OIDC {
		return h.showClient(v, s)
	}
	p := v.metadataPage(s, guide.Way(v.QueryParam("way")))
	if p.known != nil {
		p.typed.url, p.typed.entityID, p.typed.signIn = p.known.address, p.known.issuer, p.known.signIn
	}
	return v.show(http.StatusOK, metadataView(p))
}

func (v *visit) metadataPage(s *sso.Setup, way guide.Way) metadataPage {
	p := metadataPage{stepPage: v.stepPage(s.Connection, stepMetadata), way: way}
	if p.way != guide.ByURL && p.way != guide.ByFile && p.way != guide.ByHand || way == guide.ByURL && !p.guide.Metadata.Has(guide.ByURL) {
		p.way = p.guide.Metadata.Ways[0]
	}
	if c := s.Live.SAML; c != nil && c.IDPEntityID != "" {
		p.known = &knownProvider{issuer: c.IDPEntityID, signIn: c.IDPSSOURL, binding: strings.ToUpper(c.IDPSSOBinding), address: c.MetadataURL, failed: deref(s.Connection.MetadataError)}
		if c.MetadataURL != "" && s.Connection.MetadataCheckedAt != nil {
			p.known.checked = exactly(*s.Connection.MetadataCheckedAt, v.now)
		}
		for _, x := range c.Certificates {
			p.known.certificates = append(p.known.certificates, v.shownCertificate(x))
		}
	}
	return p
}

// saveMetadata reads what was given, at once: what is wrong with it is said
// beside the field, and nothing is kept.
func (h *Handler) saveMetadata(v *visit, s *sso.Setup) error {
	if s.Connection.Protocol == sso.OIDC {
		return h.saveClient(v, s)
	}
	query, err := browser.Query(v.Request())
	if err != nil {
		return err
	}
	p := v.metadataPage(s, guide.Way(query.Get("way")))
	then := ""
	if p.typed, then, err = readMetadataForm(v.Request()); err != nil {
		return err
	}
	if then == "keep" || then == "later" && p.typed == (typedMetadata{}) {
		return h.keepMetadata(v, s, p, then)
	}
	change, err := h.metadataChange(v, p)
	if err == nil {
		err = v.update(stepMetadata, sso.Change{Configure: sso.Configure{SAML: change}})
	}
	if wrong, refused := faultsOf(err, p.field(), "saml.metadata_url", "saml.metadata_xml", "saml.idp_entity_id", "saml.idp_sso_url", "saml.idp_certificates"); refused {
		if says := p.guide.Mistaken(p.typed.url); p.way == guide.ByURL && len(says) > 0 {
			wrong = faults{p.field(): says.With(p.words).String()}
		}
		p.problem = wrong
		p.frame = p.fail(wrong)
		return v.show(http.StatusUnprocessableEntity, metadataView(p))
	}
	if err != nil {
		return err
	}
	if then == "later" {
		return v.onward(p.stepPage, then)
	}
	return v.Redirect(http.StatusSeeOther, p.action()+"?way="+string(p.way)+"#known-title")
}

// keepMetadata goes on with what is there.
func (h *Handler) keepMetadata(v *visit, s *sso.Setup, p metadataPage, then string) error {
	if then == "keep" {
		if err := s.Complete(); err != nil {
			return err
		}
		if err := v.update(stepMetadata, sso.Change{}); err != nil {
			return err
		}
	}
	return v.onward(p.stepPage, then)
}

// field is where what is wrong belongs.
func (p metadataPage) field() string {
	switch p.way {
	case guide.ByFile:
		return "saml.metadata_xml"
	case guide.ByHand:
		return "saml.idp_entity_id"
	}
	return "saml.metadata_url"
}

// metadataChange is what was given, as a change. Nothing is open while an
// address is fetched.
func (h *Handler) metadataChange(v *visit, p metadataPage) (*sso.SAMLChange, error) {
	none := ""
	switch p.way {
	case guide.ByURL:
		m, err := sso.FetchMetadata(v.ctx(), h.SSO.HTTP, p.typed.url, v.now)
		return &sso.SAMLChange{MetadataURL: &p.typed.url, Metadata: m}, err
	case guide.ByFile:
		if strings.TrimSpace(p.typed.document) == "" {
			return nil, missing("saml.metadata_xml", "Choose the file, or paste what is in it.")
		}
		m, err := sso.ReadMetadata([]byte(p.typed.document), v.now)
		return &sso.SAMLChange{MetadataURL: &none, Metadata: m}, err
	}
	list := blocks(p.typed.certificates)
	switch {
	case p.typed.entityID == "":
		return nil, missing("saml.idp_entity_id", "Enter the "+lowerFirst(p.guide.Metadata.Issuer)+".")
	case p.typed.signIn == "":
		return nil, missing("saml.idp_sso_url", "Enter the "+lowerFirst(p.guide.Metadata.SignInURL)+".")
	case len(list) == 0 && (p.known == nil || len(p.known.certificates) == 0):
		return nil, missing("saml.idp_certificates", "Paste the certificate.")
	}
	change := &sso.SAMLChange{MetadataURL: &none, IDPEntityID: &p.typed.entityID, IDPSSOURL: &p.typed.signIn}
	if len(list) > 0 {
		change.Certificates = &list
	}
	return change, nil
}

var errMissing = problem.New(problem.Invalid, "missing", "Something is missing.")

func missing(field, sentence string) error {
	return errMissing.WithMessage(sentence).WithDetails(problem.Detail{Code: "missing", Field: field, Message: sentence})
}

const endOfCertificate = "-----END CERTIFICATE-----"

// blocks are the certificates of a text that may hold several.
func blocks(text string) []string {
	var list []string
	for _, block := range strings.SplitAfter(text, endOfCertificate) {
		if block = strings.TrimSpace(block); block != "" {
			list = append(list, block)
		}
	}
	return list
}

// The bounds of the form: metadata of a federation's provider, and the words.
const (
	maxDocument = 900 << 10
	maxTyped    = 64 << 10 // of certificates
	maxParts    = 12
)

// readMetadataForm reads multipart/form-data part by part, each within its
// bound; nothing is written to disk.
func readMetadataForm(r *http.Request) (t typedMetadata, then string, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return t, "", problem.ErrUnsupported.WithMessage("Send a form with files: multipart/form-data.")
	}
	into := map[string]*string{"saml.metadata_url": &t.url, "saml.metadata_xml": &t.document, "saml.idp_entity_id": &t.entityID,
		"saml.idp_sso_url": &t.signIn, "saml.idp_certificates": &t.certificates, "then": &then}
	for range maxParts {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return t, then, nil
		}
		if err != nil {
			return t, "", problem.ErrBadRequest
		}
		text, err := readPart(part, part.FormName())
		if err != nil {
			return t, "", err
		}
		name := part.FormName()
		if name == "file" {
			name = "saml.metadata_xml"
		}
		if at := into[name]; at != nil && text != "" {
			*at = text
		}
	}
	return t, "", problem.ErrBadRequest
}

func readPart(part io.Reader, name string) (string, error) {
	bound := int64(maxTyped)
	if name == "file" || name == "saml.metadata_xml" {
		bound = maxDocument
	}
	content, err := io.ReadAll(io.LimitReader(part, bound+1))
	switch {
	case err != nil:
		return "", problem.ErrBadRequest
	case int64(len(content)) > bound:
		return "", problem.ErrBadRequest.WithMessage("That is too long to be a provider's metadata.")
	case !utf8.Valid(content) || strings.ContainsRune(string(content), 0):
		return "", problem.ErrBadRequest.WithMessage("That is not text: metadata is XML, a certificate is the text from BEGIN CERTIFICATE to END CERTIFICATE.")
	}
	return strings.TrimSpace(string(content)), nil
}
