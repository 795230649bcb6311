package portal

import (
	"net/http"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/sso"
	"gatehouse/sso/guide"
)

// ssoListPage are an organization's connections.
type ssoListPage struct {
	frame
	rows    []ssoRow
	domains int  // that the organization has verified
	create  bool // the visit may connect a provider
}

// ssoRow is one of them.
type ssoRow struct {
	name, href, provider, next string
	state                      sso.State
	certificate                *ending
	tested, used               *time.Time
}

// mostConnections is more than an organization has providers.
const mostConnections = 50

var errTooManyConnections = problem.New(problem.Conflict, "too_many_connections", "There are 50 connections already. Discard a draft first.")

func (h *Handler) ssoList(v *visit) error {
	p := ssoListPage{frame: v.frame("Single sign-on", pathSSO), create: !v.certificatesOnly()}
	err := v.read(func(tx *db.OrgTx) error {
		all, _, err := sso.List(tx, sso.ListQuery{Page: db.Page{Limit: mostConnections}})
		if err != nil {
			return err
		}
		for i := range all {
			p.rows = append(p.rows, v.row(&all[i]))
		}
		names, err := verifiedDomains(tx)
		p.domains = len(names)
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, ssoListView(p))
}

func (v *visit) row(c *sso.Connection) ssoRow {
	g := guide.For(string(c.Type), string(c.Protocol))
	r := ssoRow{name: c.Name, href: pathSSO + "/" + string(c.ID), provider: g.Name + ", " + protocols[c.Protocol], state: c.State, tested: c.TestedAt, used: c.LastUsedAt}
	if c.CertificateExpiresAt != nil {
		e := endsAt(*c.CertificateExpiresAt, v.now)
		r.certificate = &e
	}
	if v.certificatesOnly() {
		r.href += "/certificates"
	} else if c.State == sso.Draft {
		r.next = "Next: " + lowerFirst(g.Words(v.h.Name).Fill(stepOf(c).label(g)))
	}
	return r
}

// ssoNewPage asks which provider it is.
type ssoNewPage struct {
	frame
	guides []guide.Guide
	first  string // the connection_type that the link is for
}

func (h *Handler) ssoNew(v *visit) error {
	return v.show(http.StatusOK, ssoNewView(v.newPage()))
}

func (v *visit) newPage() ssoNewPage {
	return ssoNewPage{frame: v.frame("Choose your provider", pathSSO), guides: guide.All(), first: deref(v.session.ProviderType)}
}

// nameOf is what people see of a new connection: the provider they know, or
// whose it is where only its admins know which one it is.
func (v *visit) nameOf(g guide.Guide) string {
	if g.Provider == "your provider" {
		return v.org.Name
	}
	return g.Name
}

// ssoCreate begins a draft.
func (h *Handler) ssoCreate(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	g, ok := guide.ByKey(form.Get("provider"))
	if !ok {
		return problem.ErrBadRequest.WithMessage("Choose a provider.")
	}
	var made id.Connection
	err = v.in(func(tx *db.OrgTx) error {
		if n, err := sso.Count(tx, sso.ListQuery{}); err != nil || n >= mostConnections {
			if err == nil {
				err = errTooManyConnections
			}
			return err
		}
		c, err := sso.Create(tx, sso.New{Type: sso.Type(g.Type), Name: v.nameOf(g), State: sso.Draft, JIT: true, SetupStep: stepApp})
		if err == nil {
			made = c.ID
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, pathSSO+"/"+string(made)+"/setup/"+stepApp)
}
