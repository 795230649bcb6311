package api

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// An application that sends what its own schema forbids must hear of it, by the
// place, and nothing of it may be in the log.
func TestEventsMeetTheirSchema(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org := w.organization("Halden")
		const shape = `{"type":"object","properties":{%s}}`
		schema := fmt.Sprintf(`{"actor":{"metadata":%s},"targets":[{"type":"team","metadata":%s}],"metadata":%s}`,
			fmt.Sprintf(shape, `"role":{"type":"string"}`), fmt.Sprintf(shape, ""), fmt.Sprintf(shape, `"seats":{"type":"number"},"trial":{"type":"boolean"}`))
		if r := w.must("POST", "/audit_logs/actions/invoice.paid/schemas", schema); r.get("object") != "audit_log_schema" || r.get("version") != "1" || r.get("metadata.properties.seats.type") != "number" {
			t.Fatalf("%s", r.body)
		}
		if r := w.record(org, appEvent("invoice.paid", "")); r.status != 201 {
			t.Errorf("what the schema allows: %d %s", r.status, r.body)
		}
		for name, replace := range map[string][2]string{
			"/metadata/seats": {`"seats":5`, `"seats":"five"`}, "/metadata/trial": {`"trial":false`, `"trial":0`},
			"/actor/metadata/role": {`"role":"admin"`, `"role":7`}, "/targets/0/type": {`"type":"team"`, `"type":"invoice"`}, "/version": {`"targets"`, `"version":9,"targets"`},
		} {
			r := w.record(org, strings.Replace(appEvent("invoice.paid", ""), replace[0], replace[1], 1))
			if r.status != 400 || r.get("code") != "invalid_audit_log_event" || r.get("errors.0.instancePath") != name || r.get("errors.0.code") == "" {
				t.Errorf("%s: %d %s", name, r.status, r.body)
			}
		}
		if n := w.recorded(org); n != 1 {
			t.Errorf("%d are in the log", n)
		}
	})
}

// A schema that was changed counts at once for whoever names no version, and
// not for whoever names the old one.
func TestASchemasVersions(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org := w.organization("Halden")
		if r := w.record(org, appEvent("invoice.paid", "")); r.status != 201 {
			t.Fatalf("without a schema: %d %s", r.status, r.body)
		}
		w.must("POST", "/audit_logs/actions/invoice.paid/schemas", `{"targets":[{"type":"team"}]}`)
		w.must("POST", "/audit_logs/actions/invoice.paid/schemas", `{"targets":[{"type":"invoice"}]}`)
		for event, want := range map[string]int{appEvent("invoice.paid", ""): 400, appEvent("invoice.paid", `,"version":1`): 201, appEvent("invoice.paid", `,"version":2`): 400} {
			if r := w.record(org, event); r.status != want {
				t.Errorf("%s: %d %s", event, r.status, r.body)
			}
		}
		if r := w.must("GET", "/audit_logs/actions/invoice.paid/schemas", ""); r.get("data.0.version") != "2" || r.get("data.1.version") != "1" {
			t.Errorf("%s", r.body)
		}
		if r := w.must("GET", "/audit_logs/actions", ""); r.get("data.0.name") != "invoice.paid" || r.get("data.0.schema.version") != "2" || r.get("data.1.name") != "" {
			t.Errorf("%s", r.body)
		}
		for _, bad := range []string{`{}`, `{"targets":[]}`, `{"targets":[{"type":"a"},{"type":"a"}]}`, `{"targets":[{"type":"a","metadata":{"type":"object","properties":{"k":{"type":"array"}}}}]}`} {
			if r := w.do("POST", "/audit_logs/actions/invoice.paid/schemas", bad); r.status != 422 {
				t.Errorf("%s: %d %s", bad, r.status, r.body)
			}
		}
	})
}

// How long a customer's log is kept is what was agreed with them.
func TestAnOrganizationsRetention(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org := w.organization("Halden")
		path := "/organizations/" + org + "/audit_logs_retention"
		if r := w.must("GET", path, ""); r.get("retention_period_in_days") != "365" {
			t.Errorf("at first: %s", r.body)
		}
		for body, want := range map[string]string{`{"retention_period_in_days":30}`: "30", `{"retention_period":"6_MONTHS"}`: "180", `{"retention_period":"7_YEARS"}`: "2555", `{"retention_period_in_days":null}`: "365"} {
			if r := w.do("PUT", path, body); r.status != 200 || r.get("retention_period_in_days") != want {
				t.Errorf("%s: %d %s", body, r.status, r.body)
			}
		}
		for _, bad := range []string{`{"retention_period_in_days":3}`, `{"retention_period":"12_MONTHS"}`, `{"retention_period":"0_YEARS"}`, `{"retention_period":"a year"}`} {
			if r := w.do("PUT", path, bad); r.status != 422 {
				t.Errorf("%s: %d %s", bad, r.status, r.body)
			}
		}
		w.must("PUT", path, `{"retention_period_in_days":90}`)
		if r := w.must("GET", "/organizations/"+org+"/audit_log_configuration", ""); r.get("organization_id") != org || r.get("retention_period_in_days") != "90" || r.get("state") != "active" {
			t.Errorf("%s", r.body)
		}
	})
}

// An export that a script asks for must come to an end that the script sees,
// and its address must open without a key.
func TestAnExportOverTheAPI(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org := w.organization("Halden")
		made := w.must("POST", "/audit_logs/exports", fmt.Sprintf(`{"organization_id":%q,"range_start":"2026-01-01T00:00:00.000Z","range_end":"2100-01-01T00:00:00.000Z"}`, org))
		if made.get("state") != "pending" || made.get("url") != "" || made.get("format") != "csv" {
			t.Fatalf("%s", made.body)
		}
		path := "/audit_logs/exports/" + made.get("id")
		w.numbered()
		for end := time.Now().Add(20 * time.Second); w.must("GET", path, "").get("state") == "pending" && time.Now().Before(end); {
			if _, err := w.h.Archive.Once(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		ready := w.must("GET", path, "")
		url := strings.TrimPrefix(ready.get("url"), w.h.Base)
		if ready.get("state") != "ready" || ready.get("progress") != "100" || url == "" {
			t.Fatalf("%s", ready.body)
		}
		file := w.send("", "GET", url, "")
		if file.status != 200 || fmt.Sprint(len(file.body)) != ready.get("bytes") || !strings.HasPrefix(string(file.body), "id,sequence,") {
			t.Errorf("%d %s", file.status, file.body)
		}
		if r := w.send("", "GET", strings.Replace(url, "signature=", "signature=0", 1), ""); r.status != 403 {
			t.Errorf("another signature: %d", r.status)
		}
		if r := w.do("POST", path+"/cancel", ""); r.get("state") != "ready" {
			t.Errorf("a finished one that is cancelled: %s", r.body)
		}
		other := w.must("POST", "/audit_logs/exports", fmt.Sprintf(`{"organization_id":%q,"format":"ndjson"}`, org)).get("id")
		if r := w.must("POST", "/audit_logs/exports/"+other+"/cancel", ""); r.get("state") != "error" {
			t.Errorf("cancelled: %s", r.body)
		}
		for _, bad := range []string{`{"format":"xml"}`, `{"range_start":"2026-02-01T00:00:00Z","range_end":"2026-01-01T00:00:00Z"}`, `{"range_end":"yesterday"}`} {
			if r := w.do("POST", "/audit_logs/exports", bad); r.status != 422 {
				t.Errorf("%s: %d %s", bad, r.status, r.body)
			}
		}
	})
}

// A program that copies the log goes on where it stopped, and must find each
// entry once.
func TestTheLogIsCopiedByPosition(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org, other := w.organization("Halden"), w.organization("Other")
		for range 7 {
			w.record(org, appEvent("invoice.paid", ""))
			w.record(other, appEvent("invoice.paid", ""))
		}
		w.numbered()
		after, lines := "0", 0
		for range 10 {
			r := w.must("GET", "/audit_logs/events/stream?limit=3&after="+after+"&organization_id="+org, "")
			n := strings.Count(string(r.body), "\n")
			if lines += n; n == 0 {
				break
			}
			if after = r.header.Get("Audit-Log-Position"); strings.Contains(string(r.body), other) {
				t.Fatalf("another's: %s", r.body)
			}
		}
		if all := strings.Count(string(w.must("GET", "/audit_logs/events?limit=100&organization_id="+org, "").body), `"audit_log_event"`); lines != all {
			t.Errorf("%d lines of %d entries", lines, all)
		}
		for _, bad := range []string{"limit=0", "limit=100001", "after=-1", "after=x"} {
			if r := w.do("GET", "/audit_logs/events/stream?"+bad, ""); r.status != 422 {
				t.Errorf("%s: %d", bad, r.status)
			}
		}
	})
}
