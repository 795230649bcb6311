package api

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/url"
	"testing"
	"time"

	"gatehouse/audit/sequence"
	"gatehouse/internal/wire"
)

// hooked gives an organization an endpoint with a delivery.
func (w *world) hooked(t *Theirs) {
	w.t.Helper()
	t.Webhook = w.must("POST", "/webhook_endpoints", fmt.Sprintf(`{"endpoint_url":"https://hooks.example/%s","events":["*"],"organization_id":%q}`, t.ExternalID, t.Organization)).get("id")
	t.Delivery = w.must("POST", "/webhook_endpoints/"+t.Webhook+"/test", `{}`).get("id")
}

// numbered gives what was committed its place in the log.
func (w *world) numbered() {
	w.t.Helper()
	s := &sequence.Sequencer{DB: w.d, Log: slog.New(slog.DiscardHandler)}
	for {
		if n, err := s.Once(w.t.Context()); err != nil {
			w.t.Fatal(err)
		} else if n == 0 {
			return
		}
	}
}

// Programs and the SDKs parse these answers; the secret is in two of them.
func TestWebhookEndpoints(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		s := w.transcript()
		s.sorted = true
		org := w.must("POST", "/organizations", `{"name":"Halden Marine"}`).get("id")
		one := s.do("POST", "/webhook_endpoints", `{"endpoint_url":"https://hooks.example/a?key=canary","events":["user.created","dsync.user.deleted"]}`)
		path := "/webhook_endpoints/" + one.get("id")
		s.do("POST", "/webhook_endpoints", fmt.Sprintf(`{"endpoint_url":"https://hooks.example/a?key=canary","events":["*"],"description":"Staging","status":"disabled","organization_id":%q}`, org))
		s.do("POST", "/webhook_endpoints", `{"endpoint_url":"https://hooks.example/a?key=canary","events":["*"]}`)
		s.do("POST", "/webhook_endpoints", `{"endpoint_url":"http://169.254.169.254/latest","events":["*"]}`)
		s.do("POST", "/webhook_endpoints", `{"endpoint_url":"javascript:alert(1)","events":["*"]}`)
		s.do("POST", "/webhook_endpoints", `{"endpoint_url":"https://hooks.example/b","events":["user.creatd"]}`)
		s.do("POST", "/webhook_endpoints", `{"endpoint_url":"https://hooks.example/b","events":[]}`)
		s.do("POST", "/webhook_endpoints", `{"events":["*"]}`)
		s.do("POST", "/webhook_endpoints", fmt.Sprintf(`{"endpoint_url":"https://hooks.example/b","events":["*"],"organization_id":%q}`, w.system))
		s.do("GET", "/webhook_endpoints", "")
		s.do("GET", "/webhook_endpoints?organization_id="+org, "")
		s.do("GET", path, "")
		s.do("PATCH", path, `{"events":["user.deleted"],"description":null}`)
		s.do("PATCH", path, `{"status":"off"}`)
		s.do("PATCH", path, fmt.Sprintf(`{"organization_id":%q}`, org))
		s.do("POST", path+"/rotate_secret", "")
		delivery := s.do("POST", path+"/test", "").get("id")
		s.do("POST", path+"/test", `{"event":"flag.created"}`)
		s.do("GET", path+"/deliveries", "")
		s.do("GET", path+"/deliveries?state=gone", "")
		s.do("GET", path+"/deliveries/"+delivery, "")
		s.do("POST", path+"/deliveries/"+delivery+"/retry", "")
		s.do("POST", path+"/replay", `{}`)
		s.do("POST", path+"/replay", `{"range_start":"2026-01-01T00:00:00Z","only_failed":true}`)
		s.do("PATCH", path, `{"status":"disabled"}`)
		s.do("POST", path+"/test", "")
		s.do("DELETE", path, "")
		s.do("GET", path, "")
		s.check(t, "webhook_endpoints")
	})
}

// A replay sends what happened in a range again, and says how much that is
// before anything is sent.
func TestAReplayCountsFirst(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		path := "/webhook_endpoints/" + w.must("POST", "/webhook_endpoints", `{"endpoint_url":"https://hooks.example/a","events":["organization.created","organization.updated"]}`).get("id")
		start := wire.At(time.Now().Add(-time.Minute)).String()
		for _, name := range []string{"One", "Two", "Three"} {
			w.organization(name)
		}
		w.numbered()
		body := func(more string) string { return fmt.Sprintf(`{"range_start":%q%s}`, start, more) }
		for more, want := range map[string]string{`,"dry_run":true`: "3", "": "3", `,"events":["organization.updated"]`: "0", `,"only_failed":true`: "0", `,"events":["user.created"]`: "0"} {
			if r := w.do("POST", path+"/replay", body(more)); r.status != 202 || r.get("count") != want {
				t.Errorf("%s: %d %s", more, r.status, r.body)
			}
		}
		if r := w.must("GET", path+"/deliveries", ""); r.get("data.2.cause") != "replay" || r.get("data.3") != "" {
			t.Errorf("%s", r.body)
		}
	})
}

// A consumer that keeps the cursor hears of everything once, in one order; it
// must not hear of the operators, or of what an application calls an event.
func TestEventsAreReadByACursor(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		a, keyA := w.things("Alpha")
		b, _ := w.things("Beta")
		w.numbered()
		seen, after := map[string]bool{}, ""
		pages := 0
		for {
			r := w.must("GET", "/events?limit=7&after="+after, "")
			if r.get("data.0.id") == "" {
				if r.get("list_metadata.after") != "" {
					t.Errorf("an empty page has a cursor: %s", r.body)
				}
				break
			}
			pages++
			for i := 0; r.get(fmt.Sprintf("data.%d.id", i)) != ""; i++ {
				key := r.get(fmt.Sprintf("data.%d.id", i))
				if seen[key] {
					t.Errorf("%s came twice", key)
				}
				seen[key] = true
				after = key
			}
			if r.get("list_metadata.after") != after {
				t.Errorf("%s, want %s", r.get("list_metadata.after"), after)
			}
		}
		if pages < 3 {
			t.Errorf("%d pages", pages)
		}
		w.organization("Gamma")
		if r := w.must("GET", "/events?after="+after, ""); r.get("data.0.id") != "" {
			t.Error("what has no number yet is in the list")
		}
		w.numbered()
		if r := w.must("GET", "/events?after="+after, ""); r.get("data.0.event") != "organization.created" {
			t.Errorf("%s", r.body)
		}
		first := w.must("GET", "/events?limit=1", "").get("data.0.id")
		newest := w.must("GET", "/events?order=desc&limit=100", "")
		if newest.get("data.0.id") <= first {
			t.Errorf("desc: %s", newest.body)
		}
		if r := w.must("GET", "/events?order=desc&after="+first, ""); r.get("data.0") != "" {
			t.Errorf("before the first: %s", r.body)
		}
		types := w.must("GET", "/events?events=organization.created,organization_membership.created&limit=100&organization_id="+a.Organization, "")
		for i := 0; types.get(fmt.Sprintf("data.%d.id", i)) != ""; i++ {
			if name := types.get(fmt.Sprintf("data.%d.event", i)); name != "organization.created" && name != "organization_membership.created" {
				t.Errorf("%s", name)
			}
		}
		for query, want := range map[string]int{
			"after=event_01JHP3M6V8T5X4C1K7Q9Z2R0AJ":      200, // old: whatever is kept since then
			"after=event_" + "7ZZZZZZZZZZZZZZZZZZZZZZZZZ": 422,
			"after=nonsense":                      422,
			"before=" + first:                     422,
			"limit=0":                             422,
			"organization_id=" + string(w.system): 404,
			"range_start=yesterday":               422,
			"events=user.creatd":                  200,
			"range_end=" + url.QueryEscape("2020-01-01T00:00:00Z"): 200,
		} {
			if r := w.do("GET", "/events?"+query, ""); r.status != want {
				t.Errorf("%s: %d %s", query, r.status, r.body)
			}
		}
		own := w.send(keyA, "GET", "/events?limit=100", "")
		if own.status != 200 || own.get("data.0.id") == "" {
			t.Errorf("%d %s", own.status, own.body)
		}
		for _, theirs := range ids(b) {
			if bytes.Contains(own.body, []byte(theirs)) {
				t.Errorf("an organization's key hears of %s", theirs)
			}
		}
	})
}
