package dashboard

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/export/webhook"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/web/ui"
)

// deliveryPart is one event on its way, as it stands beside the list.
type deliveryPart struct {
	*webhook.Delivery
	tries []webhook.Attempt // the oldest first
	body  string            // as it is sent; "": the event is gone
	show  string
}

// What of the last attempt is shown.
const (
	showAnswer  = ""
	showBody    = "request"
	showHeaders = "headers"
	showCurl    = "curl"
)

// openDelivery reads the delivery that the address names.
func (p *webhookPage) openDelivery(tx *db.AllTx) error {
	key, err := id.Parse[id.Delivery](p.asked.delivery)
	if err != nil {
		return nil
	}
	part := &deliveryPart{show: p.asked.show}
	if part.Delivery, err = webhook.GetDelivery(tx, p.Endpoint.ID, key); err != nil {
		return absentIsNone(err)
	}
	if part.tries, err = webhook.AttemptsOf(tx, key); err != nil {
		return err
	}
	body, err := webhook.Body(tx, part.Delivery)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return err
	}
	part.body = string(body)
	p.open = part
	return nil
}

// absentIsNone lets a page stand whose address names what is gone.
func absentIsNone(err error) error {
	if missing(err) {
		return nil
	}
	return err
}

// last is the newest attempt, or nil.
func (d *deliveryPart) last() *webhook.Attempt {
	if len(d.tries) == 0 {
		return nil
	}
	return &d.tries[len(d.tries)-1]
}

// answerOf is what came back, or why nothing did.
func answerOf(a *webhook.Attempt) string {
	if a.Status == nil {
		if a.Error != nil {
			return *a.Error
		}
		return "No answer"
	}
	return strings.TrimSpace(strconv.FormatInt(*a.Status, 10) + " " + http.StatusText(int(*a.Status)))
}

func arrived(status *int64) bool { return status != nil && *status >= 200 && *status < 300 }

// deliveryStatus is what came of a delivery last.
func deliveryStatus(d *webhook.Delivery) ui.StatusProps {
	label := "No try yet"
	if d.LastStatus != nil {
		label = strconv.FormatInt(*d.LastStatus, 10)
	} else if d.LastError != nil {
		label = "No answer"
	}
	switch {
	case d.State == webhook.Delivered:
		return ui.StatusProps{Tone: ui.OK, Label: label}
	case d.State == webhook.Cancelled:
		return ui.StatusProps{Icon: "x", Label: "Cancelled"}
	case d.State == webhook.Failed, d.Attempts > 0:
		return ui.StatusProps{Tone: ui.Bad, Label: label}
	}
	return ui.StatusProps{Icon: "clock", Label: label}
}

// dueIn says when a delivery is tried next.
func dueIn(d *webhook.Delivery, now time.Time) string {
	switch {
	case d.State == webhook.Failed:
		return "given up"
	case d.State != webhook.Waiting || d.NextAt == nil:
		return ""
	case d.NextAt.After(now):
		return "in " + took(d.NextAt.Sub(now))
	}
	return "due"
}

// moments are the attempts, the newest first, and the next one on top.
func (d *deliveryPart) moments(now time.Time) []ui.Moment {
	var list []ui.Moment
	if d.State == webhook.Waiting {
		next := ui.Moment{Icon: "clock", Text: "It's due now", Sub: "Attempt " + itoa(int(d.Attempts)+1)}
		if d.NextAt != nil && d.NextAt.After(now) {
			next.Text = "Next attempt in " + took(d.NextAt.Sub(now))
			next.Sub += ", " + d.NextAt.UTC().Format("2 Jan, 15:04:05")
		}
		list = append(list, next)
	}
	for i := range slices.Backward(d.tries) {
		a := &d.tries[i]
		m := ui.Moment{Tone: ui.Bad, Icon: "x", Body: attemptLine(a), Sub: "Attempt " + strconv.FormatInt(a.Number, 10) + ", " + a.CreatedAt.UTC().Format("2 Jan, 15:04:05.000")}
		if arrived(a.Status) {
			m.Tone, m.Icon = ui.OK, "check"
		}
		list = append(list, m)
	}
	return list
}

// tabs are what of the last attempt can be seen.
func (p webhookPage) tabs() ui.TabsProps {
	t := ui.TabsProps{Label: "Last attempt"}
	for _, show := range []struct{ label, show string }{{"Answer", showAnswer}, {"Request body", showBody}, {"Headers", showHeaders}, {"curl", showCurl}} {
		q := p.asked.values()
		q.Set("delivery", string(p.open.ID))
		t.Items = append(t.Items, ui.Choice{Label: show.label, Href: with(p.path, q, "show", show.show) + "#delivery", Current: p.open.show == show.show})
	}
	return t
}

// shown is the text of the open tab.
func (p webhookPage) shown() string {
	d := p.open
	a := d.last()
	switch {
	case d.show == showBody && d.body == "":
		return "The event is kept no longer."
	case d.show == showBody:
		return indented(d.body)
	case a == nil:
		return "Nothing was sent yet."
	case d.show == showHeaders:
		return "POST " + endpointName(p.URL) + "\n" + headerLines(a.RequestHeaders) + "\nThe signatures are left out."
	case d.show == showCurl:
		return curl(p.URL, a.RequestHeaders, d.body)
	}
	text := answerOf(a) + "\n" + headerLines(a.AnswerHeaders)
	if a.AnswerBody != nil && *a.AnswerBody != "" {
		text += "\n" + indented(*a.AnswerBody)
	}
	return text
}

func headerLines(headers map[string]string) string {
	var b strings.Builder
	for _, name := range sortedKeys(headers) {
		b.WriteString(strings.ToLower(name) + ": " + headers[name] + "\n")
	}
	return b.String()
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// curl is the request for a shell, without its signature: whoever tries their
// server by hand signs with their own copy of the secret.
func curl(address string, headers map[string]string, body string) string {
	quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
	lines := []string{"curl " + quote(address)}
	for _, name := range sortedKeys(headers) {
		if lower := strings.ToLower(name); lower != "content-length" && lower != "host" {
			lines = append(lines, "  -H "+quote(name+": "+headers[name]))
		}
	}
	return strings.Join(append(lines, "  -d "+quote(body)), " \\\n")
}
