package api

import (
	"net/http"
	"time"

	"gatehouse/apikeys"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
)

type apiKeyBody struct {
	Name           string   `json:"name" api:"required"`
	OrganizationID string   `json:"organization_id"`
	Permissions    []string `json:"permissions" api:"empty"`
	ExpiresAt      string   `json:"expires_at" api:"date-time"`
}

func (h *Handler) apiKeyRoutes() []route {
	return []route{
		{Method: http.MethodPost, Path: "/api_keys", Tag: "API keys", Summary: "Make a key of this API. With organization_id it sees that organization alone; permissions are not supported (422 permissions_not_supported). The value is in this answer only.",
			Body: apiKeyBody{}, Status: 201, Answer: wire.NewAPIKey{}, Foreign: absentBody(`{"name":"CI","organization_id":"{organization}"}`), run: createAPIKey},
		{Method: http.MethodGet, Path: "/api_keys", Tag: "API keys", Summary: "List the keys of this API, without their values.", Paged: true,
			Status: 200, Answer: wire.APIKey{}, Foreign: hidden(), run: listAPIKeys},
		{Method: http.MethodDelete, Path: "/api_keys/:id", Tag: "API keys", Summary: "Revoke a key. It stops working at once.",
			Status: 204, Foreign: absent(theirAPIKey), run: deleteAPIKey},
	}
}

func createAPIKey(c *call) error {
	var in apiKeyBody
	if err := c.decode(&in); err != nil {
		return err
	}
	n := apikeys.New{Name: in.Name, Permissions: in.Permissions}
	if in.ExpiresAt != "" {
		at, err := parseTime("expires_at", in.ExpiresAt)
		if err != nil {
			return err
		}
		n.ExpiresAt = &at
	}
	var org id.Organization
	if in.OrganizationID != "" {
		var err error
		if org, err = parse[id.Organization](in.OrganizationID); err != nil {
			return err
		}
	}
	return c.change(func(tx reach) (answer, error) {
		k, value, err := tx.newAPIKey(org, n)
		if err != nil {
			return answer{}, err
		}
		return made(wire.NewAPIKey{APIKey: k.Wire(), Value: value}), nil
	})
}

// newAPIKey makes a key. Only the deployment makes keys: one that leaked could
// else have children that outlive it.
func (r reach) newAPIKey(org id.Organization, n apikeys.New) (k *apikeys.Key, value string, err error) {
	if org != "" {
		if _, err := r.organization(org); err != nil {
			return nil, "", err
		}
	}
	all, err := r.deployment()
	if err != nil {
		return nil, "", err
	}
	if org == "" {
		return apikeys.Create(all, n)
	}
	err = all.In(org, func(tx *db.OrgTx) (err error) {
		k, value, err = apikeys.CreateForOrganization(tx, n)
		return err
	})
	return k, value, err
}

func listAPIKeys(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		rows, paging, err := apikeys.List(tx.rows, page)
		return list(each(rows, func(k apikeys.Key) wire.APIKey { return k.Wire() }), paging), err
	})
}

func deleteAPIKey(c *call) error {
	key, err := idOf[id.APIKey](c, "id")
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		if own, ok := tx.own(); ok {
			return empty(http.StatusNoContent), apikeys.Revoke(own, key)
		}
		all, err := tx.deployment()
		if err != nil {
			return answer{}, err
		}
		return empty(http.StatusNoContent), apikeys.RevokeAny(all, key)
	})
}

// parseTime reads a timestamp of the body or the query.
func parseTime(member, text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.Year() < 1970 || at.Year() > 9999 {
		return time.Time{}, invalid(member, member+" is a time such as 2026-01-15T12:00:00.000Z.")
	}
	return at.UTC(), nil
}
