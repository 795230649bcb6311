package tenants

import (
	"errors"
	"time"

	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// SSONotices are how many days before single sign-on becomes required people
// are told, the first first.
var SSONotices = []int64{14, 7, 1}

// LocateSSODates are the organizations that require single sign-on from a
// date, those that come to it first.
func LocateSSODates(tx *db.AllTx) ([]id.Organization, error) {
	rows, err := policies.List(tx, db.Query{Where: []db.Cond{db.NotNull("sso_required_from")}, Order: []string{"sso_required_from", "organization_id"}})
	due := make([]id.Organization, len(rows))
	for i, row := range rows {
		due[i] = row.OrganizationID
	}
	return due, err
}

// SSODate is where an organization stands on its way to its date.
type SSODate struct {
	From   time.Time
	Exempt []id.User     // keep another way in
	Days   int64         // of the reminder that is under way; 0: none
	To     id.Membership // how far it has come
}

// LockSSODate is the date of the transaction's organization, locked: one
// reminder goes out once. ErrNotFound where there is none any more.
func LockSSODate(tx *db.OrgTx) (SSODate, error) {
	if _, err := Lock(tx); err != nil {
		return SSODate{}, err
	}
	row, err := policies.First(tx, db.Eq("organization_id", tx.Organization()), db.NotNull("sso_required_from"))
	if err != nil {
		return SSODate{}, err
	}
	d := SSODate{From: *row.SSORequiredFrom, Exempt: row.Policy.BreakGlassUsers}
	if row.SSONotice != nil {
		d.Days = *row.SSONotice
	}
	if row.SSONotifiedTo != nil {
		d.To = *row.SSONotifiedTo
	}
	return d, nil
}

// Due is the reminder that is to go out at now; 0 where none is. One that was
// missed is not made up for by two.
func (d SSODate) Due(now time.Time) int64 {
	due := int64(0)
	for _, days := range SSONotices {
		if left := d.From.Sub(now); left <= time.Duration(days)*24*time.Hour && (d.Days == 0 || days < d.Days) {
			due = days
		}
	}
	return due
}

// BeginSSONotice notes that the reminder of so many days before goes out.
func BeginSSONotice(tx *db.OrgTx, days int64) error {
	_, err := policies.UpdateWhere(tx, db.Set{"sso_notice": days, "sso_notified_to": nil}, db.Eq("organization_id", tx.Organization()))
	return err
}

// NoteSSONotice notes that the reminder has come to that membership.
func NoteSSONotice(tx *db.OrgTx, to id.Membership) error {
	_, err := policies.UpdateWhere(tx, db.Set{"sso_notified_to": to}, db.Eq("organization_id", tx.Organization()))
	return err
}

// RequireSSO puts "from now on" in the place of a date that has come. It asked
// so already (Policy.AsOf); now the log says since when. A repeat finds no date.
func RequireSSO(tx *db.OrgTx) error {
	org, err := Lock(tx)
	if err != nil {
		return err
	}
	row, err := policies.First(tx, db.Eq("organization_id", org.ID), db.Lte("sso_required_from", tx.Now()))
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return replacePolicy(tx, org, row.Policy, row.Policy.AsOf(tx.Now()))
}
