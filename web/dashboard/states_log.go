package dashboard

import (
	"net/url"
	"time"

	"github.com/a-h/templ"

	"gatehouse/audit/archive"
	"gatehouse/audit/search"
	"gatehouse/audit/views"
	"gatehouse/login/pace"
	"gatehouse/sso"
	"gatehouse/web/auditlog"
	"gatehouse/web/ui"
)

// logStates are the pages of the log, of exports and events, and the overview.
var logStates = []State{
	{"dashboard-audit-log", func(l Look) templ.Component { return auditLogView(sampleLog(l, "", nil)) }},
	{"dashboard-audit-log-event", func(l Look) templ.Component {
		p := sampleLog(l, "result=failed&period=1h&event=event_01JD3W7Q2ZK4M8S5T0V9X1Y6Z0", nil)
		p.log.Chain.Checked, p.log.Chain.Entries, p.log.Chain.From, p.log.Chain.Signed = true, 1204, 1, noon.Add(-23*time.Minute)
		return auditLogView(p)
	}},
	{"dashboard-audit-log-broken", func(l Look) templ.Component {
		p := sampleLog(l, "event=event_01JD3W7Q2ZK4M8S5T0V9X1Y6Z2", nil)
		p.log.Chain.Checked, p.log.Chain.Fault = true, "altered: org_01J9HALDEN: entry 17 (event_01JD3W7Q2ZK4M8S5T0V9X1Y6Z7): it says something else than when it was numbered"
		return auditLogView(p)
	}},
	{"dashboard-audit-log-none", func(l Look) templ.Component {
		return auditLogView(sampleLog(l, "q=nordby&result=failed", auditlog.SampleNothing))
	}},
	{"dashboard-audit-log-empty", func(l Look) templ.Component { return auditLogView(sampleLog(l, "period=1h", auditlog.SampleNothing)) }},
	{"dashboard-audit-log-live", func(l Look) templ.Component {
		p := sampleLog(l, "live=1&period=1h", nil)
		p.refresh = p.log.Refresh()
		return auditLogView(p)
	}},
	{"dashboard-audit-log-views", func(l Look) templ.Component { return viewsView(sampleViews(l, -1)) }},
	{"dashboard-audit-log-views-none", func(l Look) templ.Component {
		p := samplePlace(admin)
		p.Views = ""
		view := auditlog.SampleViewing(p, url.Values{}, -1)
		view.Path, view.Views = viewsHome, viewsHome
		return viewsView(viewsPage{sampleFrame(l, admin, "Saved views", logHome), view})
	}},
	{"dashboard-audit-log-view-taken", func(l Look) templ.Component {
		p := sampleViews(l, -1)
		p.Form, p.Wrong = auditlog.ViewForm{Name: "policies", Shared: true}, faults{"name": views.ErrTaken.Message}
		p.frame = p.fail(p.Wrong)
		return viewsView(p)
	}},
	{"dashboard-audit-log-view-rename", func(l Look) templ.Component { return viewsView(sampleViews(l, 1)) }},
	{"dashboard-audit-log-view-delete", func(l Look) templ.Component {
		p := sampleViews(l, 1)
		p.Delete = true
		return viewsView(p)
	}},
	{"dashboard-export-new", func(l Look) templ.Component {
		query, _ := url.ParseQuery("type=authentication.%2A&period=7d")
		return exportsView(exportsPage{sampleFrame(l, admin, "Export", logHome), auditlog.SampleExporting(samplePlace(admin), query)})
	}},
	{"dashboard-export-waiting", func(l Look) templ.Component { return exportView(sampleExport(l, archive.Pending)) }},
	{"dashboard-export-running", func(l Look) templ.Component { return exportView(sampleExport(l, archive.Running)) }},
	{"dashboard-export-ready", func(l Look) templ.Component { return exportView(sampleExport(l, archive.Ready)) }},
	{"dashboard-export-failed", func(l Look) templ.Component { return exportView(sampleExport(l, archive.Failed)) }},
	{"dashboard-event-type", func(l Look) templ.Component {
		return eventTypeView(eventTypePage{frame: sampleFrame(l, viewer, "user.created", eventsHome), eventType: eventType{"user.created", "User created", true}, example: `{"object":"event","id":"` + string(exampleID) + `","event":"user.created"}`})
	}},
	{"dashboard-events-none", func(l Look) templ.Component {
		return eventTypesView(eventTypesPage{frame: sampleFrame(l, viewer, "Events", eventsHome), q: "nordby"})
	}},
	{"dashboard-event-feed-empty", func(l Look) templ.Component {
		return eventFeedView(eventFeedPage{frame: sampleFrame(l, viewer, "Event feed", eventsHome)})
	}},
	{"dashboard-overview", func(l Look) templ.Component { return overviewView(sampleOverview(l)) }},
	{"dashboard-overview-quiet", func(l Look) templ.Component {
		p := sampleOverview(l)
		p.attention, p.health, p.active, p.pace = nil, nil, sampleActive(), pace.Day{}
		return overviewView(p)
	}},
}

func samplePlace(r role) auditlog.Place {
	p := sampleVisit(r).logPlace(logHome)
	p.Now = noon
	return p
}

func sampleLog(l Look, query string, make func(auditlog.Place, auditlog.Query) *auditlog.Log) logPage {
	if make == nil {
		make = auditlog.Sample
	}
	values, _ := url.ParseQuery(query)
	return logPage{sampleFrame(l, admin, "Audit log", logHome), make(samplePlace(admin), values)}
}

func sampleViews(l Look, open int) viewsPage {
	query, _ := url.ParseQuery("type=authentication.%2A&result=failed&period=7d")
	return viewsPage{sampleFrame(l, admin, "Saved views", logHome), auditlog.SampleViewing(samplePlace(admin), query, open)}
}

func sampleExport(l Look, state archive.State) exportPage {
	return exportPage{sampleFrame(l, admin, "Export of the audit log", logHome, ui.Link{Label: "Exports", Href: exportsHome}), auditlog.SampleFile(samplePlace(admin), state)}
}

// sampleActive rises over half a year.
func sampleActive() search.Active {
	a := search.Active{Before: 39_690, Compared: true}
	for i := range activeWeeks {
		a.Weeks = append(a.Weeks, search.ActiveWeek{Day: noon.Truncate(24*time.Hour).AddDate(0, 0, 7*(i+1-activeWeeks)), People: int64(30_408 + i*432)})
	}
	return a
}

func sampleOverview(l Look) overviewPage {
	p := overviewPage{frame: sampleFrame(l, admin, "Overview", "/admin"), organizations: 1284, people: 48_211, connections: 612, active: search.Active{Weeks: []search.ActiveWeek{{Day: noon.Truncate(24 * time.Hour), People: 41_208}}},
		pace: pace.Day{P95: 312 * time.Millisecond, Before: 330 * time.Millisecond, Known: true, Compared: true},
		figures: signIns{period: usualPeriod, now: noon, succeeded: 445_767, failed: 5665, before: 420_100, beforeBad: 4800, secondFailed: 564,
			ok:  map[string]int64{"authentication.sso": 258_545, "authentication.password": 84_695, "authentication.passkey": 57_950, "authentication.magic_auth": 44_200, "authentication.oauth": 377},
			bad: map[string]int64{"authentication.password": 2616, "authentication.sso": 1204, "authentication.magic_auth": 902, "authentication.passkey": 379}},
		directories: directoryFigures{all: 244, held: 1, stopped: 2}}
	for i := range 30 {
		n := int64(17_000 + i*531%2900)
		if i%7 < 2 {
			n = 7400 + int64(i*97)
		}
		if i < 26 {
			n = 0 // the deployment is young
		}
		p.figures.columns = append(p.figures.columns, signInColumn{noon.Truncate(24*time.Hour).AddDate(0, 0, i-29), n, n / 90})
	}
	p.figures.columns[27].failed = 1026
	ends := noon.Add(9 * 24 * time.Hour)
	kestrel := sso.Health{Connection: sso.Connection{ID: "conn_01J9KESTREL", Name: "Entra ID"}, Succeeded: 551, Failed: 1204}
	kestrel.OrganizationID = "org_01J9KESTREL"
	long := sso.Health{Connection: sso.Connection{ID: "conn_01J9NORD", Name: "Google", CertificateExpiresAt: &ends}, Succeeded: 2604, Failed: 2}
	long.OrganizationID = "org_01J9NORD"
	p.health = []healthRow{{kestrel, "Kestrel Logistics"}, {long, sampleLong}}
	p.attention = []attention{
		{tone: ui.Bad, what: "Kestrel Logistics", text: "1,204 sign-ins by Entra ID failed in 24 hours.", label: "See sign-ins", href: connectionsHome + "/conn_01J9KESTREL/sign-ins"},
		{tone: ui.Bad, what: "https://api.fieldnote.example/hooks/auth", text: "answers with 503 since 22 November, 07:02.", label: "Open endpoint", href: "/admin/webhooks/we_01J9"},
		{tone: ui.Warn, what: sampleLong, text: "signing certificate ends on 1 December 2026.", label: "See certificates", href: connectionsHome + "/conn_01J9NORD/certificates"},
	}
	return p
}
