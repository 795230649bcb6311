package api

import (
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/oauth"
	"gatehouse/sso/people"
)

type logoutBody struct {
	ProfileID string `json:"profile_id" api:"required"`
}

// logoutAnswer is where to send the browser, and the token that stands in it.
type logoutAnswer struct {
	URL   string `json:"logout_url"`
	Token string `json:"logout_token"`
}

func (h *Handler) ssoLogoutRoutes() []route {
	return []route{
		{Method: http.MethodPost, Path: "/sso/logout/authorize", Tag: "SSO", Summary: "Make a link that signs a profile's person out, here and at their identity provider. It works once, for ten minutes.",
			Body: logoutBody{}, Status: 200, Answer: logoutAnswer{}, Foreign: absentBody(`{"profile_id":"{profile}"}`), run: authorizeLogout},
	}
}

func authorizeLogout(c *call) error {
	var in logoutBody
	if err := c.decode(&in); err != nil {
		return err
	}
	profile, err := required[id.Profile]("profile_id", in.ProfileID)
	if err != nil {
		return err
	}
	return c.change(func(tx reach) (answer, error) {
		var token string
		locate := func(tx *db.AllTx) (id.Organization, error) { return people.LocateProfile(tx, profile) }
		err := tx.holder(locate, func(tx *db.OrgTx) (err error) {
			token, err = oauth.NewLogoutToken(tx, profile)
			return err
		})
		return found(logoutAnswer{URL: c.h.Base + "/sso/logout?token=" + token, Token: token}), err
	})
}
