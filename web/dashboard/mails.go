package dashboard

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/labstack/echo/v4"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/mail"
	"gatehouse/internal/problem"
	webmail "gatehouse/web/mail"
	"gatehouse/web/ui"
)

// The mails that development keeps instead of sending them. They hold codes
// and links that sign in as anybody, so an owner alone reads them, and only
// where nobody real gets mail (route.development).

type mailRow struct {
	mail.Mail
	subject string
}

type mailsPage struct {
	frame
	rows  []mailRow
	pager ui.PagerProps
}

func (h *Handler) mails(v *visit) error {
	p := mailsPage{frame: v.frame("Mail", "/admin/mail")}
	err := v.read(func(tx *db.AllTx) error {
		rows, paging, err := mail.ListKept(tx, v.page())
		p.pager = pager("/admin/mail", url.Values{}, paging, count(int64(len(rows)), "mail", "mails")+" here")
		for i := range rows {
			text, err := mail.Open(tx.Tx, &rows[i])
			if err != nil {
				return err
			}
			p.rows = append(p.rows, mailRow{rows[i], text.Subject})
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, mailsView(p))
}

type mailPage struct {
	frame
	mailRow
	text  string
	links []string
	path  string
}

// mailLinks are the addresses of a mail's text: each stands on a line of its own.
var mailLinks = regexp.MustCompile(`(?m)^https?://\S+$`)

func (h *Handler) mail(v *visit) error {
	m, text, err := v.keptMail()
	if err != nil {
		return err
	}
	p := mailPage{frame: v.frame(text.Subject, "/admin/mail"), mailRow: mailRow{*m, text.Subject}, text: text.Text,
		links: mailLinks.FindAllString(text.Text, -1), path: "/admin/mail/" + string(m.ID)}
	header := v.Response().Header()
	browser.PageHeaders(header)
	browser.AllowFrame(header)
	return v.render(http.StatusOK, mailView(p))
}

// mailHTML is a mail's HTML alone, for the frame in its page.
func (h *Handler) mailHTML(v *visit) error {
	_, text, err := v.keptMail()
	if err != nil {
		return err
	}
	browser.SandboxHeaders(v.Response().Header())
	// a link opens beside the dashboard: in the frame our own pages refuse to be shown
	return v.HTML(http.StatusOK, strings.Replace(text.HTML, "<head>", `<head><base target="_blank">`, 1))
}

// keptMail is the mail of the address with its text, which is opened for this
// view alone.
func (v *visit) keptMail() (m *mail.Mail, text webmail.Rendered, err error) {
	key, err := param[id.Mail](v, "mail")
	if err != nil {
		return nil, text, err
	}
	err = v.read(func(tx *db.AllTx) error {
		if m, err = mail.GetKept(tx, key); err != nil {
			return err
		}
		text, err = mail.Open(tx.Tx, m)
		return err
	})
	return m, text, err
}

// inDevelopment hides a route where the deployment is no development.
func (h *Handler) inDevelopment(r route, next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if r.development && h.Environment != developmentName {
			return problem.ErrNotFound
		}
		return next(c)
	}
}

// developmentName is the environment that keeps mails (internal/config).
const developmentName = "development"
