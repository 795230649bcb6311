package db_test

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/export/webhook"
	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
	"gatehouse/tenants"
)

// A sender that takes another organization's deliveries sends them with the
// wrong secret; one that takes more than it asked for floods an endpoint that is
// spared.
func TestDeliveriesAreTakenWithinTheirOrganization(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		now := time.Now().UTC().Add(-time.Minute)
		made := func(owner string) *webhook.Endpoint {
			return &webhook.Endpoint{ID: id.New[id.Endpoint](), URL: "https://" + owner, Events: []string{"*"}, Status: webhook.Enabled, SealedSecret: []byte{1}, CreatedAt: now, UpdatedAt: now}
		}
		waiting := func(e *webhook.Endpoint) []webhook.Delivery {
			out := make([]webhook.Delivery, 40)
			for i := range out {
				out[i] = webhook.Delivery{ID: id.New[id.Delivery](), EndpointID: e.ID, EventID: id.New[id.Event](), EventType: "user.created", State: webhook.Waiting, NextAt: &now, CreatedAt: now, UpdatedAt: now}
			}
			return out
		}
		endpoints, deliveries := db.MaybeTable[webhook.Endpoint, id.Endpoint]{}, db.MaybeTable[webhook.Delivery, id.Delivery]{}
		ofOrg, ofAll := made("a.example"), made("all.example")
		var org id.Organization
		err := d.InDeployment(t.Context(), who, func(tx *db.AllTx) error {
			o, err := tenants.Create(tx.Tx, tenants.New{Name: "A"})
			if err != nil {
				return err
			}
			org = o.ID
			if err := endpoints.InsertDeployment(tx, ofAll); err != nil {
				return err
			}
			if err := deliveries.InsertAllDeployment(tx, waiting(ofAll)); err != nil {
				return err
			}
			return tx.In(org, func(tx *db.OrgTx) error {
				if err := endpoints.Insert(tx, ofOrg); err != nil {
					return err
				}
				return deliveries.InsertAll(tx, waiting(ofOrg))
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		take := func(tx db.OwnedScope, e *webhook.Endpoint, lease string, limit, want int) error {
			taken, err := db.LeaseDeliveries(tx, e.ID, lease, tx.Now().Add(time.Minute), limit)
			if len(taken) != want {
				err = fmt.Errorf("%d taken, want %d: %w", len(taken), want, err)
			}
			return err
		}
		err = d.InOrg(t.Context(), org, who, func(tx *db.OrgTx) error {
			if err := take(tx, ofAll, "x", 5, 0); err != nil {
				return err
			}
			if err := take(tx, ofOrg, "one", 5, 5); err != nil {
				return err
			}
			if err := take(tx, ofOrg, "one", 1, 1); err != nil {
				return err
			}
			return take(tx, ofOrg, "two", 100, 34)
		})
		if err != nil {
			t.Error(err)
		}
		err = d.InDeployment(t.Context(), who, func(tx *db.AllTx) error {
			if err := take(tx, ofOrg, "x", 5, 0); err != nil {
				return err
			}
			due, err := db.EndpointsDue(tx, "", 10)
			if err != nil || len(due) != 1 || due[0].ID != ofAll.ID || due[0].OrganizationID != nil {
				t.Errorf("%v %+v", err, due)
			}
			if due, err = db.EndpointsDue(tx, ofAll.ID, 10); err != nil || len(due) != 0 {
				t.Errorf("behind the last one: %v %+v", err, due)
			}
			return take(tx, ofAll, "three", 100, 40)
		})
		if err != nil {
			t.Error(err)
		}
	})
}
