package webhook_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"gatehouse/audit"
	"gatehouse/export/webhook"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/netguard"
	"gatehouse/internal/problem"
)

// An endpoint is somebody's: another organization that could read, change or
// fill it would hear what happens in this one.
func TestAnEndpointBelongsToItsOrganization(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, b, s := organization(t, d, "A"), organization(t, d, "B"), service(d)
		e, secret := endpoint(t, s, a, "https://a.example/hook", "user.created", "user.created", "dsync.user.deleted")
		if !strings.HasPrefix(secret, "whsec_") || !slices.Equal(e.Events, []string{"dsync.user.deleted", "user.created"}) {
			t.Errorf("%q %v", secret, e.Events)
		}
		deployments, _ := endpoint(t, s, "", "https://a.example/hook")
		status := webhook.Disabled
		for name, fn := range map[string]func(tx db.OwnedScope) error{
			"get": func(tx db.OwnedScope) error { _, err := webhook.Get(tx, e.ID); return err },
			"change": func(tx db.OwnedScope) error {
				_, err := s.Change(tx, e.ID, webhook.Change{Status: &status})
				return err
			},
			"delete": func(tx db.OwnedScope) error { return webhook.Delete(tx, e.ID) },
			"rotate": func(tx db.OwnedScope) error { _, _, err := webhook.RotateSecret(tx, e.ID); return err },
			"test":   func(tx db.OwnedScope) error { _, err := webhook.SendTest(tx, e.ID, ""); return err },
			"deliveries": func(tx db.OwnedScope) error {
				_, _, err := webhook.Deliveries(tx, e.ID, webhook.DeliveryFilter{}, db.Page{})
				return err
			},
			"replay":           func(tx db.OwnedScope) error { _, err := webhook.Replay(tx, e.ID, webhook.ReplayQuery{}); return err },
			"retry":            func(tx db.OwnedScope) error { _, err := webhook.Retry(tx, e.ID, id.New[id.Delivery]()); return err },
			"the deployment's": func(tx db.OwnedScope) error { _, err := webhook.Get(tx, deployments.ID); return err },
		} {
			t.Run(name, func(t *testing.T) { wants(t, in(t, d, b, fn), db.ErrNotFound) })
		}
		// A key of the deployment does all of it, and the rows stay the organization's.
		must(t, in(t, d, "", func(tx db.OwnedScope) error {
			if _, err := s.Change(tx, e.ID, webhook.Change{Status: &status}); err != nil {
				return err
			}
			enabled := webhook.Enabled
			if _, err := s.Change(tx, e.ID, webhook.Change{Status: &enabled, Events: &[]string{"user.deleted"}}); err != nil {
				return err
			}
			if _, _, err := webhook.RotateSecret(tx, e.ID); err != nil {
				return err
			}
			_, err := webhook.SendTest(tx, e.ID, "")
			return err
		}))
		must(t, in(t, d, a, func(tx db.OwnedScope) error {
			rows, _, err := webhook.Deliveries(tx, e.ID, webhook.DeliveryFilter{State: webhook.Waiting, Event: "user.deleted"}, db.Page{})
			if err != nil || len(rows) != 1 || rows[0].Cause != webhook.Tested {
				t.Errorf("%v %+v", err, rows)
			}
			happened, err := audit.List(tx, audit.Filter{TargetIDs: []string{string(e.ID)}, Oldest: true})
			var types []string
			for _, h := range happened {
				types = append(types, strings.TrimPrefix(h.Type, "webhook_endpoint."))
				if bytes.Contains(h.Data, []byte(secret)) || bytes.Contains(h.Data, []byte("whsec_")) {
					t.Errorf("the log holds a secret: %s", h.Data)
				}
			}
			if !slices.Equal(types, []string{"created", "updated", "updated", "secret_rotated", "tested"}) {
				t.Errorf("%v", types)
			}
			return err
		}))
	})
}

// What is no address, no event, or there already is said before anything is made.
func TestWhatAnEndpointMustBe(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, s := organization(t, d, "A"), service(d)
		e, _ := endpoint(t, s, a, "https://a.example/hook")
		other, _ := endpoint(t, s, a, "https://a.example/other")
		make1 := func(url string, events ...string) error {
			return in(t, d, a, func(tx db.OwnedScope) error {
				_, _, err := s.Create(tx, webhook.New{URL: url, Events: events})
				return err
			})
		}
		wants(t, make1(e.URL, "*"), webhook.ErrDuplicate)
		wants(t, make1("https://user:password@a.example", "*"), netguard.ErrURL)
		wants(t, make1("ftp://a.example", "*"), netguard.ErrURL)
		wants(t, make1("http://169.254.169.254/latest", "*"), netguard.ErrAddress)
		wants(t, make1("https://b.example"), problem.ErrInvalid)
		wants(t, make1("https://b.example", "user.creatd"), problem.ErrInvalid)
		must(t, make1("https://b.example", "flag.created")) // the wire's, though nothing of the kind happens here
		wants(t, in(t, d, a, func(tx db.OwnedScope) error {
			_, err := s.Change(tx, other.ID, webhook.Change{URL: &e.URL})
			return err
		}), webhook.ErrDuplicate)
		status := webhook.Disabled
		wants(t, in(t, d, a, func(tx db.OwnedScope) error {
			if _, err := s.Change(tx, e.ID, webhook.Change{Status: &status}); err != nil {
				return err
			}
			_, err := webhook.SendTest(tx, e.ID, "")
			return err
		}), webhook.ErrDisabled)
	})
}
