package dashboard

import (
	"errors"
	"net/http"
	"strings"

	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
)

// read runs fn over the whole deployment's rows.
func (v *visit) read(fn func(*db.AllTx) error) error {
	return v.h.DB.ReadDeployment(v.Request().Context(), fn)
}

// readLate is read for what may be some seconds old: fn may run twice.
func (v *visit) readLate(fn func(*db.AllTx) error) error {
	return v.h.DB.ReadDeploymentLate(v.Request().Context(), fn)
}

// in changes one organization.
func (v *visit) in(org id.Organization, fn func(*db.OrgTx) error) error {
	return v.h.DB.InOrg(v.Request().Context(), org, v.actor(), fn)
}

// change changes what belongs to no organization.
func (v *visit) change(fn func(*db.Tx) error) error {
	return v.h.DB.Tx(v.Request().Context(), v.actor(), fn)
}

// changeAll changes what belongs to the deployment.
func (v *visit) changeAll(fn func(*db.AllTx) error) error {
	return v.h.DB.InDeployment(v.Request().Context(), v.actor(), fn)
}

// done sends the browser to path, where it is told what happened.
func (v *visit) done(path string, said notice) error {
	v.say(said)
	return v.Redirect(http.StatusSeeOther, path)
}

// param is an id in the address; what is none is not found.
func param[K id.Kind](v *visit, name string) (K, error) {
	key, err := id.Parse[K](v.Param(name))
	if err != nil {
		return "", problem.ErrNotFound
	}
	return key, nil
}

func (v *visit) client() (id.Client, error) {
	key, err := id.ParseClient(v.Param("app"))
	if err != nil {
		return "", problem.ErrNotFound
	}
	return key, nil
}

// form is what was posted.
func (v *visit) form() (browser.Params, error) { return browser.Form(v.Request()) }

// query is a parameter of the address; longer than any real one is none.
func (v *visit) query(name string) string {
	text := strings.TrimSpace(v.QueryParam(name))
	if len(text) > maxQuery || strings.ContainsRune(text, 0) {
		return ""
	}
	return strings.ToValidUTF8(text, "")
}

const maxQuery = 200

// pageSize is how many rows a list has.
const pageSize = 50

// page is the part of a list that the address asks for.
func (v *visit) page() db.Page {
	return db.Page{After: v.query("after"), Before: v.query("before"), Limit: pageSize}
}

// faults are what is wrong with a form, by field.
type faults map[string]string

// faultsOf takes apart what a domain function refuses. What names no field of
// the form stands at fallback. What is not the person's to mend is no fault.
func faultsOf(err error, fallback string, fields ...string) (faults, bool) {
	p := problem.As(err)
	if p == nil || p.Kind != problem.Invalid && p.Kind != problem.BadRequest && p.Kind != problem.Conflict {
		return nil, false
	}
	wrong := faults{}
	for _, d := range p.Details {
		at := fallback
		for _, f := range fields {
			if f == d.Field {
				at = f
			}
		}
		wrong[at] = sentence(d.Message)
	}
	if len(wrong) == 0 {
		wrong[fallback] = sentence(p.Message)
	}
	return wrong, true
}

// sentence begins with a capital, and calls a field what its label does.
func sentence(s string) string {
	if s == "" {
		return s
	}
	head, rest, _ := strings.Cut(s, " ")
	head = strings.ReplaceAll(head, "_", " ")
	if rest != "" {
		head += " " + rest
	}
	return strings.ToUpper(head[:1]) + head[1:]
}

// missing reports an error that says only that there is no such thing.
func missing(err error) bool { return errors.Is(err, db.ErrNotFound) }

func some(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
