package webhook_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/export/webhook"
	"gatehouse/export/webhook/signature"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/wire"
	"gatehouse/tenants"
)

// An application that hears of another organization's events, or misses one of
// its own, acts on the wrong people.
func TestEachEventGoesToWhoeverIsToHearOfIt(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, b, s := organization(t, d, "A"), organization(t, d, "B"), service(d)
		var operators id.Organization
		must(t, d.InDeployment(t.Context(), who, func(tx *db.AllTx) (err error) {
			operators, err = tenants.EnsureSystemOrganization(tx)
			return err
		}))
		recordIn(t, d, a, user("before"))
		ofA, ofAll, ofNone := receive(t, nil), receive(t, nil), receive(t, nil)
		time.Sleep(2 * time.Millisecond)
		e, secret := endpoint(t, s, a, ofA.URL)
		endpoint(t, s, "", ofAll.URL)
		endpoint(t, s, a, ofNone.URL, "user.deleted")
		recordIn(t, d, a, user("ada"), audit.SessionRefreshed{})
		recordIn(t, d, b, user("ben"))
		recordIn(t, d, operators, user("olga"))
		must(t, d.Tx(t.Context(), who, func(tx *db.Tx) error { return audit.RecordDeployment(tx, user("dora")) }))
		spread(t, s)
		spread(t, s)
		send(t, s, func() bool { return ofA.count() == 1 && ofAll.count() == 3 && quiet() })
		if n := ofNone.count(); n != 0 {
			t.Errorf("%d events that nobody asked for", n)
		}
		var names []string
		for _, g := range ofAll.all() {
			names = append(names, strings.Split(string(g.event.Data), `"`)[11])
		}
		if slices.Sort(names); !slices.Equal(names, []string{"ada@example.com", "ben@example.com", "dora@example.com"}) {
			t.Errorf("the deployment's endpoint heard of %v", names)
		}
		g := ofA.all()[0]
		if err := signature.Verify(g.header.Get("WorkOS-Signature"), g.body, time.Now(), secret); err != nil {
			t.Error(err)
		}
		if g.event.Event != "user.created" || g.event.Context.Actor.Source != "api" || g.header.Get("webhook-id") != string(g.event.ID) || strings.Contains(string(g.body), ": ") {
			t.Errorf("%s %v", g.body, g.header)
		}
		rows := listed(t, s, e.ID)
		if len(rows) != 1 || rows[0].State != webhook.Delivered || rows[0].Attempts != 1 || rows[0].EventID != g.event.ID || rows[0].Position == 0 {
			t.Errorf("%+v", rows)
		}
		must(t, in(t, d, a, func(tx db.OwnedScope) error {
			body, err := webhook.Body(tx, &rows[0])
			if err != nil || !sameJSON(body, g.body) {
				t.Errorf("%v: the page would show %s", err, body)
			}
			log, err := webhook.AttemptsOf(tx, rows[0].ID)
			if err != nil || len(log) != 1 || *log[0].Status != 200 || log[0].Number != 1 {
				t.Errorf("%v %+v", err, log)
			}
			for name := range log[0].RequestHeaders {
				if strings.Contains(strings.ToLower(name), "signature") {
					t.Errorf("the log holds %s", name)
				}
			}
			return nil
		}))
		must(t, in(t, d, b, func(tx db.OwnedScope) error {
			if _, err := webhook.GetDelivery(tx, e.ID, rows[0].ID); err != db.ErrNotFound {
				t.Errorf("another organization sees the delivery: %v", err)
			}
			log, err := webhook.AttemptsOf(tx, rows[0].ID)
			if len(log) != 0 {
				t.Error("and what was answered")
			}
			return err
		}))
	})
}

// What an endpoint answers is kept for whoever looks for a mistake; a secret
// that it echoes is not.
func TestTheLogOfDeliveriesHoldsNoSecret(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, s := organization(t, d, "A"), service(d)
		rec := receive(t, func(w http.ResponseWriter, r *http.Request, _ int) {
			w.Header().Set("Set-Cookie", "sid=canary-cookie")
			w.Header().Set("X-Api-Key", "canary-key")
			w.WriteHeader(http.StatusTeapot)
			_, _ = w.Write([]byte("you sent " + r.Header.Get("WorkOS-Signature") + " and " + r.Header.Get("webhook-signature") + " Bearer canary-token sk_canary \x1b[31m" + strings.Repeat("x", 9000)))
		})
		e, _ := endpoint(t, s, a, rec.URL)
		recordIn(t, d, a, user("ada"))
		spread(t, s)
		send(t, s, func() bool {
			return rec.count() == 1 && states(t, s, e.ID)[webhook.Waiting] == 1 && stored(t, s, e.ID).Failures == 1
		})
		g := rec.all()[0]
		must(t, in(t, d, a, func(tx db.OwnedScope) error {
			log, err := webhook.AttemptsOf(tx, listed(t, s, e.ID)[0].ID)
			if err != nil || len(log) != 1 {
				t.Fatal(err, log)
			}
			text, _ := wire.Encode(log[0].Wire())
			_, hash, _ := strings.Cut(g.header.Get("WorkOS-Signature"), "v1=")
			_, standard, _ := strings.Cut(g.header.Get("webhook-signature"), "v1,")
			for _, secret := range []string{hash, standard, "canary", "\x1b", `\u001b`} {
				if strings.Contains(string(text), secret) {
					t.Errorf("%s: %s", secret, text)
				}
			}
			if len(*log[0].AnswerBody) > 2100 || log[0].AnswerHeaders["Set-Cookie"] != "[redacted]" || log[0].Error == nil {
				t.Errorf("%s", text)
			}
			return nil
		}))
	})
}

// X2: an address that leads inward is not connected to, though the row has it.
func TestAPrivateAddressIsRefusedWhereItIsConnectedTo(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, s := organization(t, d, "A"), service(d)
		rec := receive(t, nil)
		e, _ := endpoint(t, s, a, rec.URL)
		redirecting := receive(t, func(w http.ResponseWriter, r *http.Request, _ int) {
			http.Redirect(w, r, rec.URL, http.StatusTemporaryRedirect)
		})
		moved, _ := endpoint(t, s, a, redirecting.URL)
		recordIn(t, d, a, user("ada"))
		spread(t, s)
		strict := service(d)
		strict.Guard, strict.HTTP = strictGuard()
		send(t, strict, func() bool { return stored(t, s, e.ID).Failures == 1 && stored(t, s, moved.ID).Failures == 1 })
		if n := rec.count() + redirecting.count(); n != 0 {
			t.Errorf("%d requests went inward", n)
		}
		if got := *listed(t, s, e.ID)[0].LastError; !strings.Contains(got, "private") || strings.Contains(got, "127.0.0.1") {
			t.Errorf("%q", got)
		}
		// Where loopback is allowed, a redirect is not followed still.
		ahead(d, 10*time.Second)
		send(t, s, func() bool { return redirecting.count() == 1 && rec.count() == 1 && quiet() })
		if got := listed(t, s, moved.ID)[0]; got.LastError == nil || !strings.Contains(*got.LastError, "redirects") || rec.count() != 1 {
			t.Errorf("%+v", got)
		}
	})
}

// While one secret follows the other, a receiver that knows either takes every
// event, at the second try at the latest (X4).
func TestBothSecretsCountForADay(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, s := organization(t, d, "A"), service(d)
		knows := make(chan string, 1)
		rec := receive(t, nil)
		rec.answers(func(w http.ResponseWriter, _ *http.Request, n int) {
			secret := <-knows
			knows <- secret
			g := rec.all()[n-1]
			if signature.Verify(g.header.Get("WorkOS-Signature"), g.body, d.Now(), secret) != nil {
				w.WriteHeader(http.StatusUnauthorized)
			}
		})
		e, before := endpoint(t, s, a, rec.URL)
		var after string
		must(t, in(t, d, a, func(tx db.OwnedScope) (err error) { _, after, err = webhook.RotateSecret(tx, e.ID); return err }))
		if before == after {
			t.Fatal("the secret did not change")
		}
		knows <- before
		recordIn(t, d, a, user("ada"))
		spread(t, s)
		send(t, s, func() bool { return states(t, s, e.ID)[webhook.Delivered] == 1 })
		if rec.count() != 1 {
			t.Errorf("a receiver that has not changed yet was asked %d times", rec.count())
		}
		<-knows
		knows <- after
		recordIn(t, d, a, user("ben"))
		spread(t, s)
		send(t, s, func() bool { return rec.count() == 2 && stored(t, s, e.ID).Failures == 1 })
		ahead(d, 10*time.Second)
		send(t, s, func() bool { return states(t, s, e.ID)[webhook.Delivered] == 2 })
		ahead(d, 24*time.Hour)
		recordIn(t, d, a, user("carl"))
		spread(t, s)
		send(t, s, func() bool { return states(t, s, e.ID)[webhook.Delivered] == 3 })
		if last := rec.all()[rec.count()-1]; strings.Contains(last.header.Get("webhook-signature"), " ") || rec.count() != 4 {
			t.Errorf("after a day: %d requests, %q", rec.count(), last.header.Get("webhook-signature"))
		}
	})
}
