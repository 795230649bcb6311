package dashboard

import (
	"net/http"
	"net/url"
	"strings"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/seal"
	"gatehouse/oauth"
	"gatehouse/sessions"
	"gatehouse/sso"
	"gatehouse/tenants"
	"gatehouse/users"
)

type searchPage struct {
	frame
	q             string
	organizations []tenants.Organization
	people        []users.User
	applications  []oauth.Client
}

func (p searchPage) empty() bool { return len(p.organizations)+len(p.people)+len(p.applications) == 0 }

// found is how many of each kind the search page shows.
const found = 10

// search jumps to what an id or reference names, and lists what a word finds.
func (h *Handler) search(v *visit) error {
	p := searchPage{frame: v.frame("Search", ""), q: v.query("q")}
	if p.q == "" {
		return v.show(http.StatusOK, searchView(p))
	}
	jump := ""
	err := v.read(func(tx *db.AllTx) (err error) {
		if jump, err = target(tx, p.q); err != nil || jump != "" {
			return err
		}
		return p.load(tx)
	})
	if err != nil {
		return err
	}
	if jump != "" {
		return v.Redirect(http.StatusSeeOther, jump)
	}
	return v.show(http.StatusOK, searchView(p))
}

// target is the page of what q names exactly, or "".
func target(tx *db.AllTx, q string) (string, error) {
	if ref, ok := seal.ParseReference(q); ok && strings.HasPrefix(strings.ToUpper(q), "GH") {
		if attempt, err := attemptTarget(tx, ref); err != nil || attempt != "" {
			return attempt, err
		}
		return "/admin/audit-log?reference=" + url.QueryEscape(ref), nil
	}
	if org, err := id.Parse[id.Organization](q); err == nil {
		_, err := customer(tx, org)
		return existing("/admin/organizations/"+string(org), err)
	}
	if user, err := id.Parse[id.User](q); err == nil {
		_, err := users.Get(tx, user)
		return existing("/admin/users/"+string(user), err)
	}
	if session, err := id.Parse[id.Session](q); err == nil {
		s, err := sessions.Get(tx, session)
		if err != nil {
			return existing("", err)
		}
		return "/admin/users/" + string(s.UserID), nil
	}
	if connection, err := id.Parse[id.Connection](q); err == nil {
		_, err := sso.Get(tx, connection)
		return existing(connectionsHome+"/"+string(connection), err)
	}
	if target, err := directoryTarget(tx, q); err != nil || target != "" {
		return target, err
	}
	if event, err := id.Parse[id.Event](q); err == nil {
		return "/admin/audit-log?event=" + string(event), nil
	}
	if _, err := id.Parse[id.APIKey](q); err == nil {
		return "/admin/api-keys", nil
	}
	if client, err := id.ParseClient(q); err == nil {
		_, err := oauth.GetClient(tx, client)
		return existing("/admin/applications/"+string(client), err)
	}
	return "", nil
}

func existing(path string, err error) (string, error) {
	if missing(err) {
		return "", nil
	}
	return path, err
}

func (p *searchPage) load(tx *db.AllTx) (err error) {
	if p.organizations, _, err = findOrganizations(tx, p.q, db.Page{Limit: found}); err != nil {
		return err
	}
	if p.people, _, err = users.Search(tx, p.q, db.Page{Limit: found}); err != nil {
		return err
	}
	clients, err := oauth.ListClients(tx)
	for _, c := range clients {
		if strings.Contains(strings.ToLower(c.Name), strings.ToLower(p.q)) && len(p.applications) < found {
			p.applications = append(p.applications, c)
		}
	}
	return err
}
