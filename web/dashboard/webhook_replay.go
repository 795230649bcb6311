package dashboard

import (
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"

	"gatehouse/export/webhook"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/web/logstream"
	"gatehouse/web/ui"
)

// replayForm is what is to be sent again, as a form has it.
type replayForm struct {
	from, until, event string
	onlyFailed         bool
}

type replayPage struct {
	endpointFrame
	replayForm
	wrong   faults
	counted bool
	number  int64
}

// query is the form as the domain takes it.
func (f replayForm) query() (q webhook.ReplayQuery, wrong faults) {
	wrong = faults{}
	var err error
	if q.Since, err = logstream.ParseMoment(f.from); err != nil {
		wrong["from"] = "Enter a date and a time, such as 2026-11-22 12:00."
	}
	if q.Before, err = logstream.ParseMoment(f.until); err != nil {
		wrong["until"] = "Enter a date and a time, such as 2026-11-22 12:00."
	}
	if len(wrong) == 0 && !q.Since.Before(q.Before) {
		wrong["until"] = "The end is not after the beginning."
	}
	if f.event != "" {
		q.Events = []string{f.event}
	}
	q.OnlyFailed = f.onlyFailed
	return q, wrong
}

// askReplay chooses what to send again and, once that was chosen, says how
// much it is.
func (h *Handler) askReplay(v *visit) error {
	f := replayForm{v.query("from"), v.query("until"), v.query("event"), v.query("failed") == "on"}
	chosen := f.from != ""
	if !chosen {
		f.from, f.until, f.onlyFailed = v.now.Add(-24*time.Hour).Format(logstream.DateTime), v.now.Add(time.Minute).Format(logstream.DateTime), true
	}
	return v.showReplay(http.StatusOK, f, chosen, nil)
}

func (v *visit) showReplay(status int, f replayForm, count bool, wrong faults) error {
	p := replayPage{replayForm: f, wrong: wrong}
	q, bad := f.query()
	if len(bad) > 0 {
		p.wrong, count, status = bad, false, http.StatusUnprocessableEntity
	}
	err := v.read(func(tx *db.AllTx) (err error) {
		if p.endpointFrame, err = v.endpointFrame(tx); err != nil || !count {
			return err
		}
		p.counted = true
		p.number, err = webhook.CountReplay(tx, p.Endpoint.ID, q)
		return err
	})
	if refused, is := faultsOf(err, "until"); is {
		p.wrong, p.counted, status = refused, false, http.StatusUnprocessableEntity
	} else if err != nil {
		return err
	}
	p.below(v, "Replay events")
	p.frame = p.fail(p.wrong)
	return v.show(status, replayView(p))
}

func (h *Handler) replayWebhook(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	f := replayForm{form.Get("from"), form.Get("until"), form.Get("event"), form.Get("failed") == "on"}
	q, wrong := f.query()
	if len(wrong) > 0 {
		return v.showReplay(http.StatusUnprocessableEntity, f, false, wrong)
	}
	err = v.ofWebhook(webhookReplayed, func(tx *db.AllTx, key id.Endpoint) error {
		_, err := webhook.Replay(tx, key, q)
		return err
	})
	if wrong, refused := faultsOf(err, "until"); refused {
		return v.showReplay(http.StatusUnprocessableEntity, f, false, wrong)
	}
	return err
}

// askRetryFailed says how much is sent again before it is.
func (h *Handler) askRetryFailed(v *visit) error { return v.askRetryFailed(nil) }

func (v *visit) askRetryFailed(refused error) error {
	return v.showWebhook(status(refused), func(p webhookPage) templ.Component { return retryQuestion(p, refused) })
}

func retryQuestion(p webhookPage, refused error) templ.Component {
	b, q := p.backlog, question{path: p.path, wrong: refusal(refused)}
	if b.GivenUp > webhook.MaxReplay {
		q.wrong = webhook.ErrTooMuch.Message
	}
	words := "Nothing failed: there is nothing to send again."
	if b.Failed() > 0 {
		words = count(b.Tried, "event waits", "events wait") + " for another try and " + givenUp(b) + " given up. All are sent now, behind one another, with the ids that they had."
	}
	return confirm(q, ui.ConfirmProps{Title: "Retry all failed events?", Text: words, Safe: true,
		Post: ui.Post{Label: "Retry " + count(b.Failed(), "event", "events"), Action: p.path + "/retry-failed", Busy: "Retrying…"}})
}

func (h *Handler) retryFailed(v *visit) error {
	err := v.ofWebhook(failedRetried, func(tx *db.AllTx, key id.Endpoint) error {
		_, err := webhook.RetryFailed(tx, key)
		return err
	})
	if refusal(err) != "" && !missing(err) {
		return v.askRetryFailed(err)
	}
	return err
}

// eventOptions are the types that an endpoint asks for.
func eventOptions(e *webhook.Endpoint, all string) []ui.Option {
	options := []ui.Option{}
	if all != "" {
		options = append(options, ui.Option{Label: all})
	}
	for _, family := range endpointFamilies(nil) {
		for _, name := range family.types {
			if eventsOf(*e) == "Every event" || slices.Contains(e.Events, name) {
				options = append(options, ui.Option{Value: name, Label: name})
			}
		}
	}
	return options
}

// again are the fields that the second step carries on.
func (f replayForm) again() []ui.Hidden {
	fields := []ui.Hidden{{Name: "from", Value: f.from}, {Name: "until", Value: f.until}, {Name: "event", Value: f.event}}
	if f.onlyFailed {
		fields = append(fields, ui.Hidden{Name: "failed", Value: "on"})
	}
	return fields
}
