package dashboard

import (
	"strings"

	"gatehouse/internal/jobs"
	"gatehouse/web/ui"
)

// jobWords say what kinds of jobs do; a kind that is missing here is its name
// with spaces.
var jobWords = map[string]struct{ name, note string }{
	"mail":                     {"Send a mail", "Hands a mail to the relay."},
	"sms":                      {"Send a text message", "Sends a code to somebody's telephone."},
	"sweep":                    {"Clear up", "Deletes what has expired, each hour."},
	"domain_checks":            {"Find domains to check", "Looks each minute which domains are due."},
	"domain_check":             {"Check a domain", "Asks DNS for an organization's record."},
	"connection_metadata":      {"Refresh metadata", "Reads the metadata of providers again."},
	"connection_certificates":  {"Remind of certificates", "Tells admins of certificates that end soon."},
	"sso_dates":                {"Look at single sign-on dates", "Finds organizations that will require single sign-on."},
	"sso_notice":               {"Announce single sign-on", "Mails the people of an organization that will require it."},
	"directory_upkeep":         {"Look after directories", "Starts what directories wait for."},
	"directory_proof":          {"Prove an offboarding", "Looks that nothing lives of somebody who was taken away."},
	"directory_regrade":        {"Change a group's roles", "Gives a group's people the role that it is mapped to."},
	"directory_regrade_all":    {"Change all roles of a directory", "Gives a directory's people the roles of their groups."},
	"directory_apply":          {"Apply a directory", "Makes members of the people that a provider pushed."},
	"directory_delete":         {"Delete a directory", "Takes a directory away part by part."},
	"directory_owner_kept":     {"Tell of a kept owner", "Mails that an organization's last owner was kept."},
	"audit_retention":          {"Let entries expire", "Drops entries of the log whose time is up, and makes room for the next months."},
	"audit_checkpoints":        {"Sign the log's heads", "Signs where each chain stands, each hour."},
	"audit_exports_sweep":      {"Clear up exports", "Deletes exports whose time is up."},
	"webhook_deliveries_sweep": {"Clear up deliveries", "Deletes what was sent and answered long ago."},
	"directory_tokens":         {"Remind of tokens", "Tells admins of tokens that end soon."},
}

func jobName(kind string) string {
	if w, known := jobWords[kind]; known {
		return w.name
	}
	return capital(strings.ReplaceAll(kind, "_", " "))
}

func jobNote(kind string) string { return jobWords[kind].note }

// jobState is where a job stands.
func jobState(s jobs.State) ui.StatusProps {
	switch s {
	case jobs.Failed:
		return ui.StatusProps{Label: "Failed", Tone: ui.Bad}
	case jobs.Retrying:
		return ui.StatusProps{Label: "Retrying", Tone: ui.Warn, Icon: "retry"}
	case jobs.Running:
		return ui.StatusProps{Label: "Running", Tone: ui.Info, Icon: "sync"}
	case jobs.Waiting:
		return ui.StatusProps{Label: "Waiting", Icon: "clock"}
	case jobs.Scheduled:
		return ui.StatusProps{Label: "Scheduled", Icon: "clock"}
	case jobs.Completed:
		return ui.StatusProps{Label: "Done", Tone: ui.OK}
	}
	return ui.StatusProps{Label: "Cancelled", Icon: "x"}
}
