package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/id"
	"gatehouse/sso"
	"gatehouse/sso/saml/samltest"
)

// certificateOf is a provider's certificate as a JSON text holds it.
func certificateOf(p *samltest.IdP) string { return p.CertificateBase64() }

// byHand is a SAML provider, set by hand.
func byHand(p *samltest.IdP) string {
	return fmt.Sprintf(`"saml":{"idp_entity_id":"https://idp.halden.example","idp_sso_url":"https://idp.halden.example/sso","idp_certificates":[%q]}`, certificateOf(p))
}

// connect makes a connection of an organization and gives its id.
func (w *world) connect(org, kind, more string) string {
	w.t.Helper()
	return w.must("POST", "/connections", fmt.Sprintf(`{"organization_id":%q,"connection_type":%q,%s}`, org, kind, more)).get("id")
}

// connected adds a connection with a candidate and a recorded sign-in.
func (w *world) connected(t *Theirs) {
	w.t.Helper()
	t.Connection = w.connect(t.Organization, "GenericSAML", byHand(samltest.New("x")))
	w.must("POST", "/connections/"+t.Connection+"/candidate", `{"saml":{"force_authn":true}}`)
	w.must("POST", "/connections/"+t.Connection+"/keys", "")
	service := &sso.Service{DB: w.d, Base: w.h.Base}
	away, err := service.Begin(w.t.Context(), tester, id.Connection(t.Connection), sso.For{Bound: "secret"})
	if err != nil {
		w.t.Fatal(err)
	}
	t.SSOAttempt, t.Reference = string(away.Record), away.Reference
	t.Profile = w.profile(t.Organization, t.Connection, t.User)
}

// Scripts parse these answers; certificates are public, and no secret is in them.
func TestConnections(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		s := w.transcript()
		org := w.organization("Halden")
		idp, next := samltest.New("x"), samltest.Other("x")
		body := func(kind, more string) string {
			return fmt.Sprintf(`{"organization_id":%q,"connection_type":%q%s}`, org, kind, more)
		}
		one := s.do("POST", "/connections", body("OktaSAML", `,"name":"Okta","domains":["Halden.example"],"idp_initiated_enabled":true,"jit_provisioning":false,"default_role":"admin",
			"attribute_map":{"email":"mail","groups":["memberOf","groups"],"desk":"office"},`+strings.Replace(byHand(idp), "{", `{"name_id_format":"persistent","allow_guests":true,`, 1))).get("id")
		two := s.do("POST", "/connections", body("GenericOIDC", `,"oidc":{"issuer":"https://login.halden.example","client_id":"gatehouse","client_secret":"s3cret-of-halden","scopes":["groups"]}`)).get("id")
		s.do("POST", "/connections", body("GenericSAML", ``))
		for _, wrong := range []string{`,"state":"active"`, `,"saml":{"idp_sso_url":"javascript:alert(1)","idp_certificates":["x"]}`, `,"oidc":{"issuer":"https://x.example"}`,
			`,"saml":{"clock_skew_seconds":301}`, `,"saml":{"clock_skew_seconds":"1"}`, `,"default_role":"owner"`, `,"default_role":"emperor"`, `,"domains":["x"]`, `,"attribute_map":{"email":7}`,
			`,"saml":{"metadata_xml":"<html>"}`, `,"saml":{"metadata_url":"http://127.0.0.1:1/metadata"}`} {
			s.do("POST", "/connections", body("GenericSAML", wrong))
		}
		s.do("POST", "/connections", body("TestIdp", ``))
		s.do("POST", "/connections", `{"connection_type":"GenericSAML"}`)
		s.do("POST", "/connections", fmt.Sprintf(`{"connection_type":"GenericSAML","organization_id":%q}`, w.system))
		s.do("GET", "/connections/"+one, "")
		s.do("GET", "/connections/conn_01ARZ3NDEKTSV4RRFFQ69G5FAV", "")
		s.do("GET", "/connections?connection_type=OktaSAML&organization_id="+org, "")
		s.do("GET", "/connections?domain=halden.example&limit=1", "")
		s.do("PATCH", "/connections/"+one, `{"name":"Okta of Halden","connection_type":"AzureSAML","attribute_map":null,"domains":[],"saml":{"force_authn":true,"name_id_format":null,"idp_slo_url":"https://idp.halden.example/slo"}}`)
		s.do("PATCH", "/connections/"+one, `{"connection_type":"GenericOIDC"}`)
		s.do("PATCH", "/connections/"+one, `{"organization_id":"org_01ARZ3NDEKTSV4RRFFQ69G5FAV"}`)
		s.do("PATCH", "/connections/"+one, `{"state":"draft"}`)
		s.do("PATCH", "/connections/"+two, `{"oidc":{"issuer":"https://evil.example"}}`)
		s.do("PATCH", "/connections/"+two, `{"state":"inactive"}`)
		s.do("PATCH", "/connections/"+two, `{"oidc":{"issuer":"https://evil.example"}}`)
		s.do("PATCH", "/connections/"+two, `{"state":"active"}`)
		s.do("PUT", "/connections/"+one+"/role_mappings", `[{"group":"crew","role_slug":"admin"}]`)
		s.do("PUT", "/connections/"+one+"/role_mappings", `[{"group":"crew","role_slug":"owner"}]`)
		s.do("GET", "/connections/"+one+"/role_mappings", "")
		certificate := s.do("POST", "/connections/"+one+"/certificates", fmt.Sprintf(`{"certificate":%q}`, certificateOf(next))).get("id")
		s.do("POST", "/connections/"+one+"/certificates", fmt.Sprintf(`{"certificate":%q}`, certificateOf(next)))
		s.do("POST", "/connections/"+one+"/certificates", `{"certificate":"x"}`)
		s.do("POST", "/connections/"+one+"/certificates", `{}`)
		s.do("DELETE", "/connections/"+one+"/certificates/"+certificate, "")
		s.do("GET", "/connections/"+one+"/candidate", "")
		s.do("POST", "/connections/"+one+"/candidate", `{}`)
		s.do("POST", "/connections/"+one+"/candidate", `{"saml":{"force_authn":true}}`)
		s.do("POST", "/connections/"+one+"/candidate", fmt.Sprintf(`{"saml":{"idp_certificates":[%q]}}`, certificateOf(next)))
		s.do("GET", "/connections/"+one+"/candidate", "")
		s.do("POST", "/connections/"+one+"/candidate/promote", "")
		s.do("POST", "/connections/"+one+"/candidate/promote", "")
		s.do("POST", "/connections/"+one+"/rollback", "")
		s.do("DELETE", "/connections/"+one+"/candidate", "")
		s.do("POST", "/connections/"+one+"/keys/promote", "")
		s.do("POST", "/connections/"+one+"/keys", "")
		s.do("POST", "/connections/"+one+"/keys", "")
		s.do("POST", "/connections/"+one+"/keys/promote", "")
		keys := s.do("GET", "/connections/"+one+"/keys", "")
		s.do("DELETE", "/connections/"+one+"/keys/"+keys.get("data.0.id"), "")
		s.do("DELETE", "/connections/"+one+"/keys/"+keys.get("data.1.id"), "")
		s.do("GET", "/connections/"+one+"/attempts", "")
		s.do("DELETE", "/connections/"+two, "")
		s.do("DELETE", "/connections/"+two, "")
		if text := s.text.String(); strings.Count(text, "s3cret-of-halden") != 1 || strings.Contains(text, "PRIVATE") {
			t.Error("a secret came back")
		}
		s.check(t, "connections")
	})
}

// People move to another provider by an owner's word alone.
func TestReplacingAConnection(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org, other := w.organization("Halden"), w.organization("Nordby")
		old, next, theirs := w.connect(org, "GenericSAML", `"name":"old"`), w.connect(org, "GenericSAML", `"name":"next"`), w.connect(other, "GenericSAML", `"name":"theirs"`)
		owner, member := w.user("owner@halden.example"), w.user("kim@halden.example")
		w.member(org, owner, "owner")
		w.member(org, member, "admin")
		path := "/connections/" + next + "/replaces"
		for _, c := range []struct {
			body string
			want int
		}{
			{`{}`, 422}, {fmt.Sprintf(`{"connection_id":%q}`, old), 422}, {fmt.Sprintf(`{"connection_id":%q,"approved_by_user_id":%q}`, old, member), 422},
			{fmt.Sprintf(`{"connection_id":%q,"approved_by_user_id":%q}`, next, owner), 422}, {fmt.Sprintf(`{"connection_id":%q,"approved_by_user_id":%q}`, theirs, owner), 404},
			{fmt.Sprintf(`{"connection_id":%q,"approved_by_user_id":%q}`, old, owner), 200},
		} {
			if r := w.do("PUT", path, c.body); r.status != c.want {
				t.Errorf("%s: %d %s, want %d", c.body, r.status, r.body, c.want)
			}
		}
		if got := w.must("GET", "/connections/"+next, "").get("replaces_connection_id"); got != old {
			t.Errorf("replaces %q", got)
		}
		if got := w.must("PUT", path, `{"connection_id":null}`).get("replaces_connection_id"); got != "" {
			t.Errorf("replaces %q", got)
		}
	})
}

// A provider's metadata is read at its address, through the guard, once for a
// request that is repeated; and what it says is taken over.
func TestMetadataIsFetched(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		idp := samltest.Start(t)
		var asked atomic.Int32
		page := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			switch r.URL.Path {
			case "/metadata":
				fmt.Fprint(rw, idp.Metadata())
			case "/page":
				fmt.Fprint(rw, "<!doctype html><title>Sign in</title>")
			default:
				http.Redirect(rw, r, "/metadata", http.StatusFound)
			}
		}))
		t.Cleanup(page.Close)
		org := w.organization("Halden")
		body := func(path string) string {
			return fmt.Sprintf(`{"organization_id":%q,"connection_type":"GenericSAML","saml":{"metadata_url":%q}}`, org, page.URL+path)
		}
		if r := w.do("POST", "/connections", body("/metadata")); r.status != 422 || asked.Load() != 0 {
			t.Errorf("a private address: %d %s, asked %d times", r.status, r.body, asked.Load())
		}
		w.h.Fetch, w.h.Upkeep.HTTP = http.DefaultClient, http.DefaultClient
		first := w.do("POST", "/connections", body("/metadata"), "Idempotency-Key", "once")
		again := w.do("POST", "/connections", body("/metadata"), "Idempotency-Key", "once")
		if first.status != 201 || string(first.body) != string(again.body) || asked.Load() != 1 {
			t.Errorf("%d %s\n%d %s, asked %d times", first.status, first.body, again.status, again.body, asked.Load())
		}
		if first.get("saml.idp_entity_id") != idp.EntityID || first.get("saml.idp_certificates.0.source") != "metadata" || first.get("state") != "active" ||
			first.get("saml.metadata_url") != page.URL+"/metadata" || first.get("saml.metadata_checked_at") == "" {
			t.Errorf("%s", first.body)
		}
		refresh := "/connections/" + first.get("id") + "/metadata/refresh"
		idp.ExtraKeys = append(idp.ExtraKeys, samltest.Other("x").Certificate)
		if r := w.do("POST", refresh, ""); r.status != 200 || r.get("saml.idp_certificates.1.source") != "metadata" {
			t.Errorf("refreshed: %d %s", r.status, r.body)
		}
		idp.EntityID = "https://another.example"
		if r := w.do("POST", refresh, ""); r.status != 422 || r.get("code") != "metadata_names_another_provider" {
			t.Errorf("another provider's: %d %s", r.status, r.body)
		}
		if r := w.must("GET", "/connections/"+first.get("id"), ""); r.get("saml.idp_entity_id") != first.get("saml.idp_entity_id") || r.get("saml.metadata_error") == "" {
			t.Errorf("%s", r.body)
		}
		if r := w.do("POST", "/connections", body("/page")); r.status != 422 || r.get("errors.0.field") != "saml.metadata_url" || !strings.Contains(r.get("message"), "web page") {
			t.Errorf("%d %s", r.status, r.body)
		}
		if r := w.must("GET", "/connections?organization_id="+org, ""); r.get("data.1.id") != "" {
			t.Errorf("more than one was made: %s", r.body)
		}
	})
}

// Metadata is a stranger's document: what it says must not run in a browser,
// fetch anything or fill the memory (SECURITY.md S10, S18).
func TestHostileMetadataIsRefused(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		org, good := w.organization("Halden"), samltest.Start(t).Metadata()
		laughs := `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>`
		for name, document := range map[string]string{
			"script": regexp.MustCompile(`Location="[^"]*/sso"`).ReplaceAllString(good, `Location="javascript:alert(1)"`),
			"data":   regexp.MustCompile(`Location="[^"]*/sso"`).ReplaceAllString(good, `Location="data:text/html,x"`),
			"bomb":   laughs + strings.Replace(good, "entityID=\"", "entityID=\"&b;", 1),
			"file":   `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>` + good,
			"cut":    good[:len(good)/2],
			"deep":   strings.Repeat("<a>", 100_000),
			"wide":   strings.Repeat("<a/>", 100_000),
			"empty":  " ",
		} {
			body, err := json.Marshal(map[string]any{"organization_id": org, "connection_type": "GenericSAML", "saml": map[string]string{"metadata_xml": document}})
			if err != nil {
				t.Fatal(err)
			}
			begun := time.Now()
			r := w.do("POST", "/connections", string(body))
			if r.status != 422 && r.status != 413 || strings.Contains(string(r.body), "root:") || time.Since(begun) > 2*time.Second {
				t.Errorf("%s: %d %.300s in %v", name, r.status, r.body, time.Since(begun))
			}
		}
		if r := w.must("GET", "/connections?organization_id="+org, ""); r.get("data.0.id") != "" {
			t.Errorf("something was made: %s", r.body)
		}
	})
}

// A support person finds a sign-in by the reference on its page, and sees what
// to change.
func TestAttemptsAreRead(t *testing.T) {
	run(t, func(t *testing.T, w *world) {
		a, key := w.things("Alpha")
		for _, k := range []string{rootKey, key} {
			one := w.send(k, "GET", "/connections/attempts/"+strings.ToLower(a.Reference), "")
			if one.status != 200 || one.get("id") != a.SSOAttempt || one.get("connection_id") != a.Connection || one.get("outcome") != "started" {
				t.Errorf("%d %s", one.status, one.body)
			}
			if r := w.send(k, "GET", "/connections/"+a.Connection+"/attempts?outcome=started", ""); r.get("data.0.id") != a.SSOAttempt {
				t.Errorf("%d %s", r.status, r.body)
			}
			if r := w.send(k, "GET", "/connections/"+a.Connection+"/attempts?outcome=failed", ""); r.get("data.0.id") != "" {
				t.Errorf("%d %s", r.status, r.body)
			}
		}
		other := w.connect(a.Organization, "GenericSAML", `"name":"other"`)
		if r := w.do("GET", "/connections/"+other+"/attempts/"+a.SSOAttempt, ""); r.status != 404 {
			t.Errorf("another connection's attempt: %d", r.status)
		}
		refused := sso.Attempt{Code: ptr("saml_audience_mismatch"), Expected: ptr("https://sso.example/a"), Received: ptr("https://sso.example/b")}
		d := w.h.attempt(&sso.Connection{ID: id.New[id.Connection](), Type: "OktaSAML", Protocol: sso.SAML}, &refused).Diagnosis
		if d == nil || d.Code != "SAML-AUDIENCE" || d.Title == "" || !strings.Contains(d.Fix, "Audience URI") || !strings.HasPrefix(d.Value, "https://auth.example/sso/saml/conn-") {
			t.Errorf("%+v", d)
		}
	})
}

func ptr[T any](v T) *T { return &v }
