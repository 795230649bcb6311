package tenants

import (
	"errors"

	"gatehouse/audit"
	"gatehouse/internal/db"
	"gatehouse/internal/problem"
	"gatehouse/internal/wire"
)

// Settings are what the deployment lets people do by themselves.
type Settings = wire.AuthenticationSettings

// DefaultSettings are those of a new deployment.
func DefaultSettings() Settings {
	return Settings{Password: true, MagicAuth: true, Passkey: true, SignUp: true, VerifyEmails: true,
		SendMagicAuth: true, SendEmailVerification: true, SendPasswordReset: true, SendInvitation: true}
}

// errNoWayIn refuses settings under which nobody could sign in again.
var errNoWayIn = problem.New(problem.Invalid, "no_authentication_method", "Leave people one way to sign in: password, magic_auth or passkey.")

// GetSettings are the deployment's.
func GetSettings(tx db.AnyScope) (Settings, error) {
	row, err := deployments.Get(tx, theDeployment)
	if errors.Is(err, db.ErrNotFound) || err == nil && row.Settings == nil {
		return DefaultSettings(), nil
	}
	if err != nil {
		return Settings{}, err
	}
	return *row.Settings, nil
}

// SetSettings replaces the deployment's.
func SetSettings(tx *db.Tx, s Settings) error {
	_, err := ChangeSettings(tx, func(now *Settings) { *now = s })
	return err
}

// ChangeSettings changes some of the deployment's settings and says what they
// are then. Two who change different ones at once both succeed.
func ChangeSettings(tx *db.Tx, change func(*Settings)) (Settings, error) {
	if _, err := deployments.GetForUpdate(tx, theDeployment); err != nil {
		return Settings{}, err
	}
	before, err := GetSettings(tx)
	if err != nil {
		return Settings{}, err
	}
	s := before
	change(&s)
	if !s.Password && !s.MagicAuth && !s.Passkey {
		return s, errNoWayIn
	}
	if s == before {
		return s, nil
	}
	if _, err := deployments.Update(tx, theDeployment, db.Set{"settings": db.JSON(s)}); err != nil {
		return s, err
	}
	return s, audit.RecordDeployment(tx, audit.AuthenticationSettingsUpdated{Before: before, Settings: s})
}
