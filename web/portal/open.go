package portal

import (
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/portal"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/ui"
)

// offered is a link as it is shown to whoever holds it.
type offered struct {
	plainFrame
	organization ui.AvatarProps
	link         *portal.Link
	action       string
	asked        bool // just now, or before
}

// locateLink is the link of the address, and whose portal it opens. Such an address
// is a secret: nothing may tell it on.
func (h *Handler) locateLink(c echo.Context) (o offered, err error) {
	browser.NoReferrer(c.Response().Header())
	o.action = pathOpen + "/" + c.Param("token")
	var org *tenants.Organization
	err = h.DB.Locate(c.Request().Context(), func(tx *db.AllTx) error {
		if o.link, err = portal.LocateLink(tx, c.Param("token")); err != nil {
			return err
		}
		if given, err := locateGiven(tx, o.link); err != nil || !given {
			return errors.Join(err, portal.ErrNoLink)
		}
		org, err = tenants.Get(tx, o.link.OrganizationID)
		return err
	})
	if err != nil {
		return o, err
	}
	o.plainFrame, o.organization = h.branded(c, "Open "+org.Name+"'s portal", org)
	o.asked = o.link.AskedAt != nil
	return o, nil
}

// offer shows who made the link, for whom, what it opens and until when. It
// uses nothing up: mail programs and chats look at links.
func (h *Handler) offer(c echo.Context) error {
	o, err := h.locateLink(c)
	if errors.Is(err, portal.ErrNoLink) {
		return show(c, http.StatusNotFound, unknownLinkPage(h.plain(c, "This link doesn't open anything")))
	}
	if err != nil {
		return err
	}
	if !o.link.OpenAt(h.DB.Now()) {
		return h.showOver(c, o)
	}
	return show(c, http.StatusOK, openPage(o))
}

func (h *Handler) showOver(c echo.Context, o offered) error {
	o.title = "This link has been used"
	if o.link.UsedAt == nil {
		o.title = "This link has run out"
	}
	return show(c, http.StatusForbidden, linkOverPage(o))
}

// open uses the link up. A visit that was here before ends for this browser.
func (h *Handler) open(c echo.Context) error {
	o, err := h.locateLink(c)
	if errors.Is(err, portal.ErrNoLink) {
		return show(c, http.StatusNotFound, unknownLinkPage(h.plain(c, "This link doesn't open anything")))
	}
	if err != nil {
		return err
	}
	secret := ""
	who := browser.ActorOf(c.Request())
	err = h.DB.InOrg(c.Request().Context(), o.link.OrganizationID, who, func(tx *db.OrgTx) (err error) {
		_, secret, err = portal.Open(tx, o.link.ID)
		return err
	})
	if errors.Is(err, portal.ErrLinkOver) {
		return h.offer(c) // somebody was faster, or the five minutes are over
	}
	if err != nil {
		return err
	}
	h.Jar.Set(c.Response(), browser.Portal, secret, cookieLifetime)
	return c.Redirect(http.StatusSeeOther, pathHome)
}

// askForAnother asks for another link in the place of one that is over.
func (h *Handler) askForAnother(c echo.Context) error {
	o, err := h.locateLink(c)
	if errors.Is(err, portal.ErrNoLink) {
		return show(c, http.StatusNotFound, unknownLinkPage(h.plain(c, "This link doesn't open anything")))
	}
	if err != nil {
		return err
	}
	if err := h.ask(c, o.link.OrganizationID, o.link.ID); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, o.action)
}

// ask mails another link to where the first was mailed, or tells its maker. A
// second press does nothing.
func (h *Handler) ask(c echo.Context, org id.Organization, key id.PortalLink) error {
	who := browser.ActorOf(c.Request())
	err := h.DB.InOrg(c.Request().Context(), org, who, func(tx *db.OrgTx) error {
		o, err := tenants.Get(tx, org)
		if err != nil {
			return err
		}
		if given, err := locateGivenIn(tx, key); err != nil || !given {
			return err
		}
		l, token, err := portal.Ask(tx, key)
		if err != nil {
			return err
		}
		if token != "" {
			return h.Links.Mail(tx, l, token, o.Name)
		}
		if l.MakerID == nil {
			return nil // the dashboard shows that somebody asked
		}
		maker, err := users.Get(tx, *l.MakerID)
		if errors.Is(err, db.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return h.Links.TellMaker(tx, l, o.Name, maker.Email, deref(maker.Locale))
	})
	if errors.Is(err, portal.ErrAsked) || errors.Is(err, portal.ErrStillOpen) {
		return nil
	}
	return err
}

// over is the page of a visit that has ended.
func (v *visit) over() error {
	err := v.h.DB.ReadOrg(v.ctx(), v.session.OrganizationID, v.locateByLink)
	if err != nil && !errors.Is(err, portal.ErrEnded) {
		return err
	}
	return show(v.Context, http.StatusForbidden, visitOverPage(v.h.plain(v.Context, "Your visit is over"), v.link))
}

// askAfterwards asks for another link once a visit is over.
func (h *Handler) askAfterwards(c echo.Context) error {
	v, err := h.locateVisitor(c)
	if !errors.Is(err, portal.ErrEnded) || v.session.LinkID == nil {
		return c.Redirect(http.StatusSeeOther, pathHome)
	}
	if err := h.ask(c, v.session.OrganizationID, *v.session.LinkID); err != nil && problem.As(err) == nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, pathHome)
}

// leave ends the visit, and says where the application is.
func (h *Handler) leave(c echo.Context) error {
	v, err := h.locateVisitor(c)
	back := ""
	if err == nil {
		back = deref(v.session.ReturnURL)
		if err := h.DB.InOrg(v.ctx(), v.org.ID, v.actor(), func(tx *db.OrgTx) error { return portal.End(tx, v.session.ID) }); err != nil {
			return err
		}
	}
	h.Jar.Clear(c.Response(), browser.Portal)
	return show(c, http.StatusOK, leftPage(h.plain(c, "You've left the portal"), back))
}

// extend makes a visit longer that is about to end.
func (h *Handler) extend(v *visit) error {
	if err := v.in(func(tx *db.OrgTx) error { _, err := portal.Extend(tx, v.session.ID); return err }); err != nil {
		return err
	}
	return v.done(pathHome, visitExtended)
}

// bannerBefore is how long before its end a visit says so (design: 5 minutes).
const bannerBefore = 5 * time.Minute

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
