package api

import (
	"net/http"

	"gatehouse/export/webhook"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

const webhookTag = "Webhooks"

func (h *Handler) webhookRoutes() []route {
	return []route{
		{Method: http.MethodPost, Path: "/webhook_endpoints", Tag: webhookTag, Summary: "Make an endpoint that is told of events. With organization_id, or by an organization's key, of that organization's alone. The secret is in this answer only.",
			Body: webhookBody{}, Needs: []string{"endpoint_url", "events"}, Status: 201, Answer: wire.WebhookEndpoint{},
			Foreign: absentBody(`{"endpoint_url":"https://example.com/hook","events":["*"],"organization_id":"{organization}"}`), run: createWebhook},
		{Method: http.MethodGet, Path: "/webhook_endpoints", Tag: webhookTag, Summary: "List endpoints, without their secrets.", Paged: true,
			Query:  []param{{Name: "organization_id", About: "Of that organization."}},
			Status: 200, Answer: wire.WebhookEndpoint{}, Foreign: absentQuery("organization_id={organization}"), run: listWebhooks},
		{Method: http.MethodGet, Path: "/webhook_endpoints/:id", Tag: webhookTag, Summary: "Get an endpoint, without its secret.",
			Status: 200, Answer: wire.WebhookEndpoint{}, Foreign: absent(theirWebhook), run: getWebhook},
		{Method: http.MethodPatch, Path: "/webhook_endpoints/:id", Tag: webhookTag, Summary: "Change an endpoint. One that is enabled again is sent what waits.",
			Body: webhookBody{}, Status: 200, Answer: wire.WebhookEndpoint{}, Foreign: absent(theirWebhook), run: updateWebhook},
		{Method: http.MethodDelete, Path: "/webhook_endpoints/:id", Tag: webhookTag, Summary: "Delete an endpoint with its deliveries.",
			Status: 204, Foreign: absent(theirWebhook), run: deleteWebhook},
		{Method: http.MethodPost, Path: "/webhook_endpoints/:id/rotate_secret", Tag: webhookTag, Summary: "Give an endpoint another secret. The one before signs too for 24 hours.",
			Status: 200, Answer: wire.WebhookEndpoint{}, Foreign: absent(theirWebhook), run: rotateWebhook},
	}
}

// webhookBody is an endpoint as it is asked for.
type webhookBody struct {
	EndpointURL    *string       `json:"endpoint_url"`
	Events         *[]string     `json:"events"`
	Status         *string       `json:"status"`
	Description    Maybe[string] `json:"description"`
	OrganizationID *string       `json:"organization_id"`
}

func (b *webhookBody) status() (*webhook.Status, error) {
	if b.Status == nil {
		return nil, nil
	}
	status := webhook.Status(*b.Status)
	if status != webhook.Enabled && status != webhook.Disabled {
		return nil, invalid("status", "status is enabled or disabled.")
	}
	return &status, nil
}

func createWebhook(c *call) error {
	var in webhookBody
	if err := c.decode(&in); err != nil {
		return err
	}
	if in.EndpointURL == nil {
		return missing("endpoint_url")
	}
	if in.Events == nil {
		return missing("events")
	}
	status, err := in.status()
	if err != nil {
		return err
	}
	n := webhook.New{URL: *in.EndpointURL, Events: *in.Events, Description: in.Description.Value, Disabled: status != nil && *status == webhook.Disabled}
	return c.change(func(tx reach) (a answer, err error) {
		create := func(rows db.OwnedScope) error {
			e, secret, err := c.h.Webhooks.Create(rows, n)
			if err != nil {
				return err
			}
			shown := e.Wire(rows.Now())
			shown.Secret = secret
			a = made(shown)
			return nil
		}
		if in.OrganizationID == nil || *in.OrganizationID == "" {
			return a, create(tx.rows)
		}
		org, err := parse[id.Organization](*in.OrganizationID)
		if err != nil {
			return a, err
		}
		err = tx.enter(org, func(tx *db.OrgTx) error { return create(tx) })
		return a, err
	})
}

func listWebhooks(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	var org id.Organization
	if text := c.query.Get("organization_id"); text != "" {
		if org, err = parse[id.Organization](text); err != nil {
			return err
		}
	}
	return c.read(func(tx reach) (answer, error) {
		if org != "" {
			if _, err := tx.organization(org); err != nil {
				return answer{}, err
			}
		}
		rows, paging, err := webhook.List(tx.rows, org, page)
		return list(each(rows, func(e webhook.Endpoint) wire.WebhookEndpoint { return e.Wire(tx.Now()) }), paging), err
	})
}

func getWebhook(c *call) error {
	key, err := idOf[id.Endpoint](c, "id")
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		e, err := webhook.Get(tx.rows, key)
		if err != nil {
			return answer{}, err
		}
		return found(e.Wire(tx.Now())), nil
	})
}

func updateWebhook(c *call) error {
	key, err := idOf[id.Endpoint](c, "id")
	if err != nil {
		return err
	}
	var in webhookBody
	if err := c.decode(&in); err != nil {
		return err
	}
	if in.OrganizationID != nil {
		return invalid("organization_id", "An endpoint stays where it is. Make another one there.")
	}
	status, err := in.status()
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		e, err := c.h.Webhooks.Change(tx.rows, key, webhook.Change{URL: in.EndpointURL, Events: in.Events, Status: status, Description: in.Description.change()})
		if err != nil {
			return answer{}, err
		}
		return found(e.Wire(tx.Now())), nil
	})
}

func deleteWebhook(c *call) error {
	key, err := idOf[id.Endpoint](c, "id")
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		return empty(http.StatusNoContent), webhook.Delete(tx.rows, key)
	})
}

func rotateWebhook(c *call) error {
	key, err := idOf[id.Endpoint](c, "id")
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		e, secret, err := webhook.RotateSecret(tx.rows, key)
		if err != nil {
			return answer{}, err
		}
		shown := e.Wire(tx.Now())
		shown.Secret = secret
		return found(shown), nil
	})
}
