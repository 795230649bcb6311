package dashboard

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/web/auditlog"
	"gatehouse/web/ui"
)

const eventsHome = "/admin/events"

// eventType is one kind of event that there is.
type eventType struct {
	name, words string
	published   bool // applications hear of it
}

// eventFamily is what several kinds are about.
type eventFamily struct {
	name  string
	types []eventType
}

// eventFamilies are the catalog's types, by what they are about.
func eventFamilies(search string, published bool) []eventFamily {
	var families []eventFamily
	for _, e := range audit.Catalog {
		t := eventType{e.Type(), auditlog.Name(e.Type()), audit.Published(e.Type())}
		if published && !t.published || !strings.Contains(strings.ToLower(t.name+" "+t.words), strings.ToLower(search)) {
			continue
		}
		family, _, _ := strings.Cut(t.name, ".")
		i := slices.IndexFunc(families, func(f eventFamily) bool { return f.name == family })
		if i < 0 {
			families = append(families, eventFamily{name: family})
			i = len(families) - 1
		}
		families[i].types = append(families[i].types, t)
	}
	slices.SortFunc(families, func(a, b eventFamily) int { return strings.Compare(a.name, b.name) })
	for _, f := range families {
		slices.SortFunc(f.types, func(a, b eventType) int { return strings.Compare(a.name, b.name) })
	}
	return families
}

type eventTypesPage struct {
	frame
	q         string
	published bool
	families  []eventFamily
}

func (h *Handler) eventTypes(v *visit) error {
	p := eventTypesPage{frame: v.frame("Events", eventsHome), q: v.query("q"), published: v.query("show") == "published"}
	p.families = eventFamilies(p.q, p.published)
	return v.show(http.StatusOK, eventTypesView(p))
}

type eventTypePage struct {
	frame
	eventType
	example string
}

// exampleID is the id of every example.
const exampleID id.Event = "event_01JHP3M6V8T5X4C1K7Q9Z2R0AJ"

func (h *Handler) eventType(v *visit) error {
	name := v.Param("type")
	if !slices.ContainsFunc(audit.Catalog, func(e audit.Entry) bool { return e.Type() == name }) {
		return db.ErrNotFound
	}
	body, err := wire.Encode(audit.ExampleEvent(name, exampleID, v.now.Truncate(24*time.Hour)))
	if err != nil {
		return err
	}
	p := eventTypePage{frame: v.frame(name, eventsHome), eventType: eventType{name, auditlog.Name(name), audit.Published(name)}, example: string(body)}
	return v.show(http.StatusOK, eventTypeView(p))
}

// feedRow is an event as it goes to applications.
type feedRow struct {
	audit.Numbered
	organization ui.Link
}

type eventFeedPage struct {
	frame
	rows  []feedRow
	head  int64
	pager ui.PagerProps
}

// eventFeed is what applications hear of, in the order in which they hear it:
// a cursor never skips an entry that committed late.
func (h *Handler) eventFeed(v *visit) error {
	p := eventFeedPage{frame: v.frame("Event feed", eventsHome)}
	err := v.read(func(tx *db.AllTx) error { return p.load(tx, v) })
	if err != nil {
		return err
	}
	return v.show(http.StatusOK, eventFeedView(p))
}

func (p *eventFeedPage) load(tx *db.AllTx, v *visit) (err error) {
	if p.head, err = audit.Head(tx); err != nil {
		return err
	}
	q := audit.FeedQuery{Types: audit.PublishedTypes(), Newest: true, Limit: pageSize + 1}
	if before, err := strconv.ParseInt(v.query("before"), 10, 64); err == nil && before > 1 {
		q.Until = before - 1
		p.pager.Newer.Href, p.pager.Newer.Label = eventsHome+"/feed", "Newest"
	}
	list, err := audit.Feed(tx, q)
	if err != nil {
		return err
	}
	if len(list) > pageSize {
		list = list[:pageSize]
		p.pager.Older.Href = with(eventsHome+"/feed", nil, "before", strconv.FormatInt(list[pageSize-1].Position, 10))
	}
	p.pager.Text = count(int64(len(list)), "event", "events") + " here"
	var orgs []id.Organization
	for i := range list {
		if org := list[i].OrganizationID; org != nil && !slices.Contains(orgs, *org) {
			orgs = append(orgs, *org)
		}
	}
	links, err := organizationLinks(tx, orgs)
	for i := range list {
		row := feedRow{Numbered: list[i]}
		if org := list[i].OrganizationID; org != nil {
			row.organization = ui.Link{Label: string(*org)}
			if link, ok := links[*org]; ok {
				row.organization = link
			}
		}
		p.rows = append(p.rows, row)
	}
	return err
}

// wireJSON is an event of the feed as applications receive it.
func wireJSON(n audit.Numbered) string {
	e, err := audit.WireEvent(n)
	if err != nil {
		return "{}"
	}
	body, err := wire.Encode(e)
	if err != nil || !json.Valid(body) {
		return "{}"
	}
	return string(body)
}
