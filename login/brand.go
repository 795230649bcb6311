package login

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/tenants"
	"gatehouse/tenants/brand"
	"gatehouse/web/hosted"
)

// brandPrefix is where the files of organizations' looks are:
// {org}.{hash}.css, {org}.{hash}.logo, {org}.{hash}.logo-dark. The hash is of
// the content, so they are kept for good.
const brandPrefix = "/assets/brand/"

// dress puts an organization's branding on a page.
func dress(b *hosted.Brand, look *tenants.Branding) {
	if css := stylesheet(look); css != nil {
		b.Stylesheet = brandURL(look.OrganizationID, brand.Hash(css), "css")
	}
	if len(look.Logo) > 0 {
		b.LogoURL = brandURL(look.OrganizationID, contentHash(look.Logo), "logo")
	}
	if len(look.LogoDark) > 0 {
		b.LogoDarkURL = brandURL(look.OrganizationID, contentHash(look.LogoDark), "logo-dark")
	}
	b.Layout = hosted.Layout(look.Layout)
	b.PanelTitle = text(look.PanelWords)
	b.PrivacyURL, b.TermsURL, b.SupportURL = text(look.PrivacyURL), text(look.TermsURL), text(look.SupportURL)
	b.SecuredBy = look.SecuredBy
}

// stylesheet is the look's tokens, or nil where they are the default.
func stylesheet(look *tenants.Branding) []byte {
	if look.Color == nil && look.PanelColor == nil && look.Radius == nil {
		return nil
	}
	choice := brand.Choice{Brand: text(look.Color), Panel: text(look.PanelColor), Radius: defaultRadius}
	if look.Radius != nil {
		choice.Radius = int(*look.Radius)
	}
	computed, err := brand.Compute(choice)
	if err != nil {
		return nil // what was stored was checked; an unreadable colour is the default look
	}
	return computed.Stylesheet()
}

// defaultRadius is --brand-radius of the design's tokens.
const defaultRadius = 8

func brandURL(org id.Organization, hash, kind string) string {
	return brandPrefix + url.PathEscape(string(org)) + "." + hash + "." + kind
}

func contentHash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// brandFile serves a file of an organization's look. A hash that is no longer
// the content's gets today's content, uncached.
func (h *Handler) brandFile(c echo.Context) error {
	owner, rest, _ := strings.Cut(c.Param("file"), ".")
	hash, kind, _ := strings.Cut(rest, ".")
	org, err := id.Parse[id.Organization](owner)
	if err != nil {
		return problem.ErrNotFound
	}
	var look *tenants.Branding
	err = h.DB.Locate(c.Request().Context(), func(tx *db.AllTx) (err error) {
		look, err = tenants.LocateBranding(tx, org)
		return err
	})
	if err != nil {
		return err
	}
	content, contentType := brandContent(look, kind)
	if content == nil {
		return problem.ErrNotFound
	}
	headers := c.Response().Header()
	headers.Set("Cache-Control", "public, max-age=31536000, immutable")
	if hash != contentHash(content) {
		headers.Set("Cache-Control", "no-cache")
	}
	headers.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	headers.Set("Cross-Origin-Resource-Policy", "same-origin")
	return c.Blob(http.StatusOK, contentType, content)
}

func brandContent(look *tenants.Branding, kind string) ([]byte, string) {
	switch {
	case look == nil:
		return nil, ""
	case kind == "css":
		return stylesheet(look), "text/css; charset=utf-8"
	case kind == "logo" && look.LogoType != nil:
		return look.Logo, *look.LogoType
	case kind == "logo-dark" && look.LogoDarkType != nil:
		return look.LogoDark, *look.LogoDarkType
	}
	return nil, ""
}
