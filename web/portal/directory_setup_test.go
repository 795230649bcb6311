package portal_test

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/portal"
	"gatehouse/scim/directory"
)

// An admin connects Okta by what the portal says alone: nobody may become a
// member before they have seen who would, and nobody may be forgotten after.
func TestADirectoryIsConnected(t *testing.T) {
	each(t, func(w *world) {
		w.background()
		k := w.pushing("okta")
		k.lands(k.get(k.path), k.path+"/setup/token")
		k.lands(k.post(k.path+"/setup/token", "then", "next", "stored", "on"), k.path+"/setup/guide")
		k.want(k.get(k.path+"/setup/guide"), http.StatusOK, "Set up provisioning in Okta", "SCIM connector base URL", origin+"/scim/v2/"+string(k.key()), "it ends in "+k.token[len(k.token)-4:])
		k.lands(k.post(k.path+"/setup/guide", "then", "next"), k.path+"/setup/sync")
		k.want(k.get(k.path+"/setup/sync"), http.StatusOK, "Waiting for Okta")
		k.want(k.post(k.path+"/setup/sync", "then", "next"), http.StatusUnprocessableEntity, "Nobody has come yet")
		k.lands(k.get(k.path+"/setup/apply"), k.path+"/setup/sync")

		ada, ben := k.pushPerson("ada@halden.example"), k.pushPerson("ben@halden.example")
		k.pushPerson("cat@elsewhere.example")
		k.pushPerson("ines@halden.example")
		crew := k.pushGroup("Crew", ada, ben)
		if status, _ := k.push("POST", "/Users", object{"active": true}); status != http.StatusBadRequest {
			w.Errorf("somebody without a name: %d", status)
		}
		w.eventually("the refusal is counted", func() bool { return strings.Contains(k.get(k.path+"/setup/sync").body, "1 request was not applied") })
		k.want(k.get(k.path+"/setup/sync"), http.StatusOK, "People 4", "Groups 1", "Not applied 1")
		live := k.get(k.path + "/live")
		k.want(live, http.StatusOK, "People 4")
		if again := k.send(http.MethodGet, k.path+"/live", nil, "If-None-Match", live.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
			w.Errorf("nothing changed: %d", again.StatusCode)
		}
		k.lands(k.post(k.path+"/setup/sync", "then", "next"), k.path+"/setup/apply")
		k.want(k.get(k.path+"/setup/apply"), http.StatusOK, "2 people will be added", "1 matches a member whom you have", "1 waits until they prove their mailbox", "verify elsewhere.example first", "0 members will be removed")
		if k.roleOf("ada@halden.example") != "" {
			w.Error("somebody is a member before it was applied")
		}

		k.lands(k.post(k.path+"/setup/apply", "then", "next"), k.path+"/setup/groups")
		w.eventually("those who come are members", func() bool {
			return k.roleOf("ada@halden.example") == "member" && k.roleOf("ben@halden.example") == "member"
		})
		if k.roleOf("cat@elsewhere.example") != "" || k.roleOf("ines@halden.example") != "owner" {
			w.Errorf("cat is %q, Ines %q", k.roleOf("cat@elsewhere.example"), k.roleOf("ines@halden.example"))
		}
		question := k.post(k.path+"/setup/groups", "group_0", crew, "role_0", "admin", "then", "next")
		k.want(question, http.StatusOK, "2 people get another role", "ada@halden.example Member Admin")
		k.lands(k.post(k.path+"/setup/groups", "group_0", crew, "role_0", "admin", "then", "next", "confirmed", "on"), k.path)
		k.want(k.get(k.path), http.StatusOK, "The directory is set up.", "4 people", "1, of which 1 give a role")
		w.eventually("the crew are admins", func() bool {
			return k.roleOf("ada@halden.example") == "admin" && k.roleOf("ben@halden.example") == "admin"
		})
		if row := k.row(); row.Staged || row.SetupStep != nil || row.JIT {
			w.Errorf("staged %v, step %v, others let in %v", row.Staged, row.SetupStep, row.JIT)
		}
		k.want(k.get("/portal"), http.StatusOK, "Okta, 4 people in 1 group", "1 group gives a role", "requests were not applied in the last day")
	})
}

// A token that is seen twice is two secrets; one that nobody stored must not
// stay behind as a third.
func TestTheFirstTokenIsShownOnce(t *testing.T) {
	each(t, func(w *world) {
		k := w.pushing("entra")
		again := k.get(k.path + "/setup/token")
		k.want(again, http.StatusOK, "can’t be shown again", "Make another token")
		if strings.Contains(again.body, k.token) || tokenIn(again) != "" {
			w.Error("the token is shown twice")
		}
		first := k.token
		k.lands(k.post(k.path+"/setup/token", "then", "another"), k.path+"/setup/token")
		page := k.get(k.path + "/setup/token")
		if page.Header.Get("Cache-Control") != "no-store" {
			w.Errorf("a page with a secret may be kept: %q", page.Header.Get("Cache-Control"))
		}
		if k.token = tokenIn(page); k.token == "" || k.token == first {
			w.Fatalf("no other token: %q", k.token)
		}
		if status, _ := k.push("GET", "/Users?count=1", nil); status != http.StatusOK {
			w.Errorf("the new token: %d", status)
		}
		if k.token = first; func() int { status, _ := k.push("GET", "/Users?count=1", nil); return status }() != http.StatusUnauthorized {
			w.Error("the one that nobody stored still opens the directory")
		}
		w.eventually("its use is noted", func() bool { return strings.Contains(k.get(k.path+"/setup/token").body, "and Entra ID uses it") })
		k.post(k.path+"/setup/token", "then", "another")
		w.in(w.org, func(tx *db.OrgTx) error {
			tokens, err := directory.Tokens(tx, k.key())
			live := 0
			for i := range tokens {
				if tokens[i].Live(w.d.Now()) {
					live++
				}
			}
			if live != 2 {
				w.Errorf("%d tokens open it: one that is used was taken away", live)
			}
			return err
		})
	})
}

// Whoever began with the wrong provider starts over, and leaves nothing behind.
func TestASetUpIsDiscarded(t *testing.T) {
	each(t, func(w *world) {
		k := w.pushing("scim")
		k.want(k.get(k.path+"/setup/provider?confirm=discard"), http.StatusOK, "Discard this set-up?")
		k.lands(k.post(k.path+"/delete", "confirm", k.row().Name), "/portal/directory")
		k.want(k.get("/portal/directory"), http.StatusOK, "Draft discarded.", "No provider pushes people here")
		k.want(k.get(k.path), http.StatusNotFound)
		if status, _ := k.push("GET", "/Users", nil); status != http.StatusUnauthorized {
			w.Errorf("its token: %d", status)
		}
	})
}

// Ping has two products with one type on the wire: whoever runs the other one
// must find its guide.
func TestBothGuidesOfPing(t *testing.T) {
	each(t, func(w *world) {
		k := w.pushing("pingfederate")
		k.post(k.path+"/setup/token", "then", "next")
		k.want(k.get(k.path+"/setup/guide"), http.StatusOK, "Set up outbound provisioning in PingFederate")
		k.want(k.get(k.path+"/setup/guide?guide=pingone"), http.StatusOK, "Set up provisioning in PingOne")
		k.want(k.get(k.path+"/setup/guide?guide=okta"), http.StatusOK, "PingFederate")
		k.want(k.post("/portal/directory/new", "provider", "nobody"), http.StatusBadRequest)
		k.lands(k.post(k.path+"/setup/guide", "then", "later"), "/portal/directory")
		k.want(k.get(k.path+"/setup/nowhere"), http.StatusNotFound)
		k.want(k.post(k.path+"/setup/apply", "then", "next"), http.StatusBadRequest, "The steps before this one come first")
	})
}

// A link for directories must let a colleague connect one, and nothing else.
func TestALinkForDirectoriesConnectsOne(t *testing.T) {
	each(t, func(w *world) {
		b := w.visitor(w.org, portal.Directory)
		b.want(b.get("/portal"), http.StatusOK, "Let your provider say who joins")
		a := b.post("/portal/directory/new", "provider", "jumpcloud")
		b.want(a, http.StatusSeeOther)
		b.want(b.get(a.Header.Get("Location")), http.StatusOK, "Copy the token now")
		b.want(b.get("/portal/domains"), http.StatusNotFound)
	})
}
