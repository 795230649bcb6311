package auditlog

import (
	"encoding/json"
	"time"

	"gatehouse/audit"
	"gatehouse/audit/archive"
	"gatehouse/audit/search"
	"gatehouse/audit/views"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/web/ui"
)

// Sample is a look at a log that does not exist, for the gallery: a morning at
// a marine surveyor's, with a connection that fails.
func Sample(p Place, query Query) *Log {
	l := &Log{Place: p, Asked: Parse(query)}
	l.span, l.actor = l.Asked.span(p.Now), l.Asked.Actor
	l.orgs = map[id.Organization]ui.Link{"org_01J9HALDEN": {Label: "Halden Marine", Href: "/admin/organizations/org_01J9HALDEN"}, "org_01J9NORD": {Label: "Nordfriesische Schiffsausrüstungs- und Bergungsgesellschaft mbH."}}
	for i := range l.span.columns {
		from := l.span.since.Add(time.Duration(i) * l.span.each)
		c := Column{From: from, To: from.Add(l.span.each)}
		if i >= l.span.columns-4 { // young: before that there was nothing
			c.Entries, c.Failed = int64(20+i*37%23), int64(i*7%3)
		}
		l.columns = append(l.columns, c)
	}
	for i, s := range sampleEntries {
		l.Rows = append(l.Rows, sampleEntry(p.Now, i, s))
	}
	if p.Views != "" {
		me := id.User("user_01J9PRIYA")
		for _, v := range []views.View{{ID: "audit_log_view_01J9A", UserID: &me, Name: "Halden's failed sign-ins", Query: "period=7d&result=failed&target=org_01J9HALDEN", MadeBy: "priya@fieldnote.example"},
			{ID: "audit_log_view_01J9B", Name: "Alles, was der Nordfriesischen Bergungsgesellschaft geschah", Query: "organization=org_01J9NORD&since=2026-11-17T00%3A00%3A00Z&until=2026-11-18T00%3A00%3A00Z", MadeBy: "devin.achterberg@fieldnote.example"},
		} {
			if v.Shared() || p.Viewer.User != "" {
				l.views = append(l.views, v)
			}
		}
	}
	l.paging = db.Paging{After: string(l.Rows[len(l.Rows)-1].ID)}
	for i := range l.Rows {
		if l.Rows[i].ID == l.Asked.Event {
			l.Open = &l.Rows[i]
			l.Chain = Chain{Sequence: *l.Open.Sequence}
		}
	}
	return l
}

// SampleNothing is a search that found nothing.
func SampleNothing(p Place, query Query) *Log {
	l := Sample(p, query)
	l.Rows, l.paging = nil, db.Paging{}
	for i := range l.columns {
		l.columns[i].Entries, l.columns[i].Failed = 0, 0
	}
	return l
}

type sampleOf struct {
	ago               time.Duration
	kind, who, what   string
	target, ip, agent string
	org               id.Organization
	data              string
}

var sampleEntries = []sampleOf{
	{12 * time.Second, "authentication.sso_failed", "ines.halvorsen@haldenmarine.example", "Okta", "connection", "81.166.20.4", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0", "org_01J9HALDEN", `{"type":"sso","status":"failed","error":{"code":"SAML-AUDIENCE","message":"Okta answered, but for a different app."}}`},
	{29 * time.Second, "session.created", "marcus.obi@haldenmarine.example", "Fieldnote", "application", "81.166.20.9", "", "org_01J9HALDEN", `{}`},
	{90 * time.Second, "organization_membership.updated", "Priya Raghunathan", "sofie.aune-with-a-long-local-part@haldenmarine.example", "organization_membership", "203.0.113.7", "", "org_01J9HALDEN", `{"role":"lead"}`},
	{4 * time.Minute, "directory.held", "", "Okta", "directory", "", "", "org_01J9NORD", `{}`},
	{9 * time.Minute, "api_key.created", "Devin Achterberg", "Nightly report", "api_key", "203.0.113.9", "", "", `{"name":"Nightly report"}`},
}

func sampleEntry(now time.Time, i int, s sampleOf) search.Found {
	at, place, sequence := now.Add(-s.ago), int64(4300-i), int64(1204-i)
	hash := make([]byte, 32)
	for n := range hash {
		hash[n] = byte(n * (i + 1))
	}
	f := search.Found{Position: &place, Sequence: &sequence, Hash: hash, PreviousHash: make([]byte, 32)}
	f.Event = audit.Event{ID: id.Event("event_01JD3W7Q2ZK4M8S5T0V9X1Y6Z" + string(rune('0'+i))), Type: s.kind, Source: audit.Own, OccurredAt: at, RecordedAt: at, ActorKind: "user",
		Targets: []audit.Target{{Type: s.target, ID: s.target + "_01J9TARGET", Name: s.what}}, Data: json.RawMessage(s.data)}
	some := func(text string) *string {
		if text == "" {
			return nil
		}
		return &text
	}
	f.ActorName, f.IPAddress, f.UserAgent, f.RequestID = some(s.who), some(s.ip), some(s.agent), some("req_01JDA8Q2ZK")
	if s.who == "" {
		f.ActorKind = "system"
	} else {
		f.ActorID = some("user_01J9ACTOR")
	}
	if i == 0 {
		f.Reference = some("GH-7K2M-94QX")
	}
	if s.org != "" {
		f.OrganizationID = &s.org
	}
	return f
}

// SampleExporting is the page of exports, with files in each state.
func SampleExporting(p Place, query Query) *Exporting {
	x := &Exporting{Log: Sample(p, query), Path: p.Exports, Email: "priya@fieldnote.example", Notify: true, Format: archive.CSV, possible: true, Estimate: search.Count{Entries: 4300, About: true}}
	x.Rows, x.Open = nil, nil
	for _, s := range []archive.State{archive.Pending, archive.Running, archive.Ready, archive.Failed, archive.Cancelled, archive.Expired} {
		x.Files = append(x.Files, *SampleFile(p, s).Export)
	}
	return x
}

// SampleFile is an export in a state.
func SampleFile(p Place, state archive.State) File {
	until, sum, wrong := p.Now.Add(72*time.Hour), "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "The bucket refused the file: access denied. Look at GATEHOUSE_EXPORT_S3_URL."
	e := &archive.Export{ID: "audit_log_export_01JD3W7Q2ZK4M8S5T0V9X1Y6Z7", Format: archive.NDJSON, State: state, MadeBy: "priya@fieldnote.example", CreatedAt: p.Now.Add(-4 * time.Minute), UpdatedAt: p.Now,
		Filter: archive.Filter{Types: []string{"authentication.*"}, Since: p.Now.AddDate(0, 0, -7), Before: p.Now}, LastPosition: 4300, Position: 2580, Entries: 2481, Bytes: 1_318_442}
	switch state {
	case archive.Ready:
		e.Checksum, e.ExpiresAt = &sum, &until
	case archive.Failed:
		e.Error = &wrong
	case archive.Pending:
		e.Position, e.Entries, e.Bytes = 0, 0, 0
	}
	return File{Export: e, Path: p.Exports + "/" + string(e.ID), All: p.Exports, Now: p.Now}
}

// SampleViewing is the page of saved views; one is open where its place in the
// list is given.
func SampleViewing(p Place, query Query, open int) *Viewing {
	v := &Viewing{Log: Sample(p, query), Path: p.Views, Form: ViewForm{Shared: p.Viewer.User == ""}}
	v.Rows, v.Log.Open = nil, nil
	if open >= 0 {
		v.Open = &v.views[open]
		v.Form.Name = v.Open.Name
	}
	return v
}
