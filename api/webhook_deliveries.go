package api

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"gatehouse/export/webhook"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

func (h *Handler) webhookDeliveryRoutes() []route {
	theirs := foreign{fill: theirWebhook, next: theirDelivery, body: "{}", want: http.StatusNotFound}
	return []route{
		{Method: http.MethodGet, Path: "/webhook_endpoints/:id/deliveries", Tag: webhookTag, Summary: "List what was sent to an endpoint, and what waits. Deliveries are kept for 30 days.", Paged: true,
			Query:  []param{{Name: "state", About: "waiting, delivered, failed or cancelled."}, {Name: "event", About: "Of that type."}},
			Status: 200, Answer: wire.WebhookDelivery{}, Foreign: absent(theirWebhook), run: listDeliveries},
		{Method: http.MethodGet, Path: "/webhook_endpoints/:id/deliveries/:delivery", Tag: webhookTag, Summary: "Get a delivery with its attempts: what was sent, and what was answered.",
			Status: 200, Answer: deliveryDetail{}, Foreign: theirs, run: getDelivery},
		{Method: http.MethodPost, Path: "/webhook_endpoints/:id/deliveries/:delivery/retry", Tag: webhookTag, Summary: "Send one event once more at once.",
			Status: 200, Answer: wire.WebhookDelivery{}, Foreign: theirs, run: retryDelivery},
		{Method: http.MethodPost, Path: "/webhook_endpoints/:id/deliveries/cancel", Tag: webhookTag, Summary: "Take back what waits for an endpoint, at most 50,000 deliveries: waiting is what is left. What is being sent at this moment may still arrive.",
			Status: 200, Answer: cancelledDeliveries{}, Foreign: absent(theirWebhook), run: cancelDeliveries},
		{Method: http.MethodPost, Path: "/webhook_endpoints/:id/replay", Tag: webhookTag, Summary: "Send the events of a range of time again, in their order, at most 50,000. With dry_run they are only counted.",
			Body: replayBody{}, Needs: []string{"range_start"}, Status: 202, Answer: replayed{}, Foreign: foreign{fill: theirWebhook, body: `{"range_start":"2026-01-01T00:00:00Z"}`, want: http.StatusNotFound}, run: replayWebhook},
		{Method: http.MethodPost, Path: "/webhook_endpoints/:id/test", Tag: webhookTag, Summary: "Send an example of an event, in which nothing is real. It carries the header Gatehouse-Test.",
			Body: testBody{}, Status: 201, Answer: wire.WebhookDelivery{}, Foreign: absent(theirWebhook), run: testWebhook},
	}
}

// deliveryDetail is a delivery with what is sent.
type deliveryDetail struct {
	wire.WebhookDelivery
	Body json.RawMessage `json:"request_body"` // null: the event is no longer kept
}

type replayBody struct {
	RangeStart string   `json:"range_start" api:"date-time"`
	RangeEnd   *string  `json:"range_end" api:"date-time"`
	Events     []string `json:"events"`
	OnlyFailed bool     `json:"only_failed"`
	DryRun     bool     `json:"dry_run"`
}

type replayed struct {
	Object string `json:"object"`
	Count  int64  `json:"count"`
}

type cancelledDeliveries struct {
	Object  string `json:"object"`
	Count   int64  `json:"count"`
	Waiting int64  `json:"waiting"`
}

type testBody struct {
	Event string `json:"event"`
}

var deliveryStates = []webhook.State{"", webhook.Waiting, webhook.Delivered, webhook.Failed, webhook.Cancelled}

func listDeliveries(c *call) error {
	key, err := idOf[id.Endpoint](c, "id")
	if err != nil {
		return err
	}
	page, err := c.page()
	if err != nil {
		return err
	}
	f := webhook.DeliveryFilter{State: webhook.State(c.query.Get("state")), Event: c.query.Get("event")}
	if !slices.Contains(deliveryStates, f.State) {
		return invalid("state", "state is waiting, delivered, failed or cancelled.")
	}
	return c.read(func(tx reach) (answer, error) {
		rows, paging, err := webhook.Deliveries(tx.rows, key, f, page)
		return list(each(rows, func(d webhook.Delivery) wire.WebhookDelivery { return d.Wire() }), paging), err
	})
}

// deliveryOf is the ids of a delivery's path.
func deliveryOf(c *call) (endpoint id.Endpoint, delivery id.Delivery, err error) {
	if endpoint, err = idOf[id.Endpoint](c, "id"); err != nil {
		return "", "", err
	}
	delivery, err = idOf[id.Delivery](c, "delivery")
	return endpoint, delivery, err
}

func getDelivery(c *call) error {
	endpoint, delivery, err := deliveryOf(c)
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		d, err := webhook.GetDelivery(tx.rows, endpoint, delivery)
		if err != nil {
			return answer{}, err
		}
		log, err := webhook.AttemptsOf(tx.rows, d.ID)
		if err != nil {
			return answer{}, err
		}
		out := deliveryDetail{WebhookDelivery: d.Wire()}
		out.Log = each(log, func(a webhook.Attempt) wire.WebhookAttempt { return a.Wire() })
		if out.Body, err = webhook.Body(tx.rows, d); err != nil && !errors.Is(err, db.ErrNotFound) {
			return answer{}, err
		}
		return found(out), nil
	})
}

func retryDelivery(c *call) error {
	endpoint, delivery, err := deliveryOf(c)
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		d, err := webhook.Retry(tx.rows, endpoint, delivery)
		if err != nil {
			return answer{}, err
		}
		return found(d.Wire()), nil
	})
}

func cancelDeliveries(c *call) error {
	key, err := idOf[id.Endpoint](c, "id")
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		n, err := webhook.CancelWaiting(tx.rows, key)
		if err != nil {
			return answer{}, err
		}
		left, err := webhook.Waits(tx.rows, key)
		return found(cancelledDeliveries{Object: "webhook_cancellation", Count: n, Waiting: left}), err
	})
}

func replayWebhook(c *call) error {
	key, err := idOf[id.Endpoint](c, "id")
	if err != nil {
		return err
	}
	var in replayBody
	if err := c.decode(&in); err != nil {
		return err
	}
	q, err := in.query()
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		count := webhook.Replay
		if in.DryRun {
			count = webhook.CountReplay
		}
		n, err := count(tx.rows, key, q)
		return answer{http.StatusAccepted, replayed{Object: "webhook_replay", Count: n}}, err
	})
}

func (b *replayBody) query() (q webhook.ReplayQuery, err error) {
	if b.RangeStart == "" {
		return q, missing("range_start")
	}
	if len(b.Events) > maxFilter {
		return q, invalid("events", "events has at most 100 values.")
	}
	q.Events, q.OnlyFailed = b.Events, b.OnlyFailed
	if q.Since, err = parseTime("range_start", b.RangeStart); err != nil {
		return q, err
	}
	if b.RangeEnd != nil {
		q.Before, err = parseTime("range_end", *b.RangeEnd)
	}
	return q, err
}

func testWebhook(c *call) error {
	key, err := idOf[id.Endpoint](c, "id")
	if err != nil {
		return err
	}
	var in testBody
	if err := c.decode(&in); err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		d, err := webhook.SendTest(tx.rows, key, in.Event)
		if err != nil {
			return answer{}, err
		}
		return made(d.Wire()), nil
	})
}
