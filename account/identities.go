package account

import (
	"errors"
	"net/http"

	"gatehouse/internal/db"
	"gatehouse/internal/i18n"
	"gatehouse/internal/id"
	"gatehouse/social"
	"gatehouse/users"
	"gatehouse/web/hosted"
	webmail "gatehouse/web/mail"
)

// identity is the one in the address, if it is the person's.
func (v *visit) identity(tx *db.Tx) (*users.Identity, error) {
	key, err := param[id.Identity](v)
	if err != nil {
		return nil, err
	}
	mine, err := users.Identities(tx, v.user.ID)
	for i := range mine {
		if mine[i].ID == key {
			return &mine[i], nil
		}
	}
	return nil, errors.Join(err, db.ErrNotFound)
}

func askUnlink(v *visit) error { return v.askUnlinking(http.StatusOK) }

func (v *visit) askUnlinking(status int, problems ...hosted.Problem) error {
	var i *users.Identity
	var on []social.Provider
	err := v.read(func(tx *db.Tx) (err error) {
		if i, err = v.identity(tx); err == nil {
			on, err = v.offered(tx)
		}
		return err
	})
	if err != nil {
		return err
	}
	return v.show(status, hosted.QuestionPage{Frame: v.frame(), Kind: hosted.AskRemoveSocial, Args: i18n.Args{"name": providerName(on, *i)},
		Action: v.Request().URL.Path, BackURL: pathSecurity, Problems: problems})
}

// unlink parts the account from one at a provider.
func unlink(v *visit) error {
	var lock hosted.Lock
	err := v.change(func(tx *db.Tx) error {
		i, err := v.identity(tx)
		if err != nil {
			return err
		}
		all, err := v.holdings(tx)
		if err != nil {
			return err
		}
		if lock = all.lockOf(string(i.ID)); lock.Locked {
			return errLocked
		}
		if err := users.RemoveIdentity(tx, v.user.ID, i.ID); err != nil {
			return err
		}
		return v.removed(tx, webmail.FactorSocial)
	})
	if errors.Is(err, errLocked) {
		return v.askUnlinking(http.StatusConflict, v.locked(lock))
	}
	if err != nil {
		return err
	}
	return v.done(pathSecurity, hosted.SaidRemoved)
}
