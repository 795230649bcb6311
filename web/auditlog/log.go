package auditlog

import (
	"errors"
	"slices"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/audit/search"
	"gatehouse/audit/views"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/web/ui"
)

// Place is where the log is shown, and whose it is.
type Place struct {
	Path         string          // of the list
	Organization id.Organization // within an *db.AllTx: the log is of this one alone
	Alone        bool            // all entries are of one organization: no column names it
	Person       id.User         // the log is of what this person did or, where the address says so, of what was done to them
	Tab          bool            // the page's head is another thing's: the log's own buttons stand beside the search
	Exports      string          // where exports are made; empty: nowhere
	Views        string          // where ways of looking are kept; empty: nowhere
	Viewer       Viewer          // who looks, where they are
	Kept         string          // for how long, in words
	Now          time.Time

	// Named says what an organization is called, and which page it has.
	Named func(tx db.OwnedScope, orgs []id.Organization) (map[id.Organization]ui.Link, error)
	// Actor finds who is meant by an email address or an id: their id, and what to call them.
	Actor func(tx db.OwnedScope, asked string) (id, name string, err error)
	// Page is where something that an entry tells of is shown, or "".
	Page func(kind, id string) string
	// SignIn is where a sign-in is shown by its reference, or "".
	SignIn func(reference string) string
}

// Log is one look at the log.
type Log struct {
	Place
	Asked  Asked
	Rows   []search.Found
	Open   *search.Found // the entry of the address
	Absent bool          // which is not there
	Chain  Chain         // of the entry that is open

	span    span
	columns []Column
	paging  db.Paging
	orgs    map[id.Organization]ui.Link
	actor   string // what to call whom it is filtered by
	views   []views.View
}

// Column is one of the histogram.
type Column struct {
	From, To time.Time
	Entries  int64
	Failed   int64
	About    bool
}

// pageSize is how many rows a list has.
const pageSize = 50

// Load reads what the address asks for.
func (p Place) Load(tx db.OwnedScope, asked Asked) (*Log, error) {
	l := &Log{Place: p, Asked: asked, span: asked.span(p.Now), actor: asked.Actor}
	q, possible, err := l.query(tx)
	if err != nil {
		return nil, err
	}
	if possible {
		if err := l.find(tx, q); err != nil {
			return nil, err
		}
	}
	if err := l.open(tx); err != nil {
		return nil, err
	}
	if err := l.loadViews(tx); err != nil {
		return nil, err
	}
	return l, l.name(tx)
}

// find reads the rows and the columns.
func (l *Log) find(tx db.OwnedScope, q search.Query) (err error) {
	page := db.Page{After: l.Asked.After, Before: l.Asked.Before, Limit: pageSize}
	l.Rows, l.paging, err = search.Find(tx, q, page)
	if err != nil {
		return err
	}
	l.columns, err = histogram(tx, q, l.span.columns)
	return err
}

// histogram counts entries by time and, of them, those that failed.
func histogram(tx db.OwnedScope, q search.Query, columns int) ([]Column, error) {
	all, err := search.Histogram(tx, q, columns)
	if err != nil {
		return nil, err
	}
	placed := make([]Column, len(all))
	for i, b := range all {
		placed[i] = Column{From: b.From, To: b.To, Entries: b.Entries, About: b.About}
	}
	q.Types = failuresAmong(q.Types)
	if len(q.Types) == 0 {
		return placed, nil
	}
	failed, err := search.Histogram(tx, q, columns)
	for i := range min(len(failed), len(placed)) {
		placed[i].Failed = min(failed[i].Entries, placed[i].Entries)
	}
	return placed, err
}

// failuresAmong are the types that say that something failed, of those that
// are looked for.
func failuresAmong(types []string) []string {
	failures := typesOf("failed")
	if len(types) == 0 {
		return failures
	}
	return slices.DeleteFunc(failures, func(failure string) bool {
		return !slices.ContainsFunc(types, func(asked string) bool {
			family, all := strings.CutSuffix(asked, "*")
			return failure == asked || all && strings.HasPrefix(failure, family)
		})
	})
}

// query is the address as search is asked; false where nothing can match it.
func (l *Log) query(tx db.OwnedScope) (search.Query, bool, error) {
	a := l.Asked
	q := search.Query{Organization: l.Organization, Text: a.Text, Reference: a.Reference, Since: l.span.since, Before: l.span.before}
	if ref, ok := seal.ParseReference(a.Text); ok && ref == a.Text {
		q.Text, q.Reference = "", ref
	}
	if a.Organization != "" && !l.Alone {
		org, err := id.Parse[id.Organization](a.Organization)
		if err != nil {
			return q, false, nil
		}
		q.Organization = org
	}
	if a.Address != "" {
		q.Addresses = []string{a.Address}
	}
	if a.Target != "" {
		q.Targets = []string{a.Target}
	}
	if q.Types = l.types(); q.Types != nil && len(q.Types) == 0 {
		return q, false, nil
	}
	if l.Person != "" {
		if a.Target != string(l.Person) {
			q.Actors = []string{string(l.Person)}
		}
		return q, true, nil
	}
	return l.byActor(tx, q)
}

// types are the action and the result that are looked for, as types; nil where
// any will do, and none where nothing can be both.
func (l *Log) types() []string {
	a := l.Asked
	switch {
	case a.Result == "" && a.Type == "":
		return nil
	case a.Result == "":
		return []string{a.Type}
	}
	types := typesOf(a.Result)
	if a.Type == "" {
		return types
	}
	family, whole := strings.CutSuffix(a.Type, "*")
	return slices.DeleteFunc(types, func(kind string) bool { return kind != a.Type && (!whole || !strings.HasPrefix(kind, family)) })
}

func (l *Log) byActor(tx db.OwnedScope, q search.Query) (search.Query, bool, error) {
	if l.Asked.Actor == "" {
		return q, true, nil
	}
	key := l.Asked.Actor
	if l.Actor != nil {
		found, name, err := l.Actor(tx, key)
		if errors.Is(err, db.ErrNotFound) {
			return q, false, nil
		}
		if err != nil {
			return q, false, err
		}
		key, l.actor = found, name
	}
	q.Actors = []string{key}
	return q, true, nil
}

// open reads the entry of the address, which need not be in the list.
func (l *Log) open(tx db.OwnedScope) error {
	if l.Absent = l.Asked.Unknown; l.Asked.Event == "" || l.Absent {
		return nil
	}
	e, err := search.Get(tx, l.Asked.Event)
	if errors.Is(err, db.ErrNotFound) || err == nil && !l.mine(&e.Event) {
		l.Absent = true
		return nil
	}
	if err != nil {
		return err
	}
	l.Open = e
	l.Chain, err = chainOf(tx, e, l.Asked.Check)
	return err
}

// mine reports whether an entry belongs into this log.
func (l *Log) mine(e *audit.Event) bool {
	if l.Organization != "" && (e.OrganizationID == nil || *e.OrganizationID != l.Organization) {
		return false
	}
	if l.Person == "" {
		return true
	}
	return e.ActorID != nil && *e.ActorID == string(l.Person) ||
		slices.ContainsFunc(e.Targets, func(t audit.Target) bool { return t.ID == string(l.Person) })
}

// name says what organizations are called, and who it is filtered by.
func (l *Log) name(tx db.OwnedScope) (err error) {
	var orgs []id.Organization
	seen := l.Rows
	if l.Open != nil {
		seen = append(slices.Clone(seen), *l.Open)
	}
	for i := range seen {
		e := &seen[i]
		if e.OrganizationID != nil && !slices.Contains(orgs, *e.OrganizationID) {
			orgs = append(orgs, *e.OrganizationID)
		}
		if l.Asked.Actor != "" && l.actor == l.Asked.Actor && e.ActorID != nil && *e.ActorID == l.actor && e.ActorName != nil {
			l.actor = *e.ActorName
		}
	}
	if asked, err := id.Parse[id.Organization](l.Asked.Organization); err == nil && !slices.Contains(orgs, asked) {
		orgs = append(orgs, asked)
	}
	if l.Named != nil && len(orgs) > 0 {
		l.orgs, err = l.Named(tx, orgs)
	}
	return err
}

// organization is what to call an entry's.
func (l *Log) organization(e *audit.Event) ui.Link {
	if e.OrganizationID == nil {
		return ui.Link{}
	}
	if link, ok := l.orgs[*e.OrganizationID]; ok {
		return link
	}
	return ui.Link{Label: string(*e.OrganizationID)} // deleted since
}

// total is how many entries there are in the time that is looked at.
func (l *Log) total() (n int64, about bool) {
	for _, c := range l.columns {
		n += c.Entries
		about = about || c.About
	}
	return n, about
}
