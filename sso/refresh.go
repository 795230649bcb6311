package sso

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
	"gatehouse/internal/problem"
	"gatehouse/sso/saml"
	"gatehouse/sso/trail"
)

const (
	refreshBatch    = 100           // each run; one every five minutes makes 28,800 a day
	refreshTogether = 8             // providers that are asked at a time
	refreshClaim    = time.Hour     // after which another worker tries what this one did not finish
	refreshRetry    = 6 * time.Hour // after a failure
	missingKept     = 7 * 24 * time.Hour
)

// Refresh reads the metadata of connections that are due: active ones with an
// address of it, about once a day each.
func (u *Upkeep) Refresh(ctx context.Context) error {
	due, err := u.locate(ctx, db.Query{Where: []db.Cond{db.Lte("metadata_due_at", u.DB.Now()), db.Eq("state", Active)}, Order: []string{"metadata_due_at"}, Limit: refreshBatch})
	if err != nil {
		return err
	}
	var wait sync.WaitGroup
	free := make(chan struct{}, refreshTogether)
	for _, t := range due {
		free <- struct{}{}
		wait.Go(func() {
			defer func() { <-free }()
			if err := u.refreshDue(ctx, t); err != nil && ctx.Err() == nil {
				u.log().ErrorContext(ctx, "a connection's metadata could not be looked after", "connection", t.connection, "error", err)
			}
		})
	}
	wait.Wait()
	return ctx.Err()
}

// refreshDue claims a connection and refreshes it. A provider that does not
// answer is no error of ours: it is noted on the connection.
func (u *Upkeep) refreshDue(ctx context.Context, t theirs) error {
	claimed := false
	err := u.DB.InOrg(ctx, t.organization, keeper, func(tx *db.OrgTx) error {
		n, err := connections.Update(tx, t.connection, db.Set{"metadata_due_at": tx.Now().Add(refreshClaim)}.Quiet(), db.Lte("metadata_due_at", tx.Now()), db.Eq("state", Active))
		claimed = n == 1
		return err
	})
	if err != nil || !claimed {
		return err
	}
	if err := u.refresh(ctx, keeper, t); err != nil && problem.As(err) == nil {
		return err
	}
	return nil
}

// RefreshNow reads a connection's metadata at once, for somebody who asks. Its
// error says what is wrong with it.
func (u *Upkeep) RefreshNow(ctx context.Context, who actor.Actor, org id.Organization, c id.Connection) error {
	return u.refresh(ctx, who, theirs{org, c})
}

func (u *Upkeep) refresh(ctx context.Context, who actor.Actor, t theirs) error {
	address := ""
	err := u.DB.ReadOrg(ctx, t.organization, func(tx *db.OrgTx) error {
		_, s, err := live(tx, t.connection)
		if err == nil && s.SAML != nil {
			address = s.SAML.MetadataURL
		}
		return err
	})
	if err != nil {
		return err
	}
	if address == "" {
		return ErrNoMetadata
	}
	m, failed := FetchMetadata(ctx, u.HTTP, address, u.DB.Now())
	if failed != nil && problem.As(failed) == nil {
		return failed
	}
	var refused error
	err = u.DB.InOrg(ctx, t.organization, who, func(tx *db.OrgTx) (err error) {
		refused, err = u.refreshed(tx, t.connection, address, m, failed)
		return err
	})
	if err != nil {
		return err
	}
	return refused
}

// refreshed takes over what metadata says, or notes why it cannot be. What was
// read at an address that is not the connection's any more is left alone.
func (u *Upkeep) refreshed(tx *db.OrgTx, connection id.Connection, address string, m *saml.IdP, failed error) (refused, err error) {
	c, err := Lock(tx, connection)
	if err != nil {
		return nil, err
	}
	stored, s, err := live(tx, connection)
	if err != nil || s.SAML == nil || s.SAML.MetadataURL != address {
		return nil, err
	}
	if failed != nil {
		return failed, c.noteFailure(tx, failed)
	}
	next, found, err := s.SAML.refreshedBy(m, tx.Now())
	if err != nil {
		return err, c.noteFailure(tx, err)
	}
	set := db.Set{"metadata_checked_at": tx.Now(), "metadata_error": nil}
	if c.State == Active {
		set["metadata_due_at"] = tx.Now().Add(refreshAfter(c.ID))
	}
	if _, err := connections.Update(tx, c.ID, set.Quiet()); err != nil {
		return nil, err
	}
	return nil, u.take(tx, c, stored, s, next, found)
}

// take stores a refreshed configuration and tells of what is new in it.
func (u *Upkeep) take(tx *db.OrgTx, c *Connection, stored *configured, before settings, next SAMLConfiguration, found []Certificate) error {
	after := settings{Configuration: Configuration{SAML: &next}}
	changed := before.differs(after)
	if len(changed) == 0 {
		return nil
	}
	if err := c.accept(tx, stored, next); err != nil {
		return err
	}
	fresh, err := Get(tx, c.ID)
	if err != nil {
		return err
	}
	for _, added := range found {
		if err := errors.Join(fresh.recordRenewed(tx, added), u.tell(tx, CertNotice{Connection: fresh, Certificate: added, Found: true})); err != nil {
			return err
		}
	}
	for _, old := range before.SAML.Certificates {
		if next.accepts(old.Fingerprint) >= 0 {
			continue
		}
		err := fresh.record(tx, func(e audit.Connection) audit.Entry {
			return audit.ConnectionCertificateRemoved{Connection: e, Certificate: old.notice()}
		})
		if err != nil {
			return err
		}
	}
	changed = slices.DeleteFunc(changed, func(name string) bool { return name == "saml.certificates" })
	if len(changed) == 0 {
		return nil
	}
	return recordUpdated(tx, fresh, changed)
}

// refreshedBy is the configuration after another look at the metadata.
//
// Certificates that are new are accepted beside those before: the provider
// signs by them some day, and says so here first. One that the metadata lists
// no more is kept for a week, because providers answer from several machines
// that do not change in one moment; then it is not the provider's any more.
// Addresses follow the metadata. Another entity ID is another provider, which
// a person has to mean.
func (s *SAMLConfiguration) refreshedBy(m *saml.IdP, now time.Time) (SAMLConfiguration, []Certificate, error) {
	next := *s
	next.Certificates = slices.Clone(s.Certificates)
	var wrong faults
	switch {
	case m.EntityID != s.IDPEntityID:
		wrong.add("saml.metadata_url", "The metadata is now that of "+trail.Clean(m.EntityID)+", and the connection's provider is "+trail.Clean(s.IDPEntityID)+". Nothing was taken over: import the metadata again if that is right.")
		return next, nil, wrong.as(ErrMetadataNames)
	case len(m.Certificates) == 0:
		wrong.add("saml.metadata_url", "The metadata lists no certificate to verify signatures by.")
		return next, nil, wrong.as(ErrInvalid)
	}
	next.followAddresses(m)
	next.Certificates = slices.DeleteFunc(next.Certificates, func(c Certificate) bool {
		return c.FromMetadata && !lists(m, c.Fingerprint) && !c.MissingSince.IsZero() && now.Sub(c.MissingSince) >= missingKept
	})
	found := next.addFrom(m, now)
	for i := range next.Certificates {
		if c := &next.Certificates[i]; c.FromMetadata && c.MissingSince.IsZero() && !lists(m, c.Fingerprint) {
			c.MissingSince = now
		}
	}
	next.check(&wrong)
	return next, found, wrong.as(ErrInvalid)
}

// noteFailure says on the connection why its metadata cannot be used. What is
// known of the provider stays, and the log hears of each reason once.
func (c *Connection) noteFailure(tx *db.OrgTx, failed error) error {
	reason := trail.Clean(problem.Of(failed).Message)
	set := db.Set{"metadata_error": reason}
	if c.State == Active {
		set["metadata_due_at"] = tx.Now().Add(refreshRetry)
	}
	if _, err := connections.Update(tx, c.ID, set.Quiet()); err != nil || same(c.MetadataError, &reason) {
		return err
	}
	return c.record(tx, func(e audit.Connection) audit.Entry {
		return audit.ConnectionMetadataFailed{Connection: e, Reason: reason}
	})
}
