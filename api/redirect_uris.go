package api

import (
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/oauth"
)

type redirectBody struct {
	URI string `json:"uri" api:"required"`
}

const redirectPath = "/user_management/redirect_uris"

func (h *Handler) redirectRoutes() []route {
	return []route{
		{Method: http.MethodPost, Path: redirectPath, Tag: "Redirect URIs", Summary: "Register an address to which people may return after signing in, for the first application. It matches exactly.",
			Body: redirectBody{}, Status: 201, Answer: wire.RedirectURI{}, Deployment: true, Foreign: refused(`{"uri":"https://app.example/callback"}`), run: addRedirect},
		{Method: http.MethodGet, Path: redirectPath, Tag: "Redirect URIs", Summary: "List the first application's redirect URIs.", Paged: true,
			Status: 200, Answer: wire.RedirectURI{}, Deployment: true, Foreign: refused(""), run: listRedirects},
		{Method: http.MethodDelete, Path: redirectPath + "/:id", Tag: "Redirect URIs", Summary: "Take a redirect URI away.",
			Status: 204, Foreign: absent(theirRedirectURI), run: removeRedirect},
	}
}

func addRedirect(c *call) error {
	var in redirectBody
	if err := c.decode(&in); err != nil {
		return err
	}
	if in.URI == "" {
		return missing("uri")
	}
	return c.change(func(tx reach) (answer, error) {
		client, err := oauth.FirstClient(tx)
		if err != nil {
			return answer{}, err
		}
		r, err := oauth.AddRedirect(tx.Tx, client.ID, oauth.PurposeRedirect, in.URI)
		if err != nil {
			return answer{}, err
		}
		return made(r.Wire()), nil
	})
}

func listRedirects(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	return c.read(func(tx reach) (answer, error) {
		client, err := oauth.FirstClient(tx)
		if err != nil {
			return answer{}, err
		}
		rows, paging, err := oauth.PageRedirects(tx, client.ID, oauth.PurposeRedirect, page)
		return list(each(rows, oauth.RedirectURI.Wire), paging), err
	})
}

func removeRedirect(c *call) error {
	key, err := idOf[id.RedirectURI](c, "id")
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		if _, ok := tx.own(); ok {
			return answer{}, db.ErrNotFound // no organization has redirect URIs
		}
		client, err := oauth.FirstClient(tx)
		if err != nil {
			return answer{}, err
		}
		return empty(http.StatusNoContent), oauth.RemoveRedirect(tx.Tx, client.ID, key)
	})
}
