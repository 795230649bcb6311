package sessions

import (
	"errors"
	"slices"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/id"
)

// endBatch is how many sessions are read at once while ending them.
const endBatch = 200

// End ends one session. That it had ended before is fine: both sides of a
// sign-out may come.
func End(tx *db.Tx, session id.Session, why Reason) error {
	s, err := sessions.Get(tx, session)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = end(tx, s, why)
	return err
}

// end ends a session that is still alive and records it, in the organization
// that it was in. It says whether it did.
func end(tx *db.Tx, s *Session, why Reason) (bool, error) {
	if !s.LiveAt(tx.Now()) {
		return false, nil
	}
	n, err := sessions.Update(tx, s.ID, db.Set{"ended_at": tx.Now(), "end_reason": string(why)}, db.Null("ended_at"))
	if err != nil || n == 0 {
		return false, err // somebody else ended it, and recorded that
	}
	now, reason := tx.Now(), string(why)
	s.EndedAt, s.EndReason, s.UpdatedAt = &now, &reason, now
	return true, audit.RecordFor(tx, s.OrganizationID, audit.SessionRevoked{Session: s.Wire(now), Reason: reason})
}

// endAll ends every live session that meets conds.
func endAll(tx *db.Tx, why Reason, conds ...db.Cond) error {
	_, err := endEach(tx, why, conds...)
	return err
}

// endEach is endAll that says which.
func endEach(tx *db.Tx, why Reason, conds ...db.Cond) (ended []id.Session, err error) {
	conds = append(conds, db.Null("ended_at"), db.Gt("expires_at", tx.Now()))
	var last id.Session
	for {
		where := append(slices.Clone(conds), db.Gt("id", last))
		batch, err := sessions.List(tx, db.Query{Where: where, Limit: endBatch})
		if err != nil {
			return ended, err
		}
		for i := range batch {
			did, err := end(tx, &batch[i], why)
			if err != nil {
				return ended, err
			}
			if last = batch[i].ID; did {
				ended = append(ended, last)
			}
		}
		if len(batch) < endBatch {
			return ended, nil
		}
	}
}

// EndBrowser ends a browser session and every session below it. That it had
// ended before is fine.
func EndBrowser(tx *db.Tx, browser id.BrowserSession, why Reason) error {
	b, err := browsers.Get(tx, browser)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	n, err := browsers.Update(tx, browser, db.Set{"ended_at": tx.Now()}, db.Null("ended_at"))
	if err != nil {
		return err
	}
	if n > 0 && b.LiveAt(tx.Now()) {
		ended := audit.BrowserSessionEnded{BrowserSession: b.ID, User: b.UserID, Reason: string(why)}
		if err := audit.RecordDeployment(tx, ended); err != nil {
			return err
		}
	}
	// Below an ended one there may be live ones still: it may have expired first.
	return endAll(tx, why, db.Eq("browser_session_id", browser))
}

// EndForUser ends everything that a person is signed in to, except the browser
// sessions named and what is below them (the one in which they just changed
// their password).
func EndForUser(tx *db.Tx, user id.User, why Reason, except ...id.BrowserSession) error {
	all, err := browsers.List(tx, db.Query{Where: []db.Cond{db.Eq("user_id", user), db.Null("ended_at")}})
	if err != nil {
		return err
	}
	for _, b := range all {
		if slices.Contains(except, b.ID) {
			continue
		}
		if err := EndBrowser(tx, b.ID, why); err != nil {
			return err
		}
	}
	conds := []db.Cond{db.Eq("user_id", user)}
	for _, b := range except {
		conds = append(conds, db.Or(db.Null("browser_session_id"), db.Not("browser_session_id", b)))
	}
	return endAll(tx, why, conds...)
}

// EndForMember ends a person's sessions that are in the transaction's
// organization, and says which. They stay signed in elsewhere, and in their
// browser.
func EndForMember(tx *db.OrgTx, user id.User, why Reason) ([]id.Session, error) {
	return endEach(tx.Tx, why, db.Eq("user_id", user), db.Eq("organization_id", tx.Organization()))
}

// EndForOrganization ends every session that is in the transaction's organization.
func EndForOrganization(tx *db.OrgTx, why Reason) error {
	return endAll(tx.Tx, why, db.Eq("organization_id", tx.Organization()))
}
