package dashboard

import (
	"slices"
	"strconv"
	"time"

	"gatehouse/export/stream"
	"gatehouse/export/webhook"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/scim/directory"
	"gatehouse/sso"
	"gatehouse/tenants"
	"gatehouse/web/ui"
)

// urgency sorts what needs attention: what is broken before what will be.
func urgency(a attention) int {
	if a.tone == ui.Bad {
		return 1
	}
	return 0
}

// healthRow is a connection that was used within a day.
type healthRow struct {
	sso.Health
	organization string
}

const (
	mostHealth = 6
	day24      = 24 * time.Hour
	// Below these a connection is said to fail: one person's typing errors are
	// no outage.
	fewFailures  = 5
	healthyShare = 90.0
)

// ssoHealth is how sign-ins by connections went within a day, and which fail.
func (p *overviewPage) ssoHealth(tx *db.AllTx, now time.Time) error {
	list, err := sso.LocateHealth(tx, now.Add(-day24), mostHealth)
	if err != nil {
		return err
	}
	var orgs []id.Organization
	for i := range list {
		if !slices.Contains(orgs, list[i].OrganizationID) {
			orgs = append(orgs, list[i].OrganizationID)
		}
	}
	names, err := tenants.ByID(tx, orgs)
	for i := range list {
		row := healthRow{list[i], names[list[i].OrganizationID].Name}
		p.health = append(p.health, row)
		if row.fails() {
			p.attention = append(p.attention, attention{tone: ui.Bad, what: row.organization, text: count(row.Failed, "sign-in", "sign-ins") + " by " + row.Name + " failed in 24 hours.",
				label: "See sign-ins", href: connectionsHome + "/" + string(row.ID) + "/sign-ins"})
		}
	}
	return err
}

func (r *healthRow) fails() bool { return r.Failed >= fewFailures && r.Share() < healthyShare }

// status is a connection's, in a word.
func (r *healthRow) status(now time.Time) ui.StatusProps {
	switch end := r.CertificateExpiresAt; {
	case r.fails():
		return ui.StatusProps{Label: "Failing", Tone: ui.Bad}
	case end != nil && end.Before(now):
		return ui.StatusProps{Label: "Certificate ended", Tone: ui.Bad}
	case end != nil && end.Sub(now) < soon:
		return ui.StatusProps{Label: "Certificate: " + count(int64(end.Sub(now)/day24), "day", "days"), Tone: ui.Warn}
	}
	return ui.StatusProps{Label: "Healthy", Tone: ui.OK}
}

func (r *healthRow) share() string { return strconv.FormatFloat(r.Share(), 'f', 1, 64) + "%" }

// endingCertificates are those of connections that are on.
func (p *overviewPage) endingCertificates(tx *db.AllTx, now time.Time) error {
	list, _, err := sso.List(tx, sso.ListQuery{State: sso.Active, CertificateBefore: now.Add(soon), Page: db.Page{Limit: mostAttention}})
	for _, c := range list {
		a := attention{tone: ui.Warn, what: c.Name, text: "signing certificate ends on " + day(*c.CertificateExpiresAt) + ".", label: "See certificates", href: connectionsHome + "/" + string(c.ID) + "/certificates"}
		if c.CertificateExpiresAt.Before(now) {
			a.tone, a.text = ui.Bad, "its signing certificate ended on "+day(*c.CertificateExpiresAt)+"."
		}
		p.attention = append(p.attention, a)
	}
	return err
}

// failingEndpoints are those that answer no longer, and those that were given up.
func (p *overviewPage) failingEndpoints(tx *db.AllTx, now time.Time) error {
	list, _, err := webhook.List(tx, "", db.Page{Limit: db.MaxLimit})
	for i := range list {
		e := &list[i]
		a := attention{tone: ui.Bad, what: e.URL, label: "Open endpoint", href: "/admin/webhooks/" + string(e.ID)}
		switch {
		case e.DisabledReason != nil && e.Status != webhook.Enabled:
			a.text = "was turned off after failing for days."
		case e.FailingSince != nil && now.Sub(*e.FailingSince) > 10*time.Minute:
			a.text = "has failed since " + e.FailingSince.UTC().Format("2 January, 15:04") + "."
			if e.LastStatus != nil {
				a.text = "answers with " + strconv.FormatInt(*e.LastStatus, 10) + " since " + e.FailingSince.UTC().Format("2 January, 15:04") + "."
			}
		default:
			continue
		}
		p.attention = append(p.attention, a)
	}
	return err
}

func (p *overviewPage) failingStreams(tx *db.AllTx, _ time.Time) error {
	list, _, err := stream.List(tx, stream.Query{Page: db.Page{Limit: db.MaxLimit}})
	for i := range list {
		s := &list[i]
		if s.State == stream.Paused || s.LastError == nil || s.Failures < fewFailures && s.State == stream.Active {
			continue
		}
		p.attention = append(p.attention, attention{tone: ui.Bad, what: s.Name, text: "log stream: " + *s.LastError, label: "Open stream", href: "/admin/log-streams/" + string(s.ID)})
	}
	return err
}

func (p *overviewPage) failedJobs(tx *db.AllTx, _ time.Time) error {
	counts, err := jobs.Counts(tx.Tx)
	if n := counts[jobs.Failed]; n > 0 {
		p.attention = append(p.attention, attention{tone: ui.Warn, what: "Jobs", text: count(n, "job has", "jobs have") + " failed as often as they may.", label: "See jobs", href: "/admin/jobs?state=failed"})
	}
	return err
}

// directoryFigures are how directories stand.
type directoryFigures struct{ all, held, stopped int64 }

func (p *overviewPage) countDirectories(tx *db.AllTx, now time.Time) (err error) {
	d := &p.directories
	for _, c := range []struct {
		into *int64
		q    directory.ListQuery
	}{{&d.all, directory.ListQuery{}}, {&d.held, directory.ListQuery{Held: true}}, {&d.stopped, directory.ListQuery{Stopped: now}}} {
		if *c.into, err = directory.Count(tx, c.q); err != nil {
			return err
		}
	}
	return nil
}

func (d directoryFigures) well() int64 { return max(0, d.all-d.held-d.stopped) }
