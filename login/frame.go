package login

import (
	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/i18n"
	"gatehouse/internal/id"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/hosted"
)

// maxLocales bounds a ui_locales parameter that is stored.
const maxLocales = 200

// frame is what stands around each page: language and look. Nothing in it may
// fail a page; a brand that cannot be read is the default look.
func (h *Handler) frame(c echo.Context, a *Attempt, personLocale string) hosted.Frame {
	f := hosted.Frame{Lang: h.language(c, a, personLocale), Theme: h.theme(c), ApplicationName: h.Name,
		Brand: hosted.Brand{Name: h.Name, SecuredBy: true}}
	f.Languages = hosted.LanguageLinks(f.Lang, here(c))
	if a == nil {
		return f
	}
	f.Flow = string(a.ID)
	if a.ApplicationName != "" {
		f.ApplicationName, f.Brand.Name = a.ApplicationName, a.ApplicationName
	}
	if org := h.entering(c, a); org != nil {
		if err := h.branded(c, &f.Brand, *org); err != nil {
			h.Log.WarnContext(c.Request().Context(), "an organization's look cannot be read", "organization", *org, "error", err)
		}
	}
	return f
}

// entering is the organization that the sign-in leads to, for its pages: the
// one that was asked for, or the only one that a proven person has. The gates
// pick that one too, and it is stored no earlier than the sign-in is complete:
// somebody else may take it over until then.
func (h *Handler) entering(c echo.Context, a *Attempt) *id.Organization {
	if a.OrganizationID != nil || a.UserID == nil || !a.NeedsOrganization {
		return a.OrganizationID
	}
	var mine []users.Choice
	err := h.DB.Locate(c.Request().Context(), func(tx *db.AllTx) (err error) {
		mine, err = users.LocateMemberships(tx, *a.UserID)
		return err
	})
	if mine = customers(mine); err != nil || len(mine) != 1 {
		return nil
	}
	return &mine[0].Organization
}

// language is, in this order: what the person switched to, what the
// application asked for, the person's own, the browser's.
func (h *Handler) language(c echo.Context, a *Attempt, personLocale string) i18n.Language {
	wanted := h.Jar.Get(c.Request(), browser.Locale)
	if chosen, ok := i18n.Lookup(c.QueryParam(hosted.FieldLanguage)); ok {
		wanted = chosen.Tag()
		h.Jar.Set(c.Response(), browser.Locale, wanted, localeLifetime)
	}
	if wanted == "" && a != nil {
		wanted = text(a.UILocales)
	}
	return i18n.Match(wanted, personLocale, "", c.Request().Header.Get("Accept-Language"))
}

func (h *Handler) theme(c echo.Context) string {
	if theme := h.Jar.Get(c.Request(), browser.Theme); theme == "light" || theme == "dark" {
		return theme
	}
	return ""
}

// here is the page's own address. A page that answers a post is found again
// by GET at the same path.
func here(c echo.Context) string {
	query := c.Request().URL.Query()
	kept := make([]string, 0, 2)
	for _, name := range []string{hosted.FieldFlow, hosted.FieldSearch} {
		if v := query.Get(name); v != "" && len(v) <= maxLocales {
			kept = append(kept, name+"="+queryEscape(v))
		}
	}
	return withQuery(c.Request().URL.EscapedPath(), kept)
}

// BrandOf is how an organization's own pages look: those of the portal.
func (h *Handler) BrandOf(c echo.Context, org id.Organization) (hosted.Brand, error) {
	b := hosted.Brand{Name: h.Name, SecuredBy: true}
	return b, h.branded(c, &b, org)
}

// branded puts an organization's look into b.
func (h *Handler) branded(c echo.Context, b *hosted.Brand, org id.Organization) error {
	return h.DB.Locate(c.Request().Context(), func(tx *db.AllTx) error {
		o, err := tenants.Get(tx, org)
		if err != nil {
			return err
		}
		b.Name = o.Name
		look, err := tenants.LocateBranding(tx, org)
		if err != nil || look == nil {
			return err
		}
		dress(b, look)
		return nil
	})
}
