package audit

import (
	"gatehouse/internal/wire"
)

// People: their accounts, passwords and bans.

type (
	// UserCreated is user.created: a person has an account.
	UserCreated struct {
		User wire.User `json:"user"`
	}
	// UserUpdated is user.updated: a person's profile changed.
	UserUpdated struct {
		User wire.User `json:"user"`
	}
	// UserDeleted is user.deleted: a person's account is gone; the entry keeps it as it was.
	UserDeleted struct {
		User wire.User `json:"user"`
	}
	// UserBanned is user.banned: a person may not sign in, and their sessions ended.
	UserBanned struct {
		User   wire.User       `json:"user"`
		Until  *wire.Timestamp `json:"until"`
		Reason string          `json:"reason"`
	}
	// UserUnbanned is user.unbanned: a ban was lifted.
	UserUnbanned struct {
		User wire.User `json:"user"`
	}
	// PasswordChanged is user.password_changed: a password was set, changed or upgraded to a stronger hash.
	PasswordChanged struct {
		User   wire.User `json:"user"`
		Reason string    `json:"reason"`
	}
	// OperatorCreated is operator.created: somebody may use the dashboard.
	OperatorCreated struct {
		User wire.User `json:"user"`
		Role string    `json:"role"`
	}
)

func (UserCreated) Type() string     { return "user.created" }
func (UserUpdated) Type() string     { return "user.updated" }
func (UserDeleted) Type() string     { return "user.deleted" }
func (UserBanned) Type() string      { return "user.banned" }
func (UserUnbanned) Type() string    { return "user.unbanned" }
func (PasswordChanged) Type() string { return "user.password_changed" }
func (OperatorCreated) Type() string { return "operator.created" }

func (e UserCreated) Targets() []Target  { return []Target{{"user", string(e.User.ID), e.User.Email}} }
func (e UserUpdated) Targets() []Target  { return []Target{{"user", string(e.User.ID), e.User.Email}} }
func (e UserDeleted) Targets() []Target  { return []Target{{"user", string(e.User.ID), e.User.Email}} }
func (e UserBanned) Targets() []Target   { return []Target{{"user", string(e.User.ID), e.User.Email}} }
func (e UserUnbanned) Targets() []Target { return []Target{{"user", string(e.User.ID), e.User.Email}} }
func (e PasswordChanged) Targets() []Target {
	return []Target{{"user", string(e.User.ID), e.User.Email}}
}
func (e OperatorCreated) Targets() []Target {
	return []Target{{"user", string(e.User.ID), e.User.Email}}
}

func (e UserCreated) Data() any     { return e.User }
func (e UserUpdated) Data() any     { return e.User }
func (e UserDeleted) Data() any     { return e.User }
func (e UserBanned) Data() any      { return e }
func (e UserUnbanned) Data() any    { return e.User }
func (e PasswordChanged) Data() any { return e }
func (e OperatorCreated) Data() any { return e }
