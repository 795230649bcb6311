package auditlog

import (
	"net/url"
	"slices"
	"strings"

	"gatehouse/audit/views"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/web/ui"
)

// Viewer is who looks at the log, and whose views they have.
type Viewer struct {
	User  id.User // empty: they came by a link, and keep nothing for themselves
	Share bool    // they may change what all have
	All   string  // what to call all who see this log: "the team"
}

// view is an address as views keep it: what the list is narrowed by, and not
// the page, the entry that is open, or that it keeps itself up to date. A
// period stays one; only a time that was chosen exactly is kept exactly.
func (a Asked) view() string {
	a.Live = false
	return a.Values().Encode()
}

// Kept is the filters of a form, or of an address, as a view keeps them.
func Kept(query Query) string { return Parse(query).view() }

// Viewing is the page on which ways of looking at the log are kept.
type Viewing struct {
	*Log
	Path   string // of the views
	Form   ViewForm
	Wrong  map[string]string
	Open   *views.View // the one that is being changed
	Delete bool        // it is to be deleted
}

// ViewForm is what somebody typed.
type ViewForm struct {
	Name   string
	Shared bool
}

// Viewing reads the page for what the address asks for.
func (p Place) Viewing(tx db.OwnedScope, asked Asked) (*Viewing, error) {
	asked.Event, asked.Live = "", false
	l := &Log{Place: p, Asked: asked, span: asked.span(p.Now), actor: asked.Actor}
	if _, _, err := l.query(tx); err != nil {
		return nil, err
	}
	if err := l.loadViews(tx); err != nil {
		return nil, err
	}
	return &Viewing{Log: l, Path: p.Views, Form: ViewForm{Shared: p.Viewer.User == ""}}, l.name(tx)
}

// loadViews reads what the menu offers.
func (l *Log) loadViews(tx db.OwnedScope) (err error) {
	if l.Views != "" {
		l.views, err = views.List(tx, l.Viewer.User)
	}
	return err
}

// own and shared are the views by whose they are.
func (l *Log) own() []views.View {
	return slices.DeleteFunc(slices.Clone(l.views), func(v views.View) bool { return v.Shared() })
}

func (l *Log) shared() []views.View {
	return slices.DeleteFunc(slices.Clone(l.views), func(v views.View) bool { return !v.Shared() })
}

// viewHref is where a view leads: a link with its query.
func (l *Log) viewHref(v *views.View) string { return ViewHref(l.Path, v.Query) }

// ViewHref is the log at path as a query shows it.
func ViewHref(path, query string) string {
	if query == "" {
		return path
	}
	return path + "?" + query
}

// current reports whether the page shows what a view does.
func (l *Log) current(v *views.View) bool { return v.Query == l.Asked.view() }

// viewsHref is where views are kept, with the filters that are on.
func (l *Log) viewsHref() string {
	a := l.Asked
	a.Live = false
	return a.with(l.Views)
}

// canSave reports whether the visitor may keep anything.
func (l *Log) canSave() bool { return l.Viewer.User != "" || l.Viewer.Share }

// May reports whether the visitor may change a view that they have.
func (v Viewer) May(view *views.View) bool { return !view.Shared() || v.Share }

// words say what a view shows.
func viewWords(query string) string {
	values, err := url.ParseQuery(query)
	if err != nil {
		return ""
	}
	a := Parse(values)
	var parts []string
	for _, text := range []string{a.Text, a.Type, a.Result, a.Actor, a.Target, a.Address, a.Reference, a.Organization} {
		if text != "" {
			parts = append(parts, text)
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "everything")
	}
	words := strings.Join(parts, " · ")
	if a.custom() {
		s := a.span(a.Until)
		return words + ", " + spanWords(s.since, s.before)
	}
	return words + ", " + periods[a.period()].label
}

// viewFields are the filters that are on, for a form.
func (l *Log) viewFields() []ui.Hidden {
	var fields []ui.Hidden
	for name, values := range l.Asked.Values() {
		if name != "live" {
			fields = append(fields, ui.Hidden{Name: name, Value: values[0]})
		}
	}
	sortFields(fields)
	return fields
}

// viewChips are the filters that are on; taking one away stays on this page.
func (v *Viewing) viewChips() []ui.ChipProps {
	chips := v.chips()
	for i := range chips {
		chips[i].Remove.Href = v.Path + strings.TrimPrefix(chips[i].Remove.Href, v.Log.Path)
	}
	return chips
}

// at is the page of one view, with the filters that are on.
func (v *Viewing) at(view *views.View, end string) string {
	return v.Asked.with(v.Path + "/" + string(view.ID) + end)
}

// items are what can be done with a view.
func (v *Viewing) items(view *views.View) []ui.MenuItem {
	items := []ui.MenuItem{{Label: "Rename", Href: v.at(view, ""), Icon: "edit"}}
	if !v.current(view) && (v.Asked.Filtered() || v.Asked.Period != "" || v.Asked.custom()) {
		items = append(items, ui.MenuItem{Label: "Replace with these filters", Icon: "retry", Post: &ui.Post{Action: v.Path + "/" + string(view.ID) + "/replace", Fields: v.viewFields()}})
	}
	return append(items, ui.MenuItem{Label: "Delete", Href: v.at(view, "/delete"), Icon: "trash", Danger: true})
}

// owners are whom a view can be kept for.
func (v *Viewing) owners() []ui.Option {
	return []ui.Option{{Value: "me", Label: "Me"}, {Value: "all", Label: capital(v.Viewer.All), Hint: "Everybody who sees this log has it in the menu."}}
}

func (f ViewForm) owner() string {
	if f.Shared {
		return "all"
	}
	return "me"
}
