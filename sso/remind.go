package sso

import (
	"context"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/db"
)

// reminders are the days before a certificate's end on which it is told of,
// the last first: whoever is late hears the nearest once, not all of them.
var reminders = []int{1, 7, 14, 30, 60}

const (
	remindBatch = 200
	maxReminded = 50 // batches in one run; the next goes on
	day         = 24 * time.Hour
)

// Remind tells of active connections whose last certificate ends soon, once
// for each of the days.
func (u *Upkeep) Remind(ctx context.Context) error {
	for _, days := range reminders {
		for range maxReminded {
			n, err := u.remindAt(ctx, days)
			if err != nil {
				return err
			}
			if n < remindBatch {
				break
			}
		}
	}
	return nil
}

// nearing are the conditions of a connection that is to be told of.
func nearing(now time.Time, days int) []db.Cond {
	return []db.Cond{db.Eq("state", Active), db.Gt("certificate_expires_at", now), db.Lte("certificate_expires_at", now.Add(time.Duration(days)*day)),
		db.Or(db.Null("certificate_notice"), db.Gt("certificate_notice", days))}
}

func (u *Upkeep) remindAt(ctx context.Context, days int) (int, error) {
	due, err := u.locate(ctx, db.Query{Where: nearing(u.DB.Now(), days), Limit: remindBatch})
	if err != nil {
		return 0, err
	}
	for _, t := range due {
		if err := u.DB.InOrg(ctx, t.organization, keeper, func(tx *db.OrgTx) error { return u.remind(tx, t, days) }); err != nil {
			return 0, err
		}
	}
	return len(due), nil
}

func (u *Upkeep) remind(tx *db.OrgTx, t theirs, days int) error {
	n, err := connections.Update(tx, t.connection, db.Set{"certificate_notice": days}.Quiet(), nearing(tx.Now(), days)...)
	if err != nil || n == 0 {
		return err // told of by another worker, renewed or turned off meanwhile
	}
	c, err := Get(tx, t.connection)
	if err != nil {
		return err
	}
	_, s, err := live(tx, t.connection)
	if err != nil {
		return err
	}
	ends, ok := s.lastCertificate()
	if !ok {
		return nil
	}
	left := int((ends.NotAfter.Sub(tx.Now()) + day - 1) / day)
	err = c.record(tx, func(e audit.Connection) audit.Entry {
		return audit.ConnectionCertificateRenewalRequired{Connection: e, Certificate: ends.notice(), DaysUntilExpiry: left}
	})
	if err != nil {
		return err
	}
	return u.tell(tx, CertNotice{Connection: c, Certificate: ends, Days: left})
}

// lastCertificate is the one that ends last.
func (s settings) lastCertificate() (Certificate, bool) {
	end := s.lastEnd()
	if end == nil {
		return Certificate{}, false
	}
	for _, c := range s.SAML.Certificates {
		if c.NotAfter.Equal(*end) {
			return c, true
		}
	}
	return Certificate{}, false
}
