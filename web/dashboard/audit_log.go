package dashboard

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/web/ui"
)

// logPage is a list of events, of the deployment or of one organization, with
// one of them open beside it.
type logPage struct {
	frame
	path   string // of the list
	asked  logQuery
	rows   []audit.Event
	orgs   map[id.Organization]tenants.Organization
	pager  ui.PagerProps
	open   *audit.Event
	fixed  id.Organization // the list is of this organization alone
	actor  string          // what to call the actor that is filtered by
	absent bool            // the event of the address is not there
}

// logQuery is what the address says.
type logQuery struct{ text, kind, actor, reference, organization, event string }

func (v *visit) logQuery() logQuery {
	return logQuery{v.query("q"), v.query("type"), v.query("actor"), v.query("reference"), v.query("organization"), v.query("event")}
}

// values is the address of the list without the event and the page.
func (q logQuery) values() url.Values {
	return url.Values{"q": {q.text}, "type": {q.kind}, "actor": {q.actor}, "reference": {q.reference}, "organization": {q.organization}}
}

func (q logQuery) filtered() bool { return q.text+q.kind+q.actor+q.reference+q.organization != "" }

func (h *Handler) auditLog(v *visit) error {
	p := logPage{frame: v.frame("Audit log", "/admin/audit-log"), path: "/admin/audit-log", asked: v.logQuery()}
	if err := v.read(func(tx *db.AllTx) error { return p.load(tx, v) }); err != nil {
		return err
	}
	return v.show(http.StatusOK, auditLogView(p))
}

type organizationLogPage struct {
	organizationFrame
	log logPage
}

func (h *Handler) organizationLog(v *visit) error {
	var p organizationLogPage
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.organizationFrame, err = v.organizationFrame(tx, tabLog); err != nil {
			return err
		}
		p.log = logPage{frame: p.frame, path: p.path + "/audit-log", asked: v.logQuery(), fixed: p.ID}
		p.log.asked.organization = ""
		return p.log.load(tx, v)
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, organizationLogView(p))
}

func (p *logPage) load(tx *db.AllTx, v *visit) error {
	filter, found, err := p.filter(tx)
	if err != nil {
		return err
	}
	var paging db.Paging
	if found {
		if p.rows, paging, err = audit.Page(tx, filter, v.page()); err != nil {
			return err
		}
	}
	p.pager = pager(p.path, p.asked.values(), paging, count(int64(len(p.rows)), "event", "events")+" here")
	if err := p.openEvent(tx); err != nil {
		return err
	}
	var orgs []id.Organization
	for _, e := range append(slices.Clone(p.rows), p.openRow()...) {
		if e.OrganizationID != nil && !slices.Contains(orgs, *e.OrganizationID) {
			orgs = append(orgs, *e.OrganizationID)
		}
	}
	p.orgs, err = tenants.ByID(tx, orgs)
	return err
}

func (p *logPage) openRow() []audit.Event {
	if p.open == nil {
		return nil
	}
	return []audit.Event{*p.open}
}

// openEvent reads the event of the address, which need not be in the list.
func (p *logPage) openEvent(tx *db.AllTx) error {
	if p.asked.event == "" {
		return nil
	}
	key, err := id.Parse[id.Event](p.asked.event)
	if err != nil {
		p.absent = true
		return nil
	}
	e, err := audit.Get(tx, key)
	if missing(err) || err == nil && p.fixed != "" && (e.OrganizationID == nil || *e.OrganizationID != p.fixed) {
		p.absent = true
		return nil
	}
	p.open = e
	return err
}

// filter is the address as a filter; false where nothing can match it.
func (p *logPage) filter(tx *db.AllTx) (audit.Filter, bool, error) {
	f := audit.Filter{Organization: p.fixed}
	if p.asked.kind != "" {
		f.Types = []string{p.asked.kind}
	}
	if ref, ok := seal.ParseReference(p.asked.text); ok && strings.ContainsAny(p.asked.text, "23456789-") {
		f.Reference = ref // typed into the search, in whatever form
	} else {
		f.Text = p.asked.text
	}
	if p.asked.reference != "" {
		ref, ok := seal.ParseReference(p.asked.reference)
		if !ok {
			return f, false, nil
		}
		f.Reference = ref
	}
	if p.asked.organization != "" {
		org, err := id.Parse[id.Organization](p.asked.organization)
		if err != nil {
			return f, false, nil
		}
		f.Organization = org
	}
	return p.byActor(tx, f)
}

// byActor adds the actor, by id or, for a person, by address.
func (p *logPage) byActor(tx *db.AllTx, f audit.Filter) (audit.Filter, bool, error) {
	p.actor, f.ActorID = p.asked.actor, p.asked.actor
	if p.asked.actor == "" {
		return f, true, nil
	}
	if strings.Contains(p.asked.actor, "@") {
		u, err := users.GetByEmail(tx, p.asked.actor)
		if missing(err) {
			return f, false, nil
		}
		if err != nil {
			return f, false, err
		}
		f.ActorID = string(u.ID)
	} else if key, err := id.Parse[id.User](p.asked.actor); err == nil {
		u, err := users.Get(tx, key)
		if err == nil {
			p.actor = u.DisplayName()
		} else if !missing(err) {
			return f, false, err
		}
	}
	return f, true, nil
}

// typeOptions are the kinds of event that there are.
func typeOptions() []ui.Option {
	options := []ui.Option{{Label: "Every action"}}
	for _, e := range audit.Catalog {
		options = append(options, ui.Option{Value: e.Type(), Label: e.Type()})
	}
	slices.SortFunc(options[1:], func(a, b ui.Option) int { return strings.Compare(a.Value, b.Value) })
	return options
}

// without is the list's address with one filter less.
func (p *logPage) without(name string) string {
	values := p.asked.values()
	values.Del(name)
	return with(p.path, values, "event", "")
}

func (p *logPage) chips() []ui.ChipProps {
	var chips []ui.ChipProps
	add := func(name, field, value string) {
		if value != "" {
			chips = append(chips, ui.ChipProps{Field: field, Value: value, Remove: ui.Link{Label: "Remove filter " + field, Href: p.without(name)}})
		}
	}
	add("type", "Action", p.asked.kind)
	add("actor", "Who", p.actor)
	add("reference", "Reference", p.asked.reference)
	if p.asked.organization != "" {
		name := p.asked.organization
		if o, ok := p.orgs[id.Organization(name)]; ok {
			name = o.Name
		}
		add("organization", "Organization", name)
	}
	return chips
}

func (p *logPage) eventHref(e audit.Event) string {
	return with(p.path, p.asked.values(), "event", string(e.ID))
}

func (p *logPage) organizationName(e *audit.Event) string {
	if e.OrganizationID == nil {
		return ""
	}
	if o, ok := p.orgs[*e.OrganizationID]; ok {
		return o.Name
	}
	return string(*e.OrganizationID) // deleted since
}

// eventJSON is the event as it is stored.
func eventJSON(e *audit.Event) string {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(map[string]any{"id": e.ID, "event": e.Type, "occurred_at": e.OccurredAt.UTC(), "targets": e.Targets, "data": e.Data}); err != nil {
		return "{}"
	}
	return strings.TrimSpace(out.String())
}
