package dashboard

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"gatehouse/export/webhook"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/tenants"
	"gatehouse/web/ui"
)

// endpointFrame is what the pages of one endpoint share.
type endpointFrame struct {
	frame
	*webhook.Endpoint
	org    *tenants.Organization // nil: it hears of every one
	path   string
	dialog templ.Component
}

// endpointFrame reads the endpoint of the address.
func (v *visit) endpointFrame(tx *db.AllTx) (endpointFrame, error) {
	var p endpointFrame
	key, err := param[id.Endpoint](v, "endpoint")
	if err != nil {
		return p, err
	}
	if p.Endpoint, err = webhook.Get(tx, key); err != nil {
		return p, err
	}
	if p.OrganizationID != nil {
		if p.org, err = customer(tx, *p.OrganizationID); err != nil {
			return p, err
		}
	}
	p.path = webhooksHome + "/" + string(key)
	p.frame = v.frame(endpointName(p.URL), webhooksHome)
	return p, nil
}

// below is the frame of a page below the endpoint's.
func (p *endpointFrame) below(v *visit, title string) {
	p.frame = v.frame(title, webhooksHome, ui.Link{Label: endpointName(p.URL), Href: p.path})
}

type webhookPage struct {
	endpointFrame
	figures webhook.Figures
	backlog webhook.Backlog
	asked   deliveryQuery
	rows    []webhook.Delivery
	pager   ui.PagerProps
	open    *deliveryPart // the delivery that the address names
}

// deliveryQuery is what the address says.
type deliveryQuery struct {
	state    webhook.State
	event    string
	delivery string
	show     string
}

func (q deliveryQuery) values() url.Values {
	return url.Values{"state": {string(q.state)}, "event": {q.event}}
}

func (h *Handler) webhook(v *visit) error { return v.showWebhook(http.StatusOK, nil) }

func (v *visit) showWebhook(status int, dialog func(webhookPage) templ.Component) error {
	p := webhookPage{asked: deliveryQuery{webhook.State(v.query("state")), v.query("event"), v.query("delivery"), v.query("show")}}
	switch p.asked.state {
	case webhook.Waiting, webhook.Delivered, webhook.Failed, webhook.Cancelled:
	default:
		p.asked.state = ""
	}
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.endpointFrame, err = v.endpointFrame(tx); err != nil {
			return err
		}
		return p.load(tx)
	})
	if err != nil {
		return err
	}
	if dialog != nil {
		p.dialog = dialog(p)
	}
	return v.show(status, webhookView(p))
}

func (p *webhookPage) load(tx *db.AllTx) (err error) {
	if p.figures, err = webhook.FiguresOf(tx, p.Endpoint.ID); err != nil {
		return err
	}
	if p.backlog, err = webhook.BacklogOf(tx, p.Endpoint.ID); err != nil {
		return err
	}
	page := p.v.page()
	page.Limit = deliveriesShown
	var paging db.Paging
	p.rows, paging, err = webhook.Deliveries(tx, p.Endpoint.ID, webhook.DeliveryFilter{State: p.asked.state, Event: p.asked.event}, page)
	if err != nil {
		return err
	}
	p.pager = pager(p.path, p.asked.values(), paging, count(int64(len(p.rows)), "event", "events")+" here")
	return p.openDelivery(tx)
}

// deliveriesShown is short enough that the open one stands beside its row.
const deliveriesShown = 15

// endpointStanding is how an endpoint does, in a word.
func endpointStanding(e *webhook.Endpoint, now time.Time) ui.BadgeProps {
	switch {
	case e.Status == webhook.Disabled && e.DisabledReason != nil:
		return ui.BadgeProps{Tone: ui.Bad, Label: "Disabled"}
	case e.Status == webhook.Disabled:
		return ui.BadgeProps{Label: "Paused", Icon: "pause"}
	case e.FailingSince != nil:
		return ui.BadgeProps{Tone: ui.Bad, Label: "Failing"}
	case e.Failures > 0:
		return ui.BadgeProps{Tone: ui.Warn, Label: "Last try failed"}
	case e.LastDeliveredAt == nil:
		return ui.BadgeProps{Label: "Nothing sent yet", Icon: "clock"}
	}
	return ui.BadgeProps{Tone: ui.OK, Label: "Healthy"}
}

// lastAnswer is when it last answered, or did not.
func lastAnswer(e *webhook.Endpoint) *time.Time {
	if e.LastFailedAt != nil && (e.LastDeliveredAt == nil || e.LastFailedAt.After(*e.LastDeliveredAt)) {
		return e.LastFailedAt
	}
	return e.LastDeliveredAt
}

func percent(part, whole int64) string {
	if part == 0 {
		return "0%"
	}
	if part == whole {
		return "100%"
	}
	return strconv.FormatFloat(min(float64(part)/float64(whole)*100, 99.9), 'f', 1, 64) + "%"
}

// share is a bar's length of 100.
func share(part, whole int64) string {
	if whole == 0 {
		return "0"
	}
	return strconv.FormatFloat(float64(part)/float64(whole)*100, 'f', 1, 64)
}

func (p webhookPage) stats() []ui.StatProps {
	f := p.figures
	arrived := ui.StatProps{Label: "Arrived, 24 h", Value: "None sent"}
	if f.Events > 0 {
		arrived.Value = percent(f.Delivered, f.Events)
		arrived.Delta.Text = figure(f.Delivered) + " of " + count(f.Events, "event", "events")
		if f.Clipped {
			arrived.Delta.Text = "of the newest " + figure(f.Events) + " events"
		}
		if d := sinceYesterday(f); d.Figure != "" {
			arrived.Delta = d
		}
	}
	waiting := ui.StatProps{Label: "Waiting", Value: figure(p.backlog.Waiting)}
	if !p.backlog.Since.IsZero() {
		waiting.Delta.Text = "oldest for " + took(max(p.v.now.Sub(p.backlog.Since), time.Second))
	}
	answers := ui.StatProps{Label: "Answer, p95", Value: "No answer yet"}
	if f.P95 > 0 {
		answers.Value, answers.Delta.Text = took(f.P95), "10 s is the limit"
	}
	return []ui.StatProps{arrived, waiting, answers, p.nextStat(), p.secretStat()}
}

// sinceYesterday is how much more, or less, arrives than the day before; none
// where either day is too much to count, or had nothing.
func sinceYesterday(f webhook.Figures) ui.DeltaProps {
	now, today := rate(f.Delivered, f.Events-f.Delivered)
	before, yesterday := rate(f.Before.Delivered, f.Before.Events-f.Before.Delivered)
	if !today || !yesterday || f.Clipped {
		return ui.DeltaProps{}
	}
	d := arrow(now-before, " pt")
	if d.Figure != "" {
		d.Text = "on the day before"
	}
	return d
}

// nextStat is when something is sent next.
func (p webhookPage) nextStat() ui.StatProps {
	s := ui.StatProps{Label: "Next try", Value: "Nothing waits"}
	switch {
	case p.Status == webhook.Disabled:
		s.Value, s.Delta.Text = "Paused", "nothing is sent"
		if p.DisabledReason != nil {
			s.Value = "Disabled"
		}
	case p.OpenUntil != nil && p.OpenUntil.After(p.v.now):
		s.Value, s.Delta.Text = took(p.OpenUntil.Sub(p.v.now)), "spared until then"
	case p.backlog.Waiting > 0 && p.backlog.Waiting == p.backlog.Tried:
		s.Value, s.Delta.Text = "In pauses", "each after its own"
	case p.backlog.Waiting > 0:
		s.Value = "Now"
	}
	return s
}

// secretStat counts down while two secrets sign.
func (p webhookPage) secretStat() ui.StatProps {
	s := ui.StatProps{Label: "Signing secret", Value: "One signs"}
	if p.PreviousUntil != nil && p.PreviousUntil.After(p.v.now) {
		s.Value, s.Delta.Text = "Two sign", "the old one for "+took(p.PreviousUntil.Sub(p.v.now))+" more"
	}
	return s
}

// chart is what arrived and what failed by hour.
func (p webhookPage) chart() ui.BarsProps {
	props := ui.BarsProps{Table: ui.TableWords{Open: "View as table", Name: "Hour", Value: "Arrived", Bad: "Failed attempts"}}
	for i, h := range p.figures.Hours {
		hour := h.Hour.Format("15:04")
		props.Bars = append(props.Bars, ui.Bar{Title: hour + ": " + figure(h.Delivered) + " arrived, " + count(h.Failed, "failed attempt", "failed attempts"),
			Name: h.Hour.Format("2 Jan, 15:04"), Value: h.Delivered, Bad: h.Failed, Open: i == len(p.figures.Hours)-1})
	}
	props.Label = figure(p.figures.Delivered) + " of " + count(p.figures.Events, "event", "events") + " of the last 24 hours arrived, with " + count(p.figures.Failed, "failed attempt", "failed attempts") + "."
	props.Axis = ui.AxisOf(len(p.figures.Hours), 5, func(i int) string { return p.figures.Hours[i].Hour.Format("15:04") })
	return props
}

func (p webhookPage) choices() []ui.Choice {
	only := func(s webhook.State) string {
		q := p.asked
		q.state = s
		return with(p.path, q.values(), "", "") + "#events"
	}
	return []ui.Choice{{Label: "All", Href: only(""), Current: p.asked.state == ""}, {Label: "Waiting", Count: figure(p.backlog.Waiting), Href: only(webhook.Waiting), Current: p.asked.state == webhook.Waiting},
		{Label: "Failed", Href: only(webhook.Failed), Current: p.asked.state == webhook.Failed},
		{Label: "Cancelled", Href: only(webhook.Cancelled), Current: p.asked.state == webhook.Cancelled}}
}
