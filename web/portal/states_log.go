package portal

import (
	"net/url"

	"github.com/a-h/templ"

	"gatehouse/audit/archive"
	"gatehouse/web/auditlog"
)

// logStates are the pages of an organization's log.
var logStates = []State{
	{"portal-audit-log", func(l Look) templ.Component { return auditLogView(sampleLog(l, "", auditlog.Sample)) }},
	{"portal-audit-log-event", func(l Look) templ.Component {
		return auditLogView(sampleLog(l, "event=event_01JD3W7Q2ZK4M8S5T0V9X1Y6Z0", auditlog.Sample))
	}},
	{"portal-audit-log-none", func(l Look) templ.Component {
		return auditLogView(sampleLog(l, "q=nordby&period=24h", auditlog.SampleNothing))
	}},
	{"portal-audit-log-views", func(l Look) templ.Component {
		return viewsView(viewsPage{sampleFrame(l, "Saved views", pathLog), auditlog.SampleViewing(samplePlace(), url.Values{"result": {"failed"}}, -1)})
	}},
	{"portal-audit-log-views-link", func(l Look) templ.Component {
		p := samplePlace()
		p.Viewer.User = ""
		return viewsView(viewsPage{sampleFrame(l, "Saved views", pathLog), auditlog.SampleViewing(p, url.Values{}, -1)})
	}},
	{"portal-export-new", func(l Look) templ.Component {
		return exportsView(exportsPage{sampleFrame(l, "Export", pathLog), auditlog.SampleExporting(samplePlace(), url.Values{})})
	}},
	{"portal-export-running", func(l Look) templ.Component {
		return exportView(exportPage{sampleFrame(l, "Export of the audit log", pathLog), auditlog.SampleFile(samplePlace(), archive.Running)})
	}},
}

func samplePlace() auditlog.Place {
	return auditlog.Place{Path: pathLog, Alone: true, Exports: pathExports, Views: pathViews, Viewer: auditlog.Viewer{User: "user_01J9INES", Share: true, All: "the organization"}, Now: noon}
}

func sampleLog(l Look, query string, make func(auditlog.Place, auditlog.Query) *auditlog.Log) logPage {
	values, _ := url.ParseQuery(query)
	return logPage{sampleFrame(l, "Audit log", pathLog), make(samplePlace(), values)}
}
