package users

import (
	"context"
	"errors"
	"slices"
	"time"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/jobs"
	"gatehouse/internal/mail"
	"gatehouse/tenants"
	webmail "gatehouse/web/mail"
)

// SSODates tells people that their organization requires single sign-on from
// a date, and sees to it that it does.
type SSODates struct {
	DB   *db.DB
	Post *mail.Post
}

// ssoDatesEvery is how often is looked for dates that come near.
const ssoDatesEvery = 15 * time.Minute

// ssoDatesArgs asks for a look at all dates. It may run twice: a reminder that
// has begun is not begun again, and a date that has come is a date no more.
type ssoDatesArgs struct{}

// Kind names the job.
func (ssoDatesArgs) Kind() string { return "sso_dates" }

// ssoNoticeArgs asks for the next people of an organization to be told. It may
// run twice: who was told is noted with the mail, so nobody is told again.
type ssoNoticeArgs struct {
	Organization id.Organization `json:"organization"`
	Days         int64           `json:"days"`
}

// Kind names the job.
func (ssoNoticeArgs) Kind() string { return "sso_notice" }

// Register adds the jobs.
func (s *SSODates) Register(r *jobs.Registry) {
	jobs.Handle(r, func(ctx context.Context, _ ssoDatesArgs) error { return s.Look(ctx) })
	jobs.Handle(r, func(ctx context.Context, a ssoNoticeArgs) error { return s.notify(ctx, a) })
	r.Every(ssoDatesEvery, ssoDatesArgs{})
}

var clock = actor.System("sso_dates")

// Look begins the reminders that are due, and requires what has come.
func (s *SSODates) Look(ctx context.Context) error {
	near, err := s.locate(ctx)
	for _, org := range near {
		err = errors.Join(err, s.DB.InOrg(ctx, org, clock, func(tx *db.OrgTx) error { return s.step(tx) }))
	}
	return err
}

func (s *SSODates) locate(ctx context.Context) (near []id.Organization, err error) {
	err = s.DB.Locate(ctx, func(tx *db.AllTx) error {
		near, err = tenants.LocateSSODates(tx)
		return err
	})
	return near, err
}

func (s *SSODates) step(tx *db.OrgTx) error {
	d, err := tenants.LockSSODate(tx)
	if errors.Is(err, db.ErrNotFound) {
		return nil // taken back meanwhile
	}
	if err != nil {
		return err
	}
	if !tx.Now().Before(d.From) {
		return tenants.RequireSSO(tx)
	}
	days := d.Due(tx.Now())
	if days == 0 {
		return nil
	}
	if err := tenants.BeginSSONotice(tx, days); err != nil {
		return err
	}
	return jobs.Enqueue(tx.Tx, ssoNoticeArgs{tx.Organization(), days})
}

// atOnce is how many people one transaction tells.
const atOnce = 100

// notify tells the next people, and asks for those after them.
func (s *SSODates) notify(ctx context.Context, a ssoNoticeArgs) error {
	return s.DB.InOrg(ctx, a.Organization, clock, func(tx *db.OrgTx) error {
		d, err := tenants.LockSSODate(tx)
		if errors.Is(err, db.ErrNotFound) || err == nil && (d.Days != a.Days || !tx.Now().Before(d.From)) {
			return nil // another date, or a later reminder: what is old is not told
		}
		if err != nil {
			return err
		}
		where := []db.Cond{db.Eq("status", Active)}
		if d.To != "" {
			where = append(where, db.Gt("id", d.To))
		}
		rows, err := memberships.List(tx, db.Query{Where: where, Order: []string{"id"}, Limit: atOnce})
		if err != nil || len(rows) == 0 {
			return err
		}
		if err := s.tell(tx, d, rows); err != nil {
			return err
		}
		if err := tenants.NoteSSONotice(tx, rows[len(rows)-1].ID); err != nil || len(rows) < atOnce {
			return err
		}
		return jobs.Enqueue(tx.Tx, a)
	})
}

// tell mails the members who lose their other ways in.
func (s *SSODates) tell(tx *db.OrgTx, d tenants.SSODate, rows []Membership) error {
	org, err := tenants.Get(tx, tx.Organization())
	if err != nil {
		return err
	}
	ids := make([]id.User, len(rows))
	for i, m := range rows {
		ids[i] = m.UserID
	}
	people, err := ByID(tx, ids)
	if err != nil {
		return err
	}
	for _, m := range rows {
		u, known := people[m.UserID]
		if !known || slices.Contains(d.Exempt, u.ID) {
			continue
		}
		to := mail.To{Address: u.Email, Organization: &org.ID, Application: s.Post.Name, Lifetime: d.From.Sub(tx.Now())}
		if u.Locale != nil {
			to.Locale = *u.Locale
		}
		if err := s.Post.Send(tx.Tx, to, webmail.SSORequiredFrom{Organization: org.Name, From: d.From, Email: u.Email}); err != nil {
			return err
		}
	}
	return nil
}
