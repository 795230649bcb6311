package webhook_test

import (
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"gatehouse/export/webhook"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/netguard"
	"gatehouse/tenants"
)

var who = actor.Actor{Kind: actor.KindAPIKey, ID: "api_key_1", Name: "Production"}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%v, want %v", err, want)
	}
}

func organization(t testing.TB, d *db.DB, name string) id.Organization {
	t.Helper()
	var o *tenants.Organization
	must(t, d.InDeployment(t.Context(), who, func(tx *db.AllTx) (err error) {
		if err := tenants.SeedRoles(tx); err != nil {
			return err
		}
		o, err = tenants.Create(tx.Tx, tenants.New{Name: name})
		return err
	}))
	return o.ID
}

func strictGuard() (*netguard.Guard, *http.Client) {
	guard := netguard.New(nil)
	return guard, guard.Client(webhook.ClientOptions)
}

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func service(d *db.DB) *webhook.Service {
	guard := netguard.New(loopback)
	return &webhook.Service{DB: d, Guard: guard, HTTP: guard.Client(webhook.ClientOptions), Log: slog.New(slog.DiscardHandler)}
}

// in runs fn in an organization, or as the deployment where org is empty.
func in(t testing.TB, d *db.DB, org id.Organization, fn func(tx db.OwnedScope) error) error {
	t.Helper()
	if org == "" {
		return d.InDeployment(t.Context(), who, func(tx *db.AllTx) error { return fn(tx) })
	}
	return d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) error { return fn(tx) })
}

func endpoint(t testing.TB, s *webhook.Service, org id.Organization, url string, events ...string) (*webhook.Endpoint, string) {
	t.Helper()
	time.Sleep(2 * time.Millisecond) // what happened in the same millisecond is heard of too
	if len(events) == 0 {
		events = []string{webhook.All}
	}
	var e *webhook.Endpoint
	var secret string
	must(t, in(t, s.DB, org, func(tx db.OwnedScope) (err error) {
		e, secret, err = s.Create(tx, webhook.New{URL: url, Events: events})
		return err
	}))
	return e, secret
}
