package api

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// appEvent is an event of an application's.
func appEvent(action string, more string) string {
	return fmt.Sprintf(`{"action":%q,"occurred_at":"2026-01-15T12:00:00.000Z","actor":{"id":"u1","type":"user","name":"Ada","metadata":{"role":"admin"}},`+
		`"targets":[{"id":"t1","type":"team","name":"<Core>"}],"context":{"location":"203.0.113.7","user_agent":"Chrome"},"metadata":{"seats":5,"trial":false}%s}`, action, more)
}

func (w *world) record(org, event string, headers ...string) reply {
	return w.do("POST", "/audit_logs/events", fmt.Sprintf(`{"organization_id":%q,"event":%s}`, org, event), headers...)
}

func (w *world) recorded(org string) int {
	w.t.Helper()
	return strings.Count(string(w.must("GET", "/audit_logs/events?limit=100&actions=invoice.paid&organization_id="+org, "").body), `"audit_log_event"`)
}

// An application's entry must be in its customer's log as it was written.
func TestAnApplicationsEventIsAnEntry(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org := w.organization("Halden")
		if r := w.record(org, appEvent("invoice.paid", "")); r.status != 201 || string(r.body) != `{"success":true}` {
			t.Fatalf("%d %s", r.status, r.body)
		}
		r := w.must("GET", "/audit_logs/events?actions=invoice.paid&organization_id="+org, "")
		for path, want := range map[string]string{
			"data.0.action": "invoice.paid", "data.0.occurred_at": "2026-01-15T12:00:00.000Z", "data.0.actor.type": "user", "data.0.actor.id": "u1", "data.0.actor.name": "Ada",
			"data.0.targets.0.type": "team", "data.0.targets.0.name": "<Core>", "data.0.context.location": "203.0.113.7", "data.0.context.user_agent": "Chrome",
			"data.0.data.metadata.seats": "5", "data.0.data.metadata.trial": "false", "data.0.data.actor_metadata.role": "admin", "data.1.action": "",
		} {
			if got := r.get(path); got != want {
				t.Errorf("%s is %q, not %q: %s", path, got, want, r.body)
			}
		}
	})
}

// An application that did not hear the answer sends its event again: a log that
// has it twice is wrong, and so is one that takes another for the same.
func TestAnEventComesOnceForEachIdempotencyKey(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org, other := w.organization("Halden"), w.organization("Other")
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if r := w.record(org, appEvent("invoice.paid", ""), "Idempotency-Key", "k"); r.status != 201 {
					t.Errorf("%d %s", r.status, r.body)
				}
			})
		}
		all.Wait()
		if n := w.recorded(org); n != 1 {
			t.Errorf("recorded %d times", n)
		}
		if r := w.record(org, appEvent("invoice.paid", `,"version":null`), "Idempotency-Key", "k"); r.status != 422 || r.get("code") != "idempotency_key_reused" {
			t.Errorf("another event under the key: %d %s", r.status, r.body)
		}
		if r := w.record(other, appEvent("invoice.paid", ""), "Idempotency-Key", "k"); r.status != 201 || w.recorded(other) != 1 {
			t.Errorf("another organization's: %d %s", r.status, r.body)
		}
	})
}

// Of many events in one request all must be there or none, and a bad one must
// be found by its number.
func TestManyEventsAreWrittenTogether(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org := w.organization("Halden")
		send := func(events ...string) reply {
			return w.do("POST", "/audit_logs/events", fmt.Sprintf(`{"organization_id":%q,"events":[%s]}`, org, strings.Join(events, ",")))
		}
		good := appEvent("invoice.paid", "")
		if r := send(good, good, `{"action":"invoice.paid"}`, good); r.status != 400 || r.get("code") != "invalid_audit_log_event" || r.get("errors.0.index") != "2" || r.get("errors.0.instancePath") != "/occurred_at" {
			t.Fatalf("%d %s", r.status, r.body)
		}
		if n := w.recorded(org); n != 0 {
			t.Errorf("%d were written with the bad one", n)
		}
		if r := send(good, good, good); r.status != 201 || w.recorded(org) != 3 {
			t.Errorf("%d %s, %d recorded", r.status, r.body, w.recorded(org))
		}
		many := make([]string, 1001)
		for i := range many {
			many[i] = `{"action":"a","occurred_at":"2026-01-15T12:00:00Z","actor":{"id":"u","type":"user"},"targets":[{"id":"t","type":"team"}]}`
		}
		if r := send(many...); r.status != 422 || r.get("code") != "too_many_events" {
			t.Errorf("1,001 events: %d %s", r.status, r.body)
		}
		if r := send(many[:1000]...); r.status != 201 {
			t.Errorf("1,000 events: %d %s", r.status, r.body)
		}
	})
}

// One customer's key must not write into another's log.
func TestEventsGoToOrganizationsThatTheKeySees(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org, other := w.organization("Halden"), w.organization("Other")
		key := w.orgKey(org)
		body := `{"organization_id":%q,"event":` + appEvent("invoice.paid", "") + `}`
		for name, want := range map[string]int{org: 201, other: 404, "org_01J8Z5K3N4000000000000000A": 404, string(w.system): 404, "nonsense": 404, "": 422} {
			if r := w.send(key, "POST", "/audit_logs/events", fmt.Sprintf(body, name)); r.status != want {
				t.Errorf("an organization's key, %q: %d %s", name, r.status, r.body)
			}
		}
		for name, want := range map[string]int{"org_01J8Z5K3N4000000000000000A": 404, string(w.system): 404} {
			if r := w.do("POST", "/audit_logs/events", fmt.Sprintf(body, name)); r.status != want {
				t.Errorf("a deployment's key, %q: %d %s", name, r.status, r.body)
			}
		}
	})
}
