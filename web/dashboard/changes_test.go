package dashboard_test

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"gatehouse/apikeys"
	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/browser"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/oauth"
	"gatehouse/sessions"
	"gatehouse/users"
)

var secretValue = regexp.MustCompile(`(sk|cs)_[A-Za-z0-9_-]{30,}`)

// A key is on one page, once: not after a reload, not for somebody else, and
// the page is not kept.
func TestAKeyIsShownOnce(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		w.want(w.post("developer", "/admin/api-keys/new", "name", " "), http.StatusUnprocessableEntity, "Enter a name")
		made := w.post("developer", "/admin/api-keys/new", "name", "Production")
		w.want(made, http.StatusSeeOther)
		page := made.Header.Get("Location")
		if secretValue.MatchString(page) || secretValue.MatchString(made.Header.Get("Set-Cookie")) {
			t.Error("the key is in an address or readable in a cookie")
		}
		w.want(w.get("owner", page, made.Cookies()...), http.StatusOK, "can&#39;t be shown again")
		shown := w.get("developer", page, made.Cookies()...)
		w.want(shown, http.StatusOK, "Copy the API key now")
		value := secretValue.FindString(shown.body)
		if value == "" || shown.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("no key on its page, or the page is kept: %s", strip(shown.body))
		}
		w.do(d.Locate(t.Context(), func(tx *db.AllTx) error {
			_, err := apikeys.LocateKey(tx, value)
			return err
		}))
		if !cleared(shown, "gatehouse_flash_once") {
			t.Error("the cookie with the key stays")
		}
		for _, path := range []string{page, "/admin/api-keys", "/admin/audit-log"} {
			if again := w.get("developer", path); strings.Contains(again.body, value) {
				t.Errorf("%s shows the key again", path)
			}
		}
		w.want(w.get("developer", page), http.StatusOK, "can&#39;t be shown again", "Make new one")
		w.want(w.post("developer", page+"/revoke"), http.StatusSeeOther)
		w.want(w.post("developer", page+"/revoke"), http.StatusNotFound)
	})
}

func cleared(a answer, cookie string) bool {
	for _, c := range a.Cookies() {
		if c.Name == cookie && c.MaxAge < 0 {
			return true
		}
	}
	return false
}

// An application from nothing to two secrets, as a developer makes it.
func TestApplications(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		w.want(w.post("developer", "/admin/applications/new", "type", "web", "name", "Shop", "redirect_uri", "http://shop.example/cb"), http.StatusUnprocessableEntity,
			"redirect_uri-error", `value="http://shop.example/cb"`)
		w.want(w.post("developer", "/admin/applications/new", "type", "toaster", "name", "Shop"), http.StatusUnprocessableEntity, "The type is web")
		made := w.post("developer", "/admin/applications/new", "type", "web", "name", "Shop", "redirect_uri", "https://shop.example/cb")
		w.want(made, http.StatusSeeOther)
		path := made.Header.Get("Location")
		client := strings.TrimPrefix(path, "/admin/applications/")
		w.want(w.get("viewer", path), http.StatusOK, client, "https://shop.example/cb", "workos.userManagement", "oidc.NewProvider")

		w.want(w.post("developer", path+"/addresses", "redirect_uri", "https://*.shop.example/cb"), http.StatusUnprocessableEntity, "wildcards", `value="https://*.shop.example/cb"`)
		w.want(w.post("developer", path+"/addresses", "logout_uri", "https://shop.example/bye"), http.StatusSeeOther)
		w.want(w.post("developer", path+"/settings", "name", "Shop", "token_algorithm", "ES256", "minutes", "0"), http.StatusUnprocessableEntity, "Enter whole minutes")
		w.want(w.post("developer", path+"/settings", "name", "Shop", "token_algorithm", "none", "minutes", "5"), http.StatusUnprocessableEntity, "RS256 or ES256")
		w.want(w.post("developer", path+"/settings", "name", "Shop", "token_algorithm", "ES256", "minutes", "15"), http.StatusSeeOther)
		w.want(w.get("viewer", path), http.StatusOK, "ES256", "15 minutes")

		secret := w.post("developer", path+"/secrets/new", "name", "Server")
		w.want(secret, http.StatusSeeOther)
		shown := w.get("developer", secret.Header.Get("Location"), secret.Cookies()...)
		value := secretValue.FindString(shown.body)
		if !strings.HasPrefix(value, "cs_") {
			t.Fatalf("no secret on its page: %s", strip(shown.body))
		}
		page := w.get("developer", path)
		w.want(page, http.StatusOK, "…"+value[len(value)-4:])
		if strings.Contains(page.body, value) {
			t.Error("the secret is shown again")
		}
		w.want(w.post("developer", path+"/delete", "confirm", "shop"), http.StatusUnprocessableEntity)
		w.want(w.post("developer", path+"/delete", "confirm", "Shop"), http.StatusSeeOther)
		w.want(w.get("developer", path), http.StatusNotFound)
	})
}

// One application's page does not touch another's secrets and addresses.
func TestPartsBelongToTheApplicationOfTheAddress(t *testing.T) {
	w := full(t, dbtest.SQLite(t))
	other := w.post("developer", "/admin/applications/new", "type", "web", "name", "Other").Header.Get("Location")
	w.want(w.post("developer", other+"/secrets/"+string(w.secret.ID)+"/revoke"), http.StatusNotFound)
	w.want(w.post("developer", other+"/addresses/"+string(w.address.ID)+"/remove"), http.StatusNotFound)
	w.do(w.db.Read(t.Context(), func(tx *db.Tx) error {
		left, err := oauth.ListSecrets(tx, w.client.ID)
		if err == nil && len(left) != 1 {
			t.Error("another application's page revoked a secret")
		}
		return err
	}))
}

// Sessions end one by one and all at once; a ban ends them and says why.
func TestSupportLooksAfterPeople(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		path := "/admin/users/" + string(w.member.ID)
		w.want(w.get("support", path+"/sessions/revoke"), http.StatusOK, "2 sessions end now")
		w.want(w.post("support", path+"/sessions/"+string(w.browser.ID)+"/revoke"), http.StatusSeeOther)
		w.want(w.post("support", path+"/sessions/"+string(w.browser.ID)+"/revoke"), http.StatusNotFound)
		w.want(w.post("support", "/admin/users/"+string(w.people["stranger"].ID)+"/sessions/"+w.liveSession()+"/revoke"), http.StatusNotFound)
		w.want(w.post("support", path+"/sessions/revoke"), http.StatusSeeOther)
		w.want(w.get("viewer", path), http.StatusOK, "Not signed in")
		w.want(w.post("support", path+"/ban", "reason", ""), http.StatusUnprocessableEntity, "Enter a reason.")
		w.want(w.post("support", path+"/ban", "reason", "Chargebacks", "until", "7d"), http.StatusSeeOther)
		w.want(w.get("viewer", path), http.StatusOK, "Banned since", "Chargebacks", "until")
		w.want(w.post("support", path+"/unban"), http.StatusSeeOther)
		w.want(w.post("admin", path+"/delete", "confirm", "somebody@else.example"), http.StatusUnprocessableEntity, "That isn&#39;t the email address")
		w.want(w.post("admin", path+"/delete", "confirm", w.member.Email), http.StatusSeeOther)
		w.want(w.get("viewer", path), http.StatusNotFound)
	})
}

func (w *world) liveSession() (key string) {
	w.t.Helper()
	w.do(w.db.Read(w.t.Context(), func(tx *db.Tx) error {
		list, _, err := sessions.List(tx, sessions.Query{User: w.member.ID, Live: true})
		if err == nil {
			key = string(list[0].ID)
		}
		return err
	}))
	return key
}

// Support that can ban an owner, or an admin that can make one, is an owner.
func TestOperatorsAreTouchedByTheirEqualsAlone(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		the := func(role string) string { return "/admin/users/" + string(w.people[role].ID) }
		w.want(w.post("support", the("owner")+"/ban", "reason", "x"), http.StatusForbidden, "This person is an operator.")
		w.want(w.post("support", the("viewer")+"/sessions/revoke"), http.StatusForbidden)
		w.want(w.post("admin", the("owner")+"/delete", "confirm", w.people["owner"].Email), http.StatusForbidden)
		w.want(w.post("owner", the("owner")+"/ban", "reason", "x"), http.StatusForbidden)
		w.want(w.post("admin", the("support")+"/sessions/revoke"), http.StatusSeeOther)
	})
}

// Who is an owner is the owners' to say, and one stays.
func TestTeam(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		w.want(w.post("admin", "/admin/team/new", "email", "stranger@fieldnote.example", "role", "owner"), http.StatusForbidden)
		w.want(w.post("owner", "/admin/team/new", "email", "stranger@fieldnote.example", "role", "member"), http.StatusUnprocessableEntity)
		w.want(w.post("admin", "/admin/team/new", "email", "nobody@fieldnote.example", "role", "viewer"), http.StatusUnprocessableEntity, "Nobody has an account")
		w.want(w.post("admin", "/admin/team/new", "email", "stranger@fieldnote.example", "role", "support"), http.StatusSeeOther)
		w.want(w.get("stranger", "/admin"), http.StatusOK)

		viewers := "/admin/team/" + string(w.operator.ID)
		w.want(w.post("admin", viewers+"/role", "new_role", "owner"), http.StatusForbidden)
		w.want(w.post("admin", viewers+"/role", "new_role", "developer"), http.StatusSeeOther)
		w.want(w.get("viewer", "/admin/applications/new"), http.StatusOK)

		owners := "/admin/team/" + string(w.teamMember("owner"))
		w.want(w.post("admin", owners+"/remove"), http.StatusForbidden)
		w.want(w.post("admin", owners+"/role", "new_role", "viewer"), http.StatusForbidden)
		w.want(w.post("owner", owners+"/remove"), http.StatusUnprocessableEntity, "last owner")
		w.want(w.post("owner", "/admin/team/"+string(w.membership.ID)+"/remove"), http.StatusNotFound)
		w.want(w.post("owner", viewers+"/remove"), http.StatusSeeOther)
		w.want(w.get("viewer", "/admin"), http.StatusForbidden)
	})
}

// An address that nobody proved may be a stranger's account: who adds it is told
// whose it is, and only the answer about that very account adds it.
func TestAnUnprovenAddressIsAskedAbout(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		const email = "newcomer@fieldnote.example"
		var u *users.User
		signingUp := actor.Actor{Kind: actor.KindAnonymous, IP: "198.51.100.7"}
		w.do(d.Tx(t.Context(), signingUp, func(tx *db.Tx) (err error) {
			if u, err = users.Create(tx, users.New{Email: email}); err == nil {
				tx.As(tx.Actor().As(u.ID, u.Email))
				_, _, err = sessions.StartBrowser(tx, u.ID, sessions.Password, sessions.DefaultLifetimes)
			}
			return err
		}))
		for _, account := range []string{"", string(w.people["stranger"].ID), "x"} {
			asked := w.post("admin", "/admin/team/new", "email", "Newcomer@Fieldnote.example", "role", "support", "account", account)
			w.want(asked, http.StatusOK, "Is this the person&#39;s account?", email, "Not proven", "Signed up", "Last sign-in", "from 198.51.100.7", "Support",
				`name="account" value="`+string(u.ID)+`"`)
			if n := strings.Count(asked.body, "from 198.51.100.7"); n != 2 {
				t.Errorf("where it was made and used stands %d times", n)
			}
		}
		w.do(d.ReadOrg(t.Context(), w.system, func(tx *db.OrgTx) error {
			if _, err := users.MembershipOf(tx, u.ID); !errors.Is(err, db.ErrNotFound) {
				t.Errorf("the question added them: %v", err)
			}
			return nil
		}))
		w.want(w.post("admin", "/admin/team/new", "email", email, "role", "owner", "account", string(u.ID)), http.StatusForbidden)
		w.want(w.post("admin", "/admin/team/new", "email", email, "role", "support", "account", string(u.ID)), http.StatusSeeOther)
		w.want(w.get("admin", "/admin/team"), http.StatusOK, email)
		w.want(w.post("admin", "/admin/team/new", "email", email, "role", "support"), http.StatusUnprocessableEntity)
	})
}

func (w *world) teamMember(role string) (key id.Membership) {
	w.t.Helper()
	w.do(w.db.ReadOrg(w.t.Context(), w.system, func(tx *db.OrgTx) error {
		m, err := users.MembershipOf(tx, w.people[role].ID)
		if err == nil {
			key = m.ID
		}
		return err
	}))
	return key
}

// People read references to one another over the telephone.
func TestAReferenceIsFoundHoweverItIsTyped(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		who := actor.System("test").Referring("GH-7K2M-94QX")
		w.do(d.Tx(t.Context(), who, func(tx *db.Tx) error { return audit.RecordDeployment(tx, audit.ErrorShown{}) }))
		for _, typed := range []string{"GH-7K2M-94QX", "gh-7k2m-94qx", "7K2M94QX", " gh7k2m 94qx "} {
			for _, name := range []string{"q", "reference"} {
				a := w.get("viewer", "/admin/audit-log?"+name+"="+url.QueryEscape(typed))
				w.want(a, http.StatusOK, "1 of 1 event", ">login.<wbr>error_<wbr>shown</a>")
			}
		}
		w.want(w.get("viewer", "/admin/search?q=gh-7k2m-94qx"), http.StatusSeeOther)
	})
}

// Older and Newer walk the whole log, and keep what it is filtered by.
func TestTheLogIsPaged(t *testing.T) {
	w := empty(t, dbtest.SQLite(t))
	for range 60 {
		w.do(w.db.Tx(t.Context(), actor.System("test"), func(tx *db.Tx) error { return audit.RecordDeployment(tx, audit.ErrorShown{}) }))
	}
	first := w.get("viewer", "/admin/audit-log?type=login.error_shown")
	w.want(first, http.StatusOK, "50 of 60 events")
	older := ""
	for _, link := range find(t, first.body, "a") {
		if strings.Contains(words(link), "Older") {
			older = attr(link, "href")
		}
	}
	w.want(w.get("viewer", older), http.StatusOK, "10 of 60 events", "Newer")
	w.want(w.get("viewer", "/admin/audit-log?after=event_tampered"), http.StatusUnprocessableEntity)
}

// The notice of the last page is one of ours, whatever the cookie says.
func TestNoticesAreOurOwnWords(t *testing.T) {
	w := empty(t, dbtest.SQLite(t))
	forged := &http.Cookie{Name: browser.Jar{}.Name(browser.Flash), Value: "Call+0800+FRAUD"}
	if a := w.get("owner", "/admin", forged); strings.Contains(a.body, "FRAUD") {
		t.Error("a cookie put words on the page")
	}
	ours := &http.Cookie{Name: forged.Name, Value: "user-banned"}
	w.want(w.get("owner", "/admin", ours), http.StatusOK, "User banned.")
}

// An id in the search leads to its page; a word finds people and customers.
func TestSearchJumps(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		for q, to := range map[string]string{string(w.org.ID): "/admin/organizations/" + string(w.org.ID), string(w.member.ID): "/admin/users/" + string(w.member.ID),
			string(w.client.ID): "/admin/applications/" + string(w.client.ID)} {
			if a := w.get("viewer", "/admin/search?q="+q); a.Header.Get("Location") != to {
				t.Errorf("%s leads to %q", q, a.Header.Get("Location"))
			}
		}
		w.want(w.get("viewer", "/admin/search?q="+string(w.system)), http.StatusOK, "Nothing matches")
		w.want(w.get("viewer", "/admin/search?q=SOEHNE.example"), http.StatusOK, "very.long.local.part", "Organizations")
		w.want(w.get("viewer", "/admin/search?q=acct_88213"), http.StatusOK, "Osterberg")
		w.want(w.get("viewer", "/admin/users?q=fieldnote+owner"), http.StatusOK, "1 user here")
		w.want(w.get("viewer", "/admin/users?q=%25"), http.StatusOK, "No users match")
	})
}
