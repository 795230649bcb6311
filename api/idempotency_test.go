package api

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// A client that did not hear the answer asks again: it must get the first
// answer, a key's value included, and nothing must happen twice.
func TestARepeatGetsTheFirstAnswer(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org := w.organization("Halden")
		for url, body := range map[string]string{
			"/organizations": `{"name":"Once"}`, "/user_management/users": `{"email":"once@halden.example","password":"slow harbour violet 73"}`,
			"/api_keys": `{"name":"once"}`, "/organization_domains": fmt.Sprintf(`{"organization_id":%q,"domain":"once.example"}`, org),
			"/directories": fmt.Sprintf(`{"organization_id":%q,"type":"okta scim v2.0"}`, org), redirectPath: `{"uri":"https://once.example/callback"}`, "/keys/rotate": "", "/organizations/" + org + "/sessions/revoke_all": "",
		} {
			first := w.do("POST", url, body, "Idempotency-Key", "k1")
			again := w.do("POST", url, body, "Idempotency-Key", "k1")
			if first.status >= 300 || again.status != first.status || string(again.body) != string(first.body) {
				t.Errorf("%s: %d %s, then %d %s", url, first.status, first.body, again.status, again.body)
			}
			if r := w.do("POST", url, `{"name":"other"}`, "Idempotency-Key", "k1"); url != "/user_management/users" && r.status != 422 {
				t.Errorf("%s with another body: %d %s", url, r.status, r.body)
			}
		}
		if r := w.must("GET", "/organizations", ""); r.get("data.1.name") != "Halden" || r.get("data.2.name") != "" {
			t.Errorf("made twice: %s", r.body)
		}
	})
}

// What failed may be mended and sent again with the same key.
func TestAFailureIsNotKept(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		if r := w.do("POST", "/organizations", `{"name":""}`, "Idempotency-Key", "k"); r.status != 422 {
			t.Fatalf("%d %s", r.status, r.body)
		}
		if r := w.do("POST", "/organizations", `{"name":"Mended"}`, "Idempotency-Key", "k"); r.status != 201 {
			t.Errorf("%d %s", r.status, r.body)
		}
	})
}

// One customer's keys must not answer another's requests.
func TestRepeatsAreOfOneAPIKey(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		other := w.must("POST", "/api_keys", `{"name":"other"}`).get("value")
		a := w.do("POST", "/organizations", `{"name":"Once"}`, "Idempotency-Key", "k")
		b := w.send(other, "POST", "/organizations", `{"name":"Once"}`, "Idempotency-Key", "k")
		if b.status != 201 || a.get("id") == b.get("id") {
			t.Errorf("%d %s", b.status, b.body)
		}
		org := a.get("id")
		narrow, body := w.orgKey(org), fmt.Sprintf(`{"organization_id":%q,"domain":"once.example"}`, org)
		first := w.send(narrow, "POST", "/organization_domains", body, "Idempotency-Key", "k")
		again := w.send(narrow, "POST", "/organization_domains", body, "Idempotency-Key", "k")
		if first.status != 201 || string(first.body) != string(again.body) {
			t.Errorf("an organization's key: %d %s, then %d %s", first.status, first.body, again.status, again.body)
		}
	})
}

// Retries overlap with what they repeat: one has the effect, the others get
// its answer or are told to wait.
func TestTwinsHaveOneEffect(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		rotations := func() int {
			r := w.must("GET", "/audit_logs/events?actions=signing_key.rotated&limit=100", "")
			return strings.Count(string(r.body), `"audit_log_event"`)
		}
		w.must("POST", "/keys/rotate", "")
		before := rotations()
		for url, body := range map[string]string{"/organizations": `{"name":"Twin","external_id":"twin"}`, "/user_management/users": `{"email":"twin@halden.example"}`, "/keys/rotate": ""} {
			replies := make([]reply, 8)
			var all sync.WaitGroup
			for i := range replies {
				all.Go(func() { replies[i] = w.do("POST", url, body, "Idempotency-Key", "twins") })
			}
			all.Wait()
			id := ""
			for _, r := range replies {
				switch {
				case r.status == 409:
				case r.status >= 300:
					t.Errorf("%s: %d %s", url, r.status, r.body)
				case id == "":
					id = r.get("id")
				case r.get("id") != id:
					t.Errorf("%s: made %s and %s", url, id, r.get("id"))
				}
			}
		}
		if got := rotations() - before; got != 2 {
			t.Errorf("%d keys were made, want one of each algorithm", got)
		}
	})
}
