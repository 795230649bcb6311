package dashboard

import (
	"fmt"
	"net/url"

	"gatehouse/oauth"
)

// quickstart is code that signs people in to one application, with its ids.
type quickstart struct {
	application string
	href        string
	client      string
	express     string
	golang      string
}

// placeholder is where the examples listen, for an application without addresses.
const placeholder = "http://localhost:3000/callback"

func (v *visit) quickstart(c *oauth.Client, addresses []oauth.RedirectURI) *quickstart {
	redirect := placeholder
	if mine := ofPurpose(addresses, oauth.PurposeRedirect); len(mine) > 0 {
		redirect = mine[0].URI
	}
	at, err := url.Parse(v.h.Origin)
	if err != nil {
		at = &url.URL{Scheme: "http", Host: "localhost:8080"}
	}
	port := ""
	if at.Port() != "" {
		port = " port: " + at.Port() + ","
	}
	return &quickstart{application: c.Name, href: "/admin/applications/" + string(c.ID), client: string(c.ID),
		express: fmt.Sprintf(expressCode, at.Hostname(), port, at.Scheme == "https", c.ID, redirect),
		golang:  fmt.Sprintf(goCode, v.h.Origin, c.ID, redirect)}
}

// ofPurpose are the addresses for one purpose.
func ofPurpose(all []oauth.RedirectURI, purpose oauth.Purpose) []oauth.RedirectURI {
	var mine []oauth.RedirectURI
	for _, a := range all {
		if a.Purpose == purpose {
			mine = append(mine, a)
		}
	}
	return mine
}

const expressCode = `import { WorkOS } from "@workos-inc/node";

const workos = new WorkOS(process.env.WORKOS_API_KEY, {
  apiHostname: "%s",%s https: %t,
});
const clientId = "%s";
const redirectUri = "%s";

app.get("/login", (req, res) => {
  res.redirect(workos.userManagement.getAuthorizationUrl({ provider: "authkit", clientId, redirectUri }));
});
app.get("/callback", async (req, res) => {
  const { user } = await workos.userManagement.authenticateWithCode({ code: req.query.code, clientId });
  res.send("Hello " + user.email);
});`

const goCode = `provider, err := oidc.NewProvider(ctx, "%s")
if err != nil {
	return err
}
config := oauth2.Config{
	ClientID:    "%s",
	RedirectURL: "%s",
	Endpoint:    provider.Endpoint(),
	Scopes:      []string{oidc.ScopeOpenID, "profile", "email", "offline_access"},
}
verifier := oauth2.GenerateVerifier()
http.Redirect(w, r, config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier)), http.StatusFound)

// in the handler of the redirect URI:
token, err := config.Exchange(ctx, r.FormValue("code"), oauth2.VerifierOption(verifier))`
