package dashboard

import (
	"time"

	"gatehouse/audit"
	"gatehouse/web/auditlog"
	"gatehouse/web/ui"
)

// moment is an event on a timeline.
func moment(v *visit, e *audit.Event) ui.Moment {
	tone, _ := auditlog.Tone(e.Type)
	words := auditlog.Name(e.Type)
	if target := auditlog.What(e); target != "" {
		words += ": " + target
	}
	m := ui.Moment{Tone: tone, Text: words, Sub: when(v.now, e.OccurredAt) + ", " + auditlog.Who(e), Href: "/admin/audit-log?event=" + string(e.ID)}
	if tone == ui.Neutral {
		m.Icon = auditlog.Icon(e.Type)
	}
	return m
}

// when is an instant beside a sentence.
func when(now, at time.Time) string {
	at = at.UTC()
	switch d := now.Sub(at); {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return itoa(int(d.Minutes())) + " min ago"
	case d < 24*time.Hour:
		return itoa(int(d.Hours())) + " h ago"
	}
	return at.Format("2 Jan 2006, 15:04")
}

// targetPage is the page of what an event happened to, or "".
func targetPage(kind, key string) string {
	switch kind {
	case "user":
		return "/admin/users/" + key
	case "organization":
		return "/admin/organizations/" + key
	case "application":
		return "/admin/applications/" + key
	case "connection":
		return connectionsHome + "/" + key
	case "directory":
		return directoriesHome + "/" + key
	case "webhook_endpoint":
		return "/admin/webhooks/" + key
	case "log_stream":
		return "/admin/log-streams/" + key
	}
	return ""
}
