package users_test

import (
	"log/slog"
	"testing"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/internal/mail/mailtest"
	"gatehouse/internal/wire"
	"gatehouse/tenants"
	"gatehouse/users"
)

// work runs the jobs for as long as it takes until done, or fails.
func work(t *testing.T, d *db.DB, done func() bool) {
	t.Helper()
	r := jobs.NewRegistry()
	(&users.SSODates{DB: d, Post: mailtest.NewPost(d)}).Register(r)
	runner, err := jobs.Start(t.Context(), d, r, slog.New(slog.DiscardHandler))
	must(t, err)
	defer func() { must(t, runner.Stop(t.Context())) }()
	for range 400 {
		if done() {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Error("the jobs did not come to it")
}

// Whoever is not told before is locked out of their work on that morning; and
// whoever is told every quarter of an hour writes to support.
func TestMembersAreToldBeforeSSOIsRequired(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		now := time.Now().UTC().Truncate(time.Second)
		d.Now = func() time.Time { return now }
		org := newOrganization(t, d, "a")
		rescuer, member, gone := create(t, d, "r@a.example"), create(t, d, "m@a.example"), create(t, d, "gone@a.example")
		add(t, d, org.ID, rescuer.ID, "owner")
		add(t, d, org.ID, member.ID, "")
		left := add(t, d, org.ID, gone.ID, "")
		inOrg(t, d, org.ID, func(tx *db.OrgTx) error { _, err := users.DeactivateMember(tx, left.ID); return err })
		set := func(p tenants.Policy) {
			inOrg(t, d, org.ID, func(tx *db.OrgTx) error { _, err := users.SetPolicy(tx, p); return err })
		}
		told := func(address string) int { return len(mailtest.All(t, d, address)) }
		service := &users.SSODates{DB: d, Post: mailtest.NewPost(d)}

		set(tenants.Policy{SSORequiredFrom: &wire.Timestamp{Time: now.AddDate(0, 0, 20)}, BreakGlassUsers: []id.User{rescuer.ID}})
		must(t, service.Look(t.Context()))
		if told("m@a.example") != 0 {
			t.Error("told twenty days before")
		}
		now = now.AddDate(0, 0, 7) // thirteen days are left
		must(t, service.Look(t.Context()))
		work(t, d, func() bool { return told("m@a.example") == 1 })
		must(t, service.Look(t.Context()))
		now = now.AddDate(0, 0, 12) // one is left: the seven were missed, and one mail makes up for both
		must(t, service.Look(t.Context()))
		work(t, d, func() bool { return told("m@a.example") >= 2 })
		if n := told("m@a.example"); n != 2 {
			t.Fatalf("told %d times", n)
		}
		if l := mailtest.All(t, d, "m@a.example"); l[0].Kind != "sso_required_from" {
			t.Errorf("mailed %+v", l[0])
		}
		if told("r@a.example") != 0 || told("gone@a.example") != 0 {
			t.Error("somebody was told whom it does not concern")
		}

		now = now.AddDate(0, 0, 1)
		inOrg(t, d, org.ID, func(tx *db.OrgTx) error {
			p, err := tenants.GetPolicy(tx, org.ID)
			if !p.SSORequired || p.SSORequiredFrom != nil {
				t.Errorf("the date has come, and the policy asks %+v", p)
			}
			return err
		})
		before := len(recorded(t, d, "organization.policy_updated"))
		must(t, service.Look(t.Context()))
		must(t, service.Look(t.Context()))
		if n := len(recorded(t, d, "organization.policy_updated")) - before; n != 1 {
			t.Errorf("%d entries say that it is required now", n)
		}
	})
}

// A date that is taken back, or moved, must not be told of any more; and it
// asks for somebody who gets in when single sign-on fails, as the rule itself.
func TestADateIsARuleToBe(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		seeded(t, d)
		now := time.Now().UTC().Truncate(time.Second)
		d.Now = func() time.Time { return now }
		org := newOrganization(t, d, "a")
		owner := create(t, d, "o@a.example")
		add(t, d, org.ID, owner.ID, "owner")
		set := func(p tenants.Policy) (kept tenants.Policy, err error) {
			err = d.InOrg(t.Context(), org.ID, who, func(tx *db.OrgTx) error { kept, err = users.SetPolicy(tx, p); return err })
			return kept, err
		}
		on := func(days int) *wire.Timestamp { return &wire.Timestamp{Time: now.AddDate(0, 0, days)} }
		exempt := []id.User{owner.ID}
		for name, p := range map[string]tenants.Policy{
			"without a way back":      {SSORequiredFrom: on(10)},
			"beyond a year":           {SSORequiredFrom: on(400), BreakGlassUsers: exempt},
			"without SSO as a method": {SSORequiredFrom: on(10), BreakGlassUsers: exempt, AllowedMethods: wire.Array[string]{"password"}},
		} {
			if _, err := set(p); err == nil {
				t.Errorf("a date %s was kept", name)
			}
		}
		kept, err := set(tenants.Policy{SSORequiredFrom: on(-1), BreakGlassUsers: exempt})
		if err != nil || !kept.SSORequired || kept.SSORequiredFrom != nil {
			t.Errorf("a day that has been is now: %+v, %v", kept, err)
		}
		_, err = set(tenants.Policy{SSORequiredFrom: on(10), BreakGlassUsers: exempt})
		must(t, err)
		if _, err = set(tenants.Policy{BreakGlassUsers: exempt}); err != nil {
			t.Fatal(err)
		}
		must(t, (&users.SSODates{DB: d, Post: mailtest.NewPost(d)}).Look(t.Context()))
		must(t, d.Locate(t.Context(), func(tx *db.AllTx) error {
			near, err := tenants.LocateSSODates(tx)
			if len(near) != 0 {
				t.Errorf("a date that was taken back is looked at: %v", near)
			}
			return err
		}))
	})
}
