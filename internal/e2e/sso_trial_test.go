package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/sso"
	"gatehouse/sso/saml/samltest"
)

// try sends a browser away for an admin's test.
func (k *company) try(b *Browser) (sso.Away, asked) {
	k.T.Helper()
	s := &sso.Service{DB: k.DB, Base: k.Base}
	away, err := s.Begin(k.T.Context(), actor.System("test"), k.c.ID, sso.For{Purpose: sso.Test, PortalSession: ptr(id.New[id.PortalSession]()), Actor: "Ines", Bound: "of this browser"})
	if err != nil {
		k.T.Fatal(err)
	}
	home := mustParse(k.T, k.URL)
	b.client.Jar.SetCookies(home, []*http.Cookie{{Name: "gatehouse_sso_" + string(away.Request), Value: "of this browser"}})
	return away, k.ask(&Page{URL: mustParse(k.T, away.URL)})
}

// visitor is an admin's browser in the company's portal.
func (k *company) visitor() *Browser {
	k.T.Helper()
	link := k.Call(http.MethodPost, "/portal/generate_link", APIKey, map[string]any{"organization": k.org}).Text("link")
	b := k.Browser()
	if p := b.Post(strings.TrimPrefix(link, k.Base), url.Values{}); p.URL.Path != "/portal" {
		k.T.Fatalf("the portal's link leads to %s", p.URL)
	}
	return b
}

func (k *company) recorded(attempt id.SSOAttempt) (a *sso.Attempt) {
	k.T.Helper()
	k.in(func(tx *db.OrgTx) (err error) {
		a, err = sso.GetAttempt(tx, attempt)
		return err
	})
	return a
}

// An admin's test goes the whole way, also of a draft, signs nobody in and
// makes nobody; what would have come of it is in the record.
func TestAnAdminsTestSignsNobodyIn(t *testing.T) {
	runCompany(t, func(t *testing.T, k *company) {
		k.saml(k.idp, func(n *sso.New) { n.State = sso.Draft })
		b := k.visitor()
		away, to := k.try(b)
		p := k.bring(b, k.acs(), k.idp.Respond(k.ines(to)), to.relay)
		if want := "/portal/sso/" + string(k.c.ID) + "/test/" + string(away.Record); p.URL.Path != want || p.Status != http.StatusOK {
			t.Errorf("the test ended at %s", p.URL)
		}
		a := k.recorded(away.Record)
		if a.Outcome != sso.Succeeded || a.Kind != sso.KindTest || a.UserID != nil {
			t.Errorf("recorded as %+v", a)
		}
		if b.Cookie("gatehouse_session") != "" || k.person("ines@halden.example") != nil {
			t.Error("a test signed somebody in")
		}
		if n := k.entries("authentication.sso_succeeded", "", "") + k.entries("authentication.sso_started", "", ""); n != 0 {
			t.Errorf("%d sign-ins in the log", n)
		}
		away, to = k.try(b)
		foreign := k.ines(to)
		foreign.Attributes = []samltest.Attribute{{Name: "email", Values: []string{"ceo@nordby.example"}}}
		k.bring(b, k.acs(), k.idp.Respond(foreign), to.relay)
		if a := k.recorded(away.Record); a.Outcome != sso.Failed || *a.Code != "email_domain_not_owned" || !strings.Contains(*a.Received, "ceo@nordby.example") {
			t.Errorf("recorded as %+v", a)
		}
		away, to = k.try(b)
		wrong := k.ines(to)
		wrong.Audience = "https://other.example"
		p = k.bring(b, k.acs(), k.idp.Respond(wrong), to.relay)
		if a := k.recorded(away.Record); a.Outcome != sso.Failed || *a.Code != "saml_audience_mismatch" || !strings.HasPrefix(p.URL.Path, "/portal") {
			t.Errorf("recorded as %+v; ended at %s", a, p.URL)
		}
		if k.entries("authentication.sso_failed", "", "") != 0 || k.entries("connection.tested", "", "") != 3 {
			t.Error("applications hear of an admin's tests")
		}
		if p := k.Browser().Get(k.start()); p.Status != http.StatusForbidden {
			t.Errorf("a draft sends people away: %d", p.Status)
		}
	})
}
