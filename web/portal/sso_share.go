package portal

import (
	"net/http"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/limit"
	"gatehouse/internal/problem"
	"gatehouse/portal"
	"gatehouse/sso"
	"gatehouse/users"
)

// sharePage makes a link that opens this connection's set-up and nothing else.
type sharePage struct {
	connectionFrame
	step    string
	email   string
	problem faults
	link    string // made, and shown this once
	sent    string // where it was mailed
}

// shareRate bounds the links and mails of a visit.
var shareRate = limit.Rate{Limit: 20, Per: time.Hour}

func (h *Handler) ssoShare(v *visit) error {
	p, err := v.sharePage()
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, shareView(p))
}

func (v *visit) sharePage() (p sharePage, err error) {
	s, err := v.setup()
	if err != nil {
		return p, err
	}
	p.connectionFrame = v.connectionFrame(s.Connection, "Share this step")
	if p.step = v.QueryParam("step"); stepIndex(p.step) < 0 {
		p.step = setupSteps[reached(s.Connection)].name
	}
	return p, nil
}

// ssoMakeLink makes the link, and mails it where an address is given. It gives
// no more than its maker has: this connection's set-up.
func (h *Handler) ssoMakeLink(v *visit) error {
	p, err := v.sharePage()
	if err != nil {
		return err
	}
	form, err := v.form()
	if err != nil {
		return err
	}
	p.email = form.Get("email")
	to := ""
	if p.email != "" {
		address, err := users.ParseEmail(p.email)
		if err != nil {
			p.problem = faults{"email": "That isn’t an email address."}
			p.frame = p.fail(p.problem)
			return v.show(http.StatusUnprocessableEntity, shareView(p))
		}
		to = address.Shown
	}
	if ok, wait, err := h.Limits.Take(v.ctx(), "portal_share", string(v.org.ID), shareRate); err != nil || !ok {
		if err == nil {
			err = problem.ErrTooMany.WithRetryAfter(wait)
		}
		return err
	}
	err = v.in(func(tx *db.OrgTx) error {
		if _, err := sso.Get(tx, p.connection.ID); err != nil {
			return err
		}
		n := portal.NewLink{Scopes: []portal.Scope{portal.SSO}, Connection: &p.connection.ID, MadeBy: v.session.Name, Maker: v.maker(), MailedTo: to, Extendable: true}
		token, l, err := portal.Generate(tx, n)
		if err != nil {
			return err
		}
		if to != "" {
			p.sent = to
			return h.Links.Mail(tx, l, token, v.org.Name)
		}
		p.link = h.Links.URL(token)
		return nil
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, shareView(p))
}
