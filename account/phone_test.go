package account_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/jobs"
	"gatehouse/mfa"
	"gatehouse/tenants"
)

// A telephone is offered where the deployment sends text messages and its
// settings let people use them; it counts once its code came back.
func TestSettingUpATelephone(t *testing.T) {
	sent := make(chan string, 100)
	gateway := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var m struct{ To, Body string }
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil || m.To != "+4721000421" {
			t.Errorf("%+v %v", m, err)
		}
		sent <- m.Body[:6]
	}))
	defer gateway.Close()
	each(t, func(w world) {
		b := w.signedIn(ines)
		if p := b.get("/account/security"); len(p.links("security/phones")) > 0 {
			t.Error("it is offered although the settings say no")
		}
		for _, p := range []seen{b.get("/account/security/phones/new"), b.post("/account/security/phones/new", "phone", "+4721000421")} {
			if p.status != http.StatusNotFound {
				t.Errorf("%d at %s", p.status, p.path)
			}
		}
		w.tx(func(tx *db.Tx) error {
			s := tenants.DefaultSettings()
			s.SMS = true
			return tenants.SetSettings(tx, s)
		})
		r := jobs.NewRegistry()
		(&mfa.Service{DB: w.d, Name: "Fieldnote", SMS: &mfa.SMSSender{URL: gateway.URL, HTTP: gateway.Client()}, Log: slog.New(slog.DiscardHandler)}).Register(r)
		runner, err := jobs.Start(t.Context(), w.d, r, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = runner.Stop(t.Context()) })
		b.refused(b.post("/account/security/phones/new", "phone", "21000421"), http.StatusUnprocessableEntity, "country code")
		p := b.post("/account/security/phones/new", "phone", "+47 21 00 04 21")
		if !strings.HasPrefix(p.path, "/account/security/phones/") || !strings.Contains(p.body, "421") || strings.Contains(p.body, "4721000") {
			t.Fatalf("%d at %s: %s", p.status, p.path, p.body)
		}
		var code string
		select {
		case code = <-sent:
		case <-time.After(30 * time.Second):
			t.Fatal("no text message was sent")
		}
		if other := w.signedIn(sofie).post(p.path, "code", code); other.status != http.StatusNotFound {
			t.Errorf("another person's: %d", other.status)
		}
		b.refused(b.post(p.path, "code", wrong(code)), http.StatusUnprocessableEntity, "isn’t right")
		if done := b.post(p.path, "code", code); len(done.codes()) != mfa.RecoveryCodes {
			t.Fatalf("%d at %s: %s", done.status, done.path, done.body)
		}
		w.notified(ines, "factor_added")
		if again := b.post(p.path, "code", code); again.status != http.StatusNotFound {
			t.Errorf("again: %d", again.status)
		}
		b.refused(b.get(b.removals()[0]), http.StatusOK, "your only second step")
		for range 12 { // two windows' worth, wherever they begin
			if p = b.post("/account/security/phones/new", "phone", "+47 21 00 04 21"); p.status == http.StatusTooManyRequests {
				break
			}
		}
		b.refused(p, http.StatusTooManyRequests, "then send again")
	}, "GATEHOUSE_SMS_URL="+gateway.URL)
}
