package api

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso/people"
)

var identityRows = db.OwnedTable[people.Identity, id.Profile]{}

// profile is somebody's at a connection.
func (w *world) profile(org, connection, user string) string {
	w.t.Helper()
	now := w.d.Clock()
	i := &people.Identity{ID: id.New[id.Profile](), ConnectionID: id.Connection(connection), UserID: id.User(user), Subject: "00u1", ProvenAt: &now, LastUsedAt: &now, Profile: []byte{}}
	if err := w.d.InOrg(w.t.Context(), id.Organization(org), tester, func(tx *db.OrgTx) error { return identityRows.Insert(tx, i) }); err != nil {
		w.t.Fatal(err)
	}
	return string(i.ID)
}

// An application signs a profile's person out at their provider by a link that
// works once; the token in it is theirs alone to hand out.
func TestALinkToSignOutAtTheProvider(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		a, _ := w.things("Alpha")
		r := w.do("POST", "/sso/logout/authorize", `{"profile_id":"`+a.Profile+`"}`)
		if r.status != http.StatusOK || len(r.get("logout_token")) < 40 || r.get("logout_url") != w.h.Base+"/sso/logout?token="+r.get("logout_token") {
			t.Errorf("%d %s", r.status, r.body)
		}
		for body, want := range map[string]int{`{}`: 422, `{"profile_id":7}`: 422, `{"profile_id":"x"}`: 404, `{"profile_id":"prof_01ARZ3NDEKTSV4RRFFQ69G5FAV"}`: 404} {
			if r := w.do("POST", "/sso/logout/authorize", body); r.status != want {
				t.Errorf("%s: %d %s", body, r.status, r.body)
			}
		}
		w.must("PATCH", "/connections/"+a.Connection, `{"state":"inactive"}`)
		r = w.do("POST", "/sso/logout/authorize", `{"profile_id":"`+a.Profile+`"}`)
		if r.status != http.StatusBadRequest || !strings.Contains(string(r.body), `"error":"connection_invalid"`) {
			t.Errorf("turned off: %d %s", r.status, r.body)
		}
	})
}
