package dashboard

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso"
	"gatehouse/sso/guide"
	"gatehouse/tenants"
	"gatehouse/web/ui"
)

const connectionsHome = "/admin/connections"

type connectionsPage struct {
	frame
	asked connectionQuery
	rows  []connectionRow
	pager ui.PagerProps
}

type connectionRow struct {
	sso.Connection
	organization string
}

// connectionQuery is what the address says.
type connectionQuery struct{ text, state, kind, ends string }

func (q connectionQuery) values() url.Values {
	return url.Values{"q": {q.text}, "state": {q.state}, "type": {q.kind}, "ends": {q.ends}}
}

func (q connectionQuery) filtered() bool { return q.text+q.state+q.kind+q.ends != "" }

// list is the query as the domain takes it.
func (q connectionQuery) list(now time.Time, page db.Page) sso.ListQuery {
	return sso.ListQuery{Search: q.text, State: sso.State(q.state), Type: q.kind, CertificateBefore: q.before(now), Page: page}
}

// before is the time before which the certificate ends: so many days from now,
// or a date. What is neither filters nothing.
func (q connectionQuery) before(now time.Time) time.Time {
	if days, err := strconv.Atoi(q.ends); err == nil && days >= 0 && days <= maxDays {
		return now.AddDate(0, 0, days)
	}
	day, err := time.Parse(time.DateOnly, q.ends)
	if err != nil {
		return time.Time{}
	}
	return day
}

// maxDays is more than any certificate lasts.
const maxDays = 100 * 365

// endOptions are what the list offers, and a date that the address has.
func (q connectionQuery) endOptions() []ui.Option {
	options := []ui.Option{{Label: "Any certificate"}, {Value: "0", Label: "Has ended"}, {Value: "7", Label: "Ends in 7 days"}, {Value: "30", Label: "Ends in 30 days"}, {Value: "60", Label: "Ends in 60 days"}}
	if !slices.ContainsFunc(options, func(o ui.Option) bool { return o.Value == q.ends }) {
		options = append(options, ui.Option{Value: q.ends, Label: "Ends before " + q.ends})
	}
	return options
}

func (h *Handler) connections(v *visit) error {
	p := connectionsPage{frame: v.frame("Connections", connectionsHome), asked: connectionQuery{v.query("q"), v.query("state"), v.query("type"), v.query("ends")}}
	err := v.read(func(tx *db.AllTx) (err error) {
		var paging db.Paging
		p.rows, paging, err = connectionRows(tx, p.asked.list(v.now, v.page()))
		p.pager = pager(connectionsHome, p.asked.values(), paging, count(int64(len(p.rows)), "connection", "connections")+" here")
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, connectionsView(p))
}

// connectionRows are a page of connections with whose they are.
func connectionRows(tx *db.AllTx, q sso.ListQuery) ([]connectionRow, db.Paging, error) {
	list, paging, err := sso.List(tx, q)
	if err != nil {
		return nil, paging, err
	}
	ids := make([]id.Organization, len(list))
	for i, c := range list {
		ids[i] = c.OrganizationID
	}
	orgs, err := tenants.ByID(tx, ids)
	rows := make([]connectionRow, len(list))
	for i, c := range list {
		rows[i] = connectionRow{c, orgs[c.OrganizationID].Name}
	}
	return rows, paging, err
}

type organizationConnectionsPage struct {
	organizationFrame
	rows  []connectionRow
	pager ui.PagerProps
}

func (h *Handler) organizationConnections(v *visit) error {
	var p organizationConnectionsPage
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.organizationFrame, err = v.organizationFrame(tx, tabConnections); err != nil {
			return err
		}
		var paging db.Paging
		p.rows, paging, err = connectionRows(tx, sso.ListQuery{Organization: p.ID, Page: v.page()})
		p.pager = pager(p.path+"/connections", nil, paging, count(int64(len(p.rows)), "connection", "connections")+" here")
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, organizationConnectionsView(p))
}

// providerName is a type as people call it, with what it speaks.
func providerName(t sso.Type) string {
	protocol := "SAML"
	if t.Protocol() == sso.OIDC {
		protocol = "OIDC"
	}
	return guide.For(string(t), string(t.Protocol())).Name + ", " + protocol
}

// providerOptions are the types by name, those of any provider last.
func providerOptions() []ui.Option {
	var list []ui.Option
	for _, t := range sso.Types() {
		list = append(list, ui.Option{Value: string(t), Label: providerName(t)})
	}
	generic := func(o ui.Option) int {
		if o.Value == "GenericSAML" || o.Value == "GenericOIDC" {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(list, func(a, b ui.Option) int {
		return cmp.Or(generic(a)-generic(b), cmp.Compare(a.Label, b.Label))
	})
	return list
}

var stateOptions = []ui.Option{{Label: "Every state"}, {Value: string(sso.Active), Label: "Active"}, {Value: string(sso.Inactive), Label: "Inactive"}, {Value: string(sso.Draft), Label: "Draft"}}

// certificateTone says how near the end of the last certificate is.
func certificateTone(now time.Time, end *time.Time) ui.Tone {
	switch {
	case end == nil:
		return ui.Neutral
	case end.Before(now):
		return ui.Bad
	case end.Before(now.AddDate(0, 0, 30)):
		return ui.Warn
	}
	return ui.Neutral
}
