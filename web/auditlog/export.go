package auditlog

import (
	"strconv"
	"time"

	"gatehouse/audit/archive"
	"gatehouse/audit/search"
	"gatehouse/internal/db"
	"gatehouse/web/ui"
)

// Exporting is the page on which an export is asked for: what the log shows,
// as a file, and the files that there are.
type Exporting struct {
	*Log
	Path     string // of exports
	Estimate search.Count
	Files    []archive.Export
	Email    string // who is told, if they want to be
	Wrong    string // what was refused
	Format   archive.Format
	Notify   bool

	query    search.Query
	possible bool
}

// recentFiles is how many exports the page lists.
const recentFiles = 20

// Exporting reads what an export of what the address asks for would hold.
func (p Place) Exporting(tx db.OwnedScope, asked Asked, email string) (*Exporting, error) {
	asked.Event, asked.Live = "", false
	l := &Log{Place: p, Asked: asked, span: asked.span(p.Now), actor: asked.Actor}
	x := &Exporting{Log: l, Path: p.Exports, Email: email, Notify: email != "", Format: archive.CSV}
	var err error
	if x.query, x.possible, err = l.query(tx); err != nil {
		return nil, err
	}
	if x.possible {
		if x.Estimate, err = search.Estimate(tx, x.query); err != nil {
			return nil, err
		}
	}
	if x.Files, err = files(tx); err != nil {
		return nil, err
	}
	return x, l.name(tx)
}

// files are the latest exports of the transaction's own: in the dashboard the
// deployment's, not those that organizations made for themselves.
func files(tx db.OwnedScope) ([]archive.Export, error) {
	var own []db.Cond
	if _, all := tx.(*db.AllTx); all {
		own = append(own, db.Null("organization_id"))
	}
	list, _, err := archive.List(tx, db.Page{Limit: recentFiles}, own...)
	return list, err
}

// Order is what was asked for by the form; false where nothing can be in it.
func (x *Exporting) Order(format string, notify bool) (archive.Order, bool) {
	x.Format, x.Notify = archive.Format(format), notify
	o := archive.Order{Format: x.Format, Filter: archive.FilterOf(x.query)}
	if notify {
		o.Notify = x.Email
	}
	return o, x.possible
}

// filterFields are the filters of the export, for its form.
func (x *Exporting) filterFields() []ui.Hidden {
	var fields []ui.Hidden
	for name, values := range x.Asked.Values() {
		if name != "live" {
			fields = append(fields, ui.Hidden{Name: name, Value: values[0]})
		}
	}
	sortFields(fields)
	return fields
}

// words are how many entries the file will have.
func (x *Exporting) words() string {
	if !x.possible {
		return "No event can fit these filters."
	}
	words := count(x.Estimate.Entries, "event", "events")
	if x.Estimate.About {
		words = "About " + words
	}
	return words + " from " + x.span.since.Format("2 Jan 2006, 15:04") + " to " + x.until() + "."
}

func (x *Exporting) until() string {
	if x.span.before.After(x.Now) {
		return "now"
	}
	return x.span.before.Format("2 Jan 2006, 15:04") + " UTC"
}

// File is one export, on a page of its own.
type File struct {
	*archive.Export
	Path string // of the export
	All  string // of all exports
	Now  time.Time
}

// Facts are what a live part tells of.
func (f File) Facts() []any {
	return []any{f.State, f.Percent(), f.Entries, f.Bytes, f.Export.Error}
}

// status is where an export stands, in a word.
func status(e *archive.Export) ui.StatusProps {
	switch e.State {
	case archive.Ready:
		return ui.StatusProps{Label: "Ready", Tone: ui.OK}
	case archive.Running:
		return ui.StatusProps{Label: strconv.Itoa(e.Percent()) + "% done", Icon: "sync"}
	case archive.Failed:
		return ui.StatusProps{Label: "Failed", Tone: ui.Bad}
	case archive.Cancelled:
		return ui.StatusProps{Label: "Cancelled", Icon: "x"}
	case archive.Expired:
		return ui.StatusProps{Label: "Deleted", Icon: "trash"}
	}
	return ui.StatusProps{Label: "Waiting", Icon: "clock"}
}

// size is a file's, as people say it.
func size(n int64) string {
	switch {
	case n >= 1_000_000_000:
		return strconv.FormatFloat(float64(n)/1e9, 'f', 1, 64) + " GB"
	case n >= 1_000_000:
		return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB"
	case n >= 1_000:
		return strconv.FormatFloat(float64(n)/1e3, 'f', 1, 64) + " kB"
	}
	return count(n, "byte", "bytes")
}

func formatName(f archive.Format) string {
	if f == archive.NDJSON {
		return "NDJSON"
	}
	return "CSV"
}

// filterChips are what an export holds, of its filter.
func filterChips(f archive.Filter) []ui.Def {
	var defs []ui.Def
	add := func(term string, values ...string) {
		for _, value := range values {
			if value != "" {
				defs = append(defs, ui.Def{Term: term, Text: value})
			}
		}
	}
	if !f.Since.IsZero() {
		add("From", f.Since.UTC().Format("2 Jan 2006, 15:04:05"))
	}
	if !f.Before.IsZero() {
		add("Until", f.Before.UTC().Format("2 Jan 2006, 15:04:05"))
	}
	add("Search", f.Text)
	if n := len(f.Types); n > 3 {
		add("Action", count(int64(n), "type", "types"))
	} else {
		add("Action", f.Types...)
	}
	add("Who", f.Actors...)
	add("Target", f.Targets...)
	add("Address", f.Addresses...)
	add("Reference", f.Reference)
	add("Organization", string(f.Organization))
	return defs
}
