package dashboard_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"gatehouse/export/stream"
	"gatehouse/export/webhook"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

// tell gives the customer an endpoint with an event on its way, and a stream.
func (w *world) tell() {
	w.t.Helper()
	description := longName
	w.do(w.db.InOrg(w.t.Context(), w.org.ID, actor.System("test"), func(tx *db.OrgTx) error {
		e, _, err := w.handler.Webhooks.Create(tx, webhook.New{URL: "https://api.osterberg-soehne.example/hooks?key=<b>", Description: &description, Events: []string{webhook.All}})
		if err != nil {
			return err
		}
		d, err := webhook.SendTest(tx, e.ID, "user.created")
		if err != nil {
			return err
		}
		w.endpoint, w.delivery = e.ID, d.ID
		s, err := w.handler.Streams.Create(tx, stream.New{Name: longName[:60], Type: "http", Configuration: map[string]string{"url": "https://siem.example/<b>", "authorization": streamToken}})
		w.stream = s.ID
		return err
	}))
}

const streamToken = "Bearer 4f2a-not-to-be-seen"

var signingSecret = regexp.MustCompile(`whsec_[A-Za-z0-9+/=]{30,}`)

// An operator adds an endpoint, sees its secret once, and can rotate it: a
// secret in an address or on a second page would let others forge events.
func TestAnEndpointsLife(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		w.want(w.post("support", "/admin/webhooks/new", "endpoint_url", "https://a.example", "every", "on"), http.StatusForbidden)
		w.want(w.post("developer", "/admin/webhooks/new", "endpoint_url", "https://a.example"), http.StatusUnprocessableEntity, "must name at least one event")
		w.want(w.post("developer", "/admin/webhooks/new", "endpoint_url", "http://169.254.169.254/", "every", "on"), http.StatusUnprocessableEntity, "endpoint_url-error")
		w.want(w.post("developer", "/admin/webhooks/new", "endpoint_url", "https://a.example", "every", "on", "organization", "org_x"), http.StatusUnprocessableEntity, "No organization has that ID")
		made := w.post("developer", "/admin/webhooks/new", "endpoint_url", "https://a.example/hook", "events", "user.created,user.deleted")
		page := w.leads(made, "/admin/webhooks/we_")
		shown := w.get("developer", page, made.Cookies()...)
		w.want(shown, http.StatusOK, "Copy the signing secret now")
		secret := signingSecret.FindString(shown.body)
		if secret == "" || strings.Contains(page, "whsec") || shown.Header.Get("Cache-Control") != "no-store" {
			t.Fatalf("no secret, or it is in an address or kept: %s", page)
		}
		w.want(w.get("developer", page), http.StatusOK, "can&#39;t be shown again")
		home := strings.TrimSuffix(page, "/secret")
		for _, path := range []string{home, home + "/settings", "/admin/webhooks", "/admin/audit-log"} {
			if a := w.get("owner", path); strings.Contains(a.body, secret) || a.StatusCode != http.StatusOK {
				t.Errorf("%s: %d, or it shows the secret", path, a.StatusCode)
			}
		}
		w.want(w.get("viewer", home), http.StatusOK, "2 event types of every organization", "Nothing was sent")
		rotated := w.post("developer", home+"/rotate")
		again := w.get("developer", w.leads(rotated, home+"/secret"), rotated.Cookies()...)
		if next := signingSecret.FindString(again.body); next == "" || next == secret {
			t.Error("the rotation made no other secret")
		}
		w.want(w.get("viewer", home), http.StatusOK, "Two secrets sign", "Two sign")
		w.leads(w.post("developer", home+"/settings", "endpoint_url", "https://a.example/other", "every", "on"), home)
		w.want(w.get("viewer", home), http.StatusOK, "a.example/other", "Every event of every organization")
		w.want(w.get("developer", home+"/pause"), http.StatusOK, "Pause this endpoint?")
		w.leads(w.post("developer", home+"/pause"), home)
		w.want(w.get("developer", home), http.StatusOK, "Paused", "Enable")
		w.want(w.post("developer", home+"/test", "type", "user.created"), http.StatusUnprocessableEntity, "That endpoint is disabled")
		w.leads(w.post("developer", home+"/resume"), home)
		w.leads(w.post("developer", home+"/delete"), "/admin/webhooks")
		w.want(w.get("viewer", home), http.StatusNotFound)
	})
}

// What is sent again is counted before it is: a click must not flood a receiver.
func TestAReplaySaysHowMuchItIs(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		home := "/admin/webhooks/" + string(w.endpoint)
		w.want(w.get("viewer", home+"/replay"), http.StatusForbidden)
		w.want(w.get("developer", home+"/replay"), http.StatusOK, "Count events", "Only what was given up")
		w.want(w.get("developer", home+"/replay?from=2026-01-01T00%3A00&until=2099-01-01T00%3A00&failed=on"), http.StatusOK, "Nothing to send again")
		w.want(w.get("developer", home+"/replay?from=yesterday&until=2099-01-01T00%3A00"), http.StatusUnprocessableEntity, "from-error")
		w.want(w.get("developer", home+"/replay?from=2099-01-01T00%3A00&until=2026-01-01T00%3A00"), http.StatusUnprocessableEntity, "not after the beginning")
		w.want(w.post("developer", home+"/replay", "from", "x", "until", "y"), http.StatusUnprocessableEntity)
	})
}

// All that failed is sent again after one question, which says how much that
// is; whoever only looks is not asked.
func TestAllThatFailedIsSentAgain(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		home := "/admin/webhooks/" + string(w.endpoint)
		w.do(d.InOrg(t.Context(), w.org.ID, actor.System("test"), func(tx *db.OrgTx) error {
			for range 3 {
				row := webhook.Delivery{ID: id.New[id.Delivery](), EndpointID: w.endpoint, EventID: id.New[id.Event](), EventType: "user.created", Cause: webhook.Happened, State: webhook.Failed, Attempts: 12, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
				if err := (db.MaybeTable[webhook.Delivery, id.Delivery]{}).Insert(tx, &row); err != nil {
					return err
				}
			}
			return nil
		}))
		w.want(w.get("viewer", home), http.StatusOK, "3 events were given up")
		w.want(w.get("viewer", home+"/retry-failed"), http.StatusForbidden)
		w.want(w.post("viewer", home+"/retry-failed"), http.StatusForbidden)
		w.want(w.get("developer", home+"/retry-failed"), http.StatusOK, "Retry 3 events")
		w.leads(w.post("developer", home+"/retry-failed"), home)
		if page := w.get("developer", home); strings.Contains(page.body, "given up.") || strings.Contains(page.body, "Retry all failed") {
			t.Error("what was sent again still counts as given up")
		}
		w.want(w.get("viewer", "/admin/audit-log"), http.StatusOK, "webhook_<wbr>endpoint.<wbr>replayed")
		w.want(w.post("viewer", home+"/cancel"), http.StatusForbidden)
		w.want(w.get("developer", home+"/cancel"), http.StatusOK, "waiting events?", "Keep them")
		w.leads(w.post("developer", home+"/cancel"), home)
		w.want(w.get("developer", home+"?state=cancelled"), http.StatusOK, "Cancelled")
		if a := w.get("developer", home); strings.Contains(a.body, home+"/cancel") {
			t.Error("nothing waits, and that can be cancelled")
		}
	})
}

// An event on its way is seen with what is sent; what an address holds behind
// its question mark is often a key, and is not shown.
func TestADeliveryIsSeen(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		home := "/admin/webhooks/" + string(w.endpoint)
		for _, show := range []string{"", "request", "headers", "curl"} {
			a := w.get("viewer", home+"?delivery="+string(w.delivery)+"&show="+show)
			w.want(a, http.StatusOK, "user.created")
			sound(t, "delivery "+show, a)
		}
		a := w.get("viewer", home+"?delivery="+string(w.delivery)+"&show=request")
		w.want(a, http.StatusOK, "&#34;event&#34;: &#34;user.created&#34;")
		if strings.Contains(a.body, "hooks?") {
			t.Error("the address's query is on the page")
		}
		w.want(w.get("viewer", home+"?delivery="+string(id.New[id.Delivery]())), http.StatusOK)
		w.want(w.get("viewer", home+"?state=failed"), http.StatusOK, "No events match")
		w.leads(w.post("developer", home+"/deliveries/"+string(w.delivery)+"/retry"), home+"?delivery=")
		w.want(w.post("developer", home+"/deliveries/"+string(id.New[id.Delivery]())+"/retry"), http.StatusNotFound)
	})
}

// A stream is set up with what its kind asks for. A token that was typed is on
// no page afterwards, and does not follow to another address.
func TestALogStreamsLife(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		w := full(t, d)
		w.want(w.get("admin", "/admin/log-streams/new"), http.StatusOK, "Splunk", "Amazon S3", "Continue")
		w.want(w.get("admin", "/admin/log-streams/new?type=splunk"), http.StatusOK, "Collector", "Indexer acknowledgement")
		w.want(w.post("developer", "/admin/log-streams/new", "type", "http"), http.StatusForbidden)
		refused := w.post("admin", "/admin/log-streams/new", "type", "splunk", "name", "SIEM", "c_url", "https://splunk.example", "c_token", "", "actions", "user.*")
		w.want(refused, http.StatusUnprocessableEntity, "c_token-error", "Token is missing", `value="https://splunk.example"`)
		refused = w.post("admin", "/admin/log-streams/new", "type", "http", "name", "", "c_url", "not an address", "c_authorization", streamToken)
		w.want(refused, http.StatusUnprocessableEntity, "name-error")
		if strings.Contains(refused.body, streamToken) {
			t.Error("a form that comes back holds the token")
		}
		home := w.leads(w.post("admin", "/admin/log-streams/new", "type", "http", "name", "SIEM", "c_url", "https://siem.example/in", "c_authorization", streamToken, "c_compression", "none", "actions", "user.*, session.created", "all", "on"), "/admin/log-streams/log_stream_")
		for _, path := range []string{home, home + "/settings", "/admin/log-streams", "/admin/audit-log"} {
			a := w.get("admin", path)
			w.want(a, http.StatusOK)
			if strings.Contains(a.body, streamToken) {
				t.Errorf("%s shows the token", path)
			}
		}
		w.want(w.get("viewer", home), http.StatusOK, "session.created, user.*", "Stored sealed", "Nothing sent yet")
		w.leads(w.post("admin", home+"/settings", "name", "SIEM 2", "c_url", "https://siem.example/in", "c_compression", "none", "actions", "user.*"), home)
		w.want(w.get("viewer", home), http.StatusOK, "SIEM 2", "Stored sealed")
		w.leads(w.post("admin", home+"/settings", "name", "SIEM 2", "c_url", "https://elsewhere.example/in", "c_compression", "none"), home)
		w.want(w.get("viewer", home), http.StatusOK, "None stored", "Every entry")
		w.leads(w.post("admin", home+"/pause"), home)
		w.want(w.get("admin", home), http.StatusOK, "It goes on where it stopped", "Resume")
		w.leads(w.post("admin", home+"/resume"), home)
		w.want(w.get("admin", home+"/replay"), http.StatusOK, "Send entries again")
		w.want(w.post("admin", home+"/replay", "from", "x"), http.StatusUnprocessableEntity, "from-error")
		w.leads(w.post("admin", home+"/replay", "from", "2026-01-01T00:00"), home)
		w.want(w.post("admin", home+"/delete", "confirm", "SIEM"), http.StatusUnprocessableEntity, "Type the name exactly")
		w.want(w.post("developer", home+"/test"), http.StatusForbidden)
		w.want(w.post("admin", home+"/test"), http.StatusUnprocessableEntity, "did not take the test entry")
		w.leads(w.post("admin", home+"/delete", "confirm", "siem 2"), "/admin/log-streams")
		w.want(w.get("viewer", home), http.StatusNotFound)
		w.want(w.get("viewer", "/admin/log-streams/"+url.PathEscape(string(w.stream))), http.StatusOK, "siem.example")
	})
}
