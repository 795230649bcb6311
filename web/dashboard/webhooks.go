package dashboard

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gatehouse/audit"
	"gatehouse/export/webhook"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/tenants"
	"gatehouse/web/ui"
)

const webhooksHome = "/admin/webhooks"

type webhooksPage struct {
	frame
	rows    []webhook.Endpoint
	success map[id.Endpoint]webhook.Success
	owners  map[id.Organization]tenants.Organization
	pager   ui.PagerProps
}

func (h *Handler) webhooks(v *visit) error {
	p := webhooksPage{frame: v.frame("Webhooks", webhooksHome)}
	err := v.read(func(tx *db.AllTx) (err error) {
		var paging db.Paging
		if p.rows, paging, err = webhook.List(tx, "", v.page()); err != nil {
			return err
		}
		p.pager = pager(webhooksHome, nil, paging, count(int64(len(p.rows)), "endpoint", "endpoints")+" here")
		if p.success, err = webhook.SuccessOf(tx, p.rows); err != nil {
			return err
		}
		var keys []id.Organization
		for _, e := range p.rows {
			if e.OrganizationID != nil {
				keys = append(keys, *e.OrganizationID)
			}
		}
		p.owners, err = tenants.ByID(tx, keys)
		return err
	})
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, webhooksView(p))
}

// owner is whose events an endpoint hears of.
func (p webhooksPage) owner(e webhook.Endpoint) string {
	if e.OrganizationID == nil {
		return "Every organization"
	}
	return p.owners[*e.OrganizationID].Name
}

// endpointName is an address as people tell endpoints apart: without its
// scheme, and without the query, which is often a key.
func endpointName(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "Endpoint"
	}
	return strings.TrimSuffix(u.Host+u.EscapedPath(), "/")
}

// eventsOf says how much an endpoint hears.
func eventsOf(e webhook.Endpoint) string {
	if slices.Contains(e.Events, webhook.All) {
		return "Every event"
	}
	return count(int64(len(e.Events)), "event type", "event types")
}

// endpointForm is an endpoint as a form has it.
type endpointForm struct {
	url, description, organization string
	every                          bool
	events                         []string
}

func (v *visit) endpointForm() (endpointForm, error) {
	form, err := browser.Form(v.Request(), "events")
	if err != nil {
		return endpointForm{}, err
	}
	return endpointForm{url: strings.TrimSpace(form.Get("endpoint_url")), description: strings.TrimSpace(form.Get("description")), organization: strings.TrimSpace(form.Get("organization")),
		every: form.Get("every") == "on", events: form.List("events")}, nil
}

// names are the events that were chosen.
func (f endpointForm) names() []string {
	if f.every {
		return []string{webhook.All}
	}
	return f.events
}

// endpointFamily is the events of one kind, such as user.
type endpointFamily struct {
	name  string
	types []string
}

// endpointFamilies are what an endpoint can choose among: all that is published,
// and what was chosen before.
func endpointFamilies(chosen []string) []endpointFamily {
	types := slices.Clone(audit.PublishedTypes())
	for _, name := range chosen {
		if name != webhook.All && !slices.Contains(types, name) {
			types = append(types, name)
		}
	}
	slices.Sort(types)
	var list []endpointFamily
	for _, t := range types {
		family, _, _ := strings.Cut(t, ".")
		if len(list) == 0 || list[len(list)-1].name != family {
			list = append(list, endpointFamily{name: family})
		}
		last := &list[len(list)-1]
		last.types = append(last.types, t)
	}
	return list
}

func (f endpointFamily) title() string { return capital(strings.ReplaceAll(f.name, "_", " ")) }

type newWebhookPage struct {
	frame
	endpointForm
	wrong faults
}

func (h *Handler) newWebhook(v *visit) error {
	return v.showNewWebhook(http.StatusOK, newWebhookPage{endpointForm: endpointForm{every: true, organization: v.query("organization")}})
}

func (v *visit) showNewWebhook(status int, p newWebhookPage) error {
	p.frame = v.frame("New endpoint", webhooksHome).fail(p.wrong)
	return v.show(status, newWebhookView(p))
}

func (h *Handler) createWebhook(v *visit) error {
	form, err := v.endpointForm()
	if err != nil {
		return err
	}
	p := newWebhookPage{endpointForm: form}
	var made *webhook.Endpoint
	var secret string
	create := func(tx db.OwnedScope) (err error) {
		made, secret, err = h.Webhooks.Create(tx, webhook.New{URL: p.url, Description: some(p.description), Events: p.names()})
		return err
	}
	if p.organization == "" {
		err = v.changeAll(func(tx *db.AllTx) error { return create(tx) })
	} else {
		org, found := v.whose(p.organization)
		if found != nil {
			p.wrong = faults{"organization": "No organization has that ID."}
			return v.showNewWebhook(http.StatusUnprocessableEntity, p)
		}
		err = v.in(org.ID, func(tx *db.OrgTx) error { return create(tx) })
	}
	var refused bool
	if p.wrong, refused = faultsOf(err, "endpoint_url", "endpoint_url", "description", "events"); refused {
		return v.showNewWebhook(http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return v.handSecret(made.ID, secret)
}

// handSecret leads to the page that shows a secret for the only time.
func (v *visit) handSecret(e id.Endpoint, secret string) error {
	if err := v.keepOnce(string(e), secret); err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, webhooksHome+"/"+string(e)+"/secret")
}
