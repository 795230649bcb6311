package db_test

import (
	"testing"

	"gatehouse/internal/db"
	"gatehouse/internal/dbtest"
	"gatehouse/internal/id"
)

// What is asked in one round trip must be what it is step by step: a part that
// did not see the one before it would record a membership as it was, and one
// that saw another organization's rows would show them.
func TestPartsOfOneRoundTripSeeEachOtherAndNobodyElse(t *testing.T) {
	dbtest.Run(t, func(t *testing.T, d *db.DB) {
		a, _, own, foreign := fixture(t, d)
		byID := func(key id.OrganizationDomain) db.Query {
			return db.Query{Where: []db.Cond{db.Eq("id", key)}}
		}
		err := d.InOrg(t.Context(), a, who, func(tx *db.OrgTx) error {
			var before, after, theirs []domain
			var orgs []organization
			var mine, others int64
			err := db.AtOnce(tx, domains.Holds(tx, &before, byID(own)), domains.Updates(tx, &mine, own, db.Set{"state": "verified"}, db.Eq("state", "pending")),
				domains.Reads(tx, &after, byID(own)), domains.Reads(tx, &theirs, byID(foreign)), domains.Updates(tx, &others, foreign, db.Set{"state": "verified"}),
				organizations.Shares(tx, &orgs, db.Query{Where: []db.Cond{db.Eq("id", a)}}))
			if err != nil {
				return err
			}
			if len(before) != 1 || before[0].State != "pending" || len(after) != 1 || after[0].State != "verified" || mine != 1 || len(orgs) != 1 {
				t.Errorf("before %+v, %d changed, after %+v, %d organizations", before, mine, after, len(orgs))
			}
			if len(theirs) != 0 || others != 0 {
				t.Errorf("of another organization: %+v, %d changed", theirs, others)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		err = d.ReadOrg(t.Context(), a, func(tx *db.OrgTx) error {
			row, err := domains.Get(tx, own)
			if err == nil && row.State != "verified" {
				t.Errorf("committed: %+v", row)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
