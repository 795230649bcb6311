package lifecycle

import (
	"context"
	"errors"

	"gatehouse/internal/actor"
	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/sessions"
	"gatehouse/tenants"
	"gatehouse/users"
	"gatehouse/users/password"
)

// ErrNoOperator refuses a new password to whoever is not of the team: this way
// in is for those who have no other, and the rest of the people have one.
var ErrNoOperator = problem.New(problem.NotFound, "operator_not_found", "No active operator has that email address.")

// SetOperatorPassword gives an operator a new password and ends whatever they
// are signed in to: whoever asks may have lost the old one to somebody.
// product is the deployment's name, which a password must not be.
func SetOperatorPassword(ctx context.Context, d *db.DB, passwords *users.Passwords, email, typed, product string) error {
	about := users.About{About: password.About{Product: product}}
	err := d.ReadDeployment(ctx, func(tx *db.AllTx) error {
		u, err := operator(tx, email)
		if err != nil {
			return err
		}
		about.Email, about.Names = u.Email, namesOf(u)
		return nil
	})
	if err != nil {
		return err
	}
	hash, err := passwords.Hash(ctx, typed, about)
	if err != nil {
		return err
	}
	return d.InDeployment(ctx, actor.System("server operator set-password"), func(tx *db.AllTx) error {
		u, err := operator(tx, email) // again: they may have left the team meanwhile
		if err != nil {
			return err
		}
		if err := users.SetPassword(tx.Tx, u.ID, hash, users.SetByOperator); err != nil {
			return err
		}
		return sessions.EndForUser(tx.Tx, u.ID, sessions.PasswordChanged)
	})
}

// operator is the person with that address, if they may open the dashboard.
func operator(tx *db.AllTx, email string) (*users.User, error) {
	system, found, err := tenants.SystemOrganization(tx)
	if err != nil {
		return nil, err
	}
	u, err := users.GetByEmail(tx, email)
	if !found || errors.Is(err, db.ErrNotFound) {
		return nil, ErrNoOperator
	}
	if err != nil {
		return nil, err
	}
	active := users.MemberQuery{User: u.ID, Organization: system, Statuses: []users.Status{users.Active}, Page: db.Page{Limit: 1}}
	mine, _, err := users.ListMemberships(tx, active)
	if err == nil && (len(mine) == 0 || u.BannedNow(tx.Now())) {
		err = ErrNoOperator
	}
	return u, err
}

func namesOf(u *users.User) (names []string) {
	for _, name := range []*string{u.FirstName, u.LastName, u.Name} {
		if name != nil {
			names = append(names, *name)
		}
	}
	return names
}
