package users

import (
	"context"
	"errors"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/field"
	"gatehouse/internal/id"
	"gatehouse/internal/limit"
	"gatehouse/users/password"
)

// failed records a wrong password, and counts it.
func (p *Passwords) failed(ctx context.Context, t Try, a account, guess *limit.Attempt) (Checked, error) {
	c := Checked{Code: CodeWrong}
	err := p.DB.Tx(ctx, t.Who, func(tx *db.Tx) (err error) {
		if c.Wait, err = guess.Failed(tx, tx.Now()); err != nil {
			return err
		}
		return recordFailure(tx, t, a, CodeWrong, ErrWrong.Message)
	})
	return c, err
}

// succeeded commits a sign-in. It reads again what it relies on: since the
// load, the person may have been banned or deleted, or the password changed.
func (p *Passwords) succeeded(ctx context.Context, t Try, a account, guess *limit.Attempt, found password.Outcome, then func(*db.Tx, *User) error) (Checked, error) {
	var c Checked
	err := p.DB.Tx(ctx, t.Who, func(tx *db.Tx) error {
		u, err := current(tx, a)
		if err != nil {
			return err
		}
		if u == nil {
			c = Checked{Code: CodeWrong}
			return recordFailure(tx, t, a, CodeWrong, ErrWrong.Message)
		}
		if u.BannedNow(tx.Now()) {
			c = Checked{Code: CodeBanned}
			return recordFailure(tx, t, a, CodeBanned, ErrBanned.Message)
		}
		c = Checked{OK: true, User: u}
		if err := guess.Succeeded(tx); err != nil {
			return err
		}
		return signedIn(tx, t, u, a.hash, found.Upgrade, then)
	})
	if err != nil {
		return Checked{}, err
	}
	return c, nil
}

// current is the person as they are now, or nil where what was verified no
// longer holds.
func current(tx *db.Tx, a account) (*User, error) {
	u, err := users.GetForUpdate(tx, a.user.ID)
	if errors.Is(err, db.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	hash, err := hashOf(tx, u.ID)
	if err != nil || hash != a.hash || u.EmailKey != a.key {
		return nil, err
	}
	return u, nil
}

func signedIn(tx *db.Tx, t Try, u *User, hash, upgrade string, then func(*db.Tx, *User) error) error {
	tx.As(t.Who.As(u.ID, u.Email))
	now := tx.Now()
	if _, err := users.Update(tx, u.ID, db.Set{"last_sign_in_at": now}.Quiet()); err != nil {
		return err
	}
	u.LastSignInAt = &now
	if upgrade != "" {
		if _, err := passwords.UpdateWhere(tx, db.Set{"hash": upgrade}, db.Eq("user_id", u.ID), db.Eq("hash", hash)); err != nil {
			return err
		}
		if err := audit.RecordDeployment(tx, audit.PasswordChanged{User: u.Wire(), Reason: string(Upgraded)}); err != nil {
			return err
		}
	}
	outcome := authentication(t, "succeeded", &u.ID, u.Email)
	if err := recordIn(tx, t.Organization, u.ID, audit.AuthenticationPasswordSucceeded{Authentication: outcome}); err != nil {
		return err
	}
	if then == nil {
		return nil
	}
	return then(tx, u)
}

// recordFailure records a refused password. What was typed as an address is
// kept only where it is one: people type passwords into the wrong field.
func recordFailure(tx *db.Tx, t Try, a account, code, message string) error {
	var user *id.User
	var shown string
	if a.user != nil {
		user = &a.user.ID
		shown = a.user.Email
	} else if typed, err := ParseEmail(t.Email); err == nil {
		shown = typed.Shown
	}
	outcome := authentication(t, "failed", user, shown)
	outcome.Error = &audit.AuthenticationError{Code: code, Message: message}
	return recordIn(tx, t.Organization, a.id(), audit.AuthenticationPasswordFailed{Authentication: outcome})
}

// recordIn writes the outcome into the organization that the attempt leads to,
// where the person belongs to it; else no organization is to hear of them.
func recordIn(tx *db.Tx, org id.Organization, user id.User, e audit.Entry) error {
	if org == "" || user == "" {
		return audit.RecordDeployment(tx, e)
	}
	member := true
	err := tx.In(org, func(tx *db.OrgTx) error {
		if _, err := MembershipOf(tx, user); err != nil {
			member = !errors.Is(err, db.ErrNotFound)
			if !member {
				return nil
			}
			return err
		}
		return audit.Record(tx, e)
	})
	if err != nil || member {
		return err
	}
	return audit.RecordDeployment(tx, e)
}

func authentication(t Try, status string, user *id.User, email string) audit.Authentication {
	return audit.Authentication{
		Type: "password", Status: status, UserID: user, Email: field.Clip(email, maxEmail),
		IPAddress: field.Clip(t.Who.IP, maxEmail), UserAgent: field.Clip(t.Who.UserAgent, 512),
	}
}
