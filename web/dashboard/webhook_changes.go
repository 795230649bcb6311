package dashboard

import (
	"net/http"
	"time"

	"github.com/a-h/templ"

	"gatehouse/export/webhook"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/web/ui"
)

// ofWebhook changes the endpoint of the address, and goes on to its page.
func (v *visit) ofWebhook(said notice, fn func(*db.AllTx, id.Endpoint) error) error {
	key, err := param[id.Endpoint](v, "endpoint")
	if err != nil {
		return err
	}
	err = v.changeAll(func(tx *db.AllTx) error { return fn(tx, key) })
	if err != nil {
		return err
	}
	return v.done(webhooksHome+"/"+string(key), said)
}

func (h *Handler) switchWebhook(to webhook.Status) func(*db.AllTx, id.Endpoint) error {
	return func(tx *db.AllTx, key id.Endpoint) error {
		_, err := h.Webhooks.Change(tx, key, webhook.Change{Status: &to})
		return err
	}
}

func (h *Handler) resumeWebhook(v *visit) error {
	return v.ofWebhook(webhookEnabled, h.switchWebhook(webhook.Enabled))
}

func (h *Handler) askPauseWebhook(v *visit) error {
	return v.showWebhook(http.StatusOK, func(p webhookPage) templ.Component {
		return confirm(question{path: p.path}, ui.ConfirmProps{Title: "Pause this endpoint?", Text: count(p.backlog.Waiting, "waiting event is", "waiting events are") + " not sent, and what happens meanwhile is not kept for it. Once it is enabled again, replay what it missed.",
			Post: ui.Post{Label: "Pause endpoint", Action: p.path + "/pause"}})
	})
}

func (h *Handler) pauseWebhook(v *visit) error {
	return v.ofWebhook(webhookPaused, h.switchWebhook(webhook.Disabled))
}

func (h *Handler) askCancelWaiting(v *visit) error {
	return v.showWebhook(http.StatusOK, func(p webhookPage) templ.Component {
		number, words := p.backlog.Waiting, "They are not sent any more, but for what is on its way at this moment. Each stays in the list, and can be sent after all."
		if number > webhook.MaxCancel {
			number, words = webhook.MaxCancel, "Those that wait longest. "+words
		}
		return ui.Confirm(ui.ConfirmProps{Cancel: ui.Link{Label: "Keep them", Href: p.path}, Title: "Cancel " + count(number, "waiting event", "waiting events") + "?", Text: words,
			Post: ui.Post{Label: "Cancel " + count(number, "event", "events"), Action: p.path + "/cancel", Busy: "Cancelling…"}})
	})
}

func (h *Handler) cancelWaiting(v *visit) error {
	return v.ofWebhook(waitingCancelled, func(tx *db.AllTx, key id.Endpoint) error {
		_, err := webhook.CancelWaiting(tx, key)
		return err
	})
}

func (h *Handler) askDeleteWebhook(v *visit) error {
	return v.showWebhook(http.StatusOK, func(p webhookPage) templ.Component {
		return confirm(question{path: p.path}, ui.ConfirmProps{Title: "Delete this endpoint?", Text: count(p.backlog.Waiting, "waiting event is", "waiting events are") + " never sent, and the log of what was sent and answered is gone. This can't be undone.",
			Post: ui.Post{Label: "Delete endpoint", Action: p.path + "/delete"}})
	})
}

func (h *Handler) deleteWebhook(v *visit) error {
	key, err := param[id.Endpoint](v, "endpoint")
	if err != nil {
		return err
	}
	if err := v.changeAll(func(tx *db.AllTx) error { return webhook.Delete(tx, key) }); err != nil {
		return err
	}
	return v.done(webhooksHome, webhookDeleted)
}

func (h *Handler) askRotateWebhook(v *visit) error {
	return v.showWebhook(http.StatusOK, func(p webhookPage) templ.Component {
		words := "A new secret is shown once. For 24 hours each event carries a signature of the old and of the new one, so nothing is refused while you change the receiver."
		if p.PreviousUntil != nil && p.PreviousUntil.After(v.now) {
			words += " A rotation is under way already: the oldest of the secrets ends at once."
		}
		return confirm(question{path: p.path}, ui.ConfirmProps{Title: "Rotate the signing secret?", Text: words, Safe: true, Post: ui.Post{Label: "Rotate secret", Action: p.path + "/rotate"}})
	})
}

func (h *Handler) rotateWebhook(v *visit) error {
	key, err := param[id.Endpoint](v, "endpoint")
	if err != nil {
		return err
	}
	var secret string
	err = v.changeAll(func(tx *db.AllTx) (err error) {
		_, secret, err = webhook.RotateSecret(tx, key)
		return err
	})
	if err != nil {
		return err
	}
	return v.handSecret(key, secret)
}

// webhookSecret shows a signing secret for the only time.
func (h *Handler) webhookSecret(v *visit) error {
	var of endpointFrame
	err := v.read(func(tx *db.AllTx) (err error) {
		of, err = v.endpointFrame(tx)
		return err
	})
	if err != nil {
		return err
	}
	value, err := v.takeOnce(string(of.Endpoint.ID))
	if err != nil {
		return err
	}
	of.below(v, "Signing secret")
	p := shownPage{frame: of.frame}
	if value == "" {
		p.again = shownBefore("secret", of.Endpoint.UpdatedAt, of.path+"/rotate")
		return v.show(http.StatusOK, shownView(p))
	}
	facts := []ui.Def{{Term: "For", Text: endpointName(of.URL)}, {Term: "Proves", Text: "that an event comes from here and was not changed"}, {Term: "Header", Body: code("WorkOS-Signature")}}
	if of.PreviousUntil != nil && of.PreviousUntil.After(v.now) {
		facts = append(facts, ui.Def{Term: "Old one signs until", Text: of.PreviousUntil.UTC().Format("2 January, 15:04")})
	}
	p.once = ui.SecretOnceProps{Title: "Copy the signing secret now", Text: "It is stored sealed and never shown again. You can rotate it at any time.",
		Copy:  ui.CopyBoxProps{ID: "secret", Value: value, Label: "Copy signing secret", Copy: "Copy", Copied: "Copied"},
		Facts: facts, Save: "Download", Filename: "webhook-secret.txt", Check: "I've put it in the receiver's settings or a password manager", Done: ui.Post{Label: "Done", Action: of.path + "/secret"}}
	return v.show(http.StatusOK, shownView(p))
}

// webhookSecretStored is the way on from a secret that was shown.
func (h *Handler) webhookSecretStored(v *visit) error {
	return v.Redirect(http.StatusSeeOther, webhooksHome+"/"+v.Param("endpoint"))
}

type webhookSettingsPage struct {
	endpointFrame
	endpointForm
	wrong faults
}

func (h *Handler) webhookSettings(v *visit) error {
	return v.showWebhookSettings(http.StatusOK, nil, nil)
}

func (v *visit) showWebhookSettings(status int, typed *endpointForm, wrong faults) error {
	p := webhookSettingsPage{wrong: wrong}
	err := v.read(func(tx *db.AllTx) (err error) {
		p.endpointFrame, err = v.endpointFrame(tx)
		return err
	})
	if err != nil {
		return err
	}
	p.below(v, "Edit")
	p.frame = p.fail(wrong)
	if typed != nil {
		p.endpointForm = *typed
	} else {
		e := p.Endpoint
		p.endpointForm = endpointForm{url: e.URL, description: text(e.Description), every: eventsOf(*e) == "Every event", events: e.Events}
	}
	return v.show(status, webhookSettingsView(p))
}

func (h *Handler) saveWebhook(v *visit) error {
	form, err := v.endpointForm()
	if err != nil {
		return err
	}
	description, events := some(form.description), form.names()
	err = v.ofWebhook(webhookSaved, func(tx *db.AllTx, key id.Endpoint) error {
		_, err := h.Webhooks.Change(tx, key, webhook.Change{URL: &form.url, Description: &description, Events: &events})
		return err
	})
	if wrong, refused := faultsOf(err, "endpoint_url", "endpoint_url", "description", "events"); refused {
		return v.showWebhookSettings(http.StatusUnprocessableEntity, &form, wrong)
	}
	return err
}

func (h *Handler) askTestWebhook(v *visit) error { return v.askTest(nil) }

func (v *visit) askTest(refused error) error {
	return v.showWebhook(status(refused), func(p webhookPage) templ.Component {
		return testDialog(p, question{path: p.path, wrong: refusal(refused)})
	})
}

// testWebhook sends an example, and waits a little for what is answered.
func (h *Handler) testWebhook(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	key, err := param[id.Endpoint](v, "endpoint")
	if err != nil {
		return err
	}
	var sent *webhook.Delivery
	err = v.changeAll(func(tx *db.AllTx) (err error) {
		sent, err = webhook.SendTest(tx, key, form.Get("type"))
		return err
	})
	if refusal(err) != "" && !missing(err) {
		return v.askTest(err)
	}
	if err != nil {
		return err
	}
	return v.answered(key, sent, webhookTested)
}

// retryDelivery sends one event again.
func (h *Handler) retryDelivery(v *visit) error {
	key, err := param[id.Endpoint](v, "endpoint")
	if err != nil {
		return err
	}
	delivery, err := param[id.Delivery](v, "delivery")
	if err != nil {
		return err
	}
	var again *webhook.Delivery
	err = v.changeAll(func(tx *db.AllTx) (err error) {
		again, err = webhook.Retry(tx, key, delivery)
		return err
	})
	if err != nil {
		return err
	}
	return v.answered(key, again, deliveryRetried)
}

// How long a page waits for the answer to what it sent.
const (
	answerPatience = 4 * time.Second
	answerPoll     = 100 * time.Millisecond
)

// answered leads to a delivery once there is an answer, or after a while.
func (v *visit) answered(key id.Endpoint, d *webhook.Delivery, said notice) error {
	before := d.Attempts
	for until := time.Now().Add(answerPatience); time.Now().Before(until); {
		var now *webhook.Delivery
		err := v.read(func(tx *db.AllTx) (err error) {
			now, err = webhook.GetDelivery(tx, key, d.ID)
			return err
		})
		if err != nil || now.State != webhook.Waiting || now.Attempts > before {
			break
		}
		select {
		case <-v.Request().Context().Done():
			return v.Request().Context().Err()
		case <-time.After(answerPoll):
		}
	}
	return v.done(webhooksHome+"/"+string(key)+"?delivery="+string(d.ID)+"#delivery", said)
}
