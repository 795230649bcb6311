package signal

import (
	"encoding/json"
	"fmt"

	"gatehouse/audit"
	"gatehouse/audit/chain"
	"gatehouse/internal/actor"
)

// Signal is an event before it is addressed and signed.
type Signal struct {
	Event   string // its URI
	Subject Subject
	Body    any
}

// From is what an entry of the audit log signals, or nil. issuer is the
// deployment's, as its tokens have it. What an application wrote into the log
// is no word of ours, whatever it calls itself.
func From(issuer string, r *chain.Record) (*Signal, error) {
	build, known := made[r.Type]
	if !known || !ours(r) {
		return nil, nil
	}
	var d data
	if err := json.Unmarshal(r.Data, &d); err != nil {
		return nil, fmt.Errorf("reading %s %s: %w", r.Type, r.ID, err)
	}
	return build(maker{issuer, r, d}), nil
}

func ours(r *chain.Record) bool { return r.Source == string(audit.Own) }

// data is what the entries that are signals hold, each of them some of it.
type data struct {
	ID           string  `json:"id"`
	UserID       *string `json:"user_id"`
	Organization *string `json:"organization_id"`
	Type         string  `json:"type"`
	Name         string  `json:"name"`
	Status       string  `json:"status"`
	Reason       string  `json:"reason"`
	User         *struct {
		ID string `json:"id"`
	} `json:"user"`
	Previous struct {
		Status string `json:"status"`
	} `json:"previous_attributes"`
}

type maker struct {
	issuer string
	*chain.Record
	data data
}

var made = map[string]func(maker) *Signal{
	"session.revoked":                 maker.session,
	"user.password_changed":           maker.password,
	"authentication_factor.verified":  maker.factor,
	"authentication_factor.deleted":   maker.factor,
	"passkey.created":                 maker.passkey,
	"passkey.deleted":                 maker.passkey,
	"user.banned":                     func(m maker) *Signal { return m.account(AccountDisabled, m.holder()) },
	"user.unbanned":                   func(m maker) *Signal { return m.account(AccountEnabled, m.data.ID) },
	"user.deleted":                    func(m maker) *Signal { return m.account(AccountPurged, m.data.ID) },
	"organization_membership.updated": maker.membership,
	"organization_membership.deleted": func(m maker) *Signal { return m.member(AccountDisabled) },
}

func (m maker) session() *Signal {
	return &Signal{SessionRevoked, about(m.issuer, value(m.data.UserID), m.data.ID, m.Organization), m.caep()}
}

// password leaves out the same password in a stronger hash.
func (m maker) password() *Signal {
	if m.data.Reason == "upgraded" {
		return nil
	}
	return m.credential(m.holder(), "password", "update", "")
}

func (m maker) factor() *Signal {
	credential, change := "app", "create"
	if m.data.Type == "sms" {
		credential = "phone-sms"
	}
	if m.Type == "authentication_factor.deleted" {
		change = "delete"
	}
	return m.credential(value(m.data.UserID), credential, change, "")
}

// passkey says fido2-roaming of all: most passkeys are synchronised or carried
// about, and CAEP has no word for either.
func (m maker) passkey() *Signal {
	change := "create"
	if m.Type == "passkey.deleted" {
		change = "delete"
	}
	return m.credential(value(m.data.UserID), "fido2-roaming", change, m.data.Name)
}

// membership is an account in one organization that was switched off or on;
// a new role is neither.
func (m maker) membership() *Signal {
	switch before, now := m.data.Previous.Status, m.data.Status; {
	case before == "active" && now == "inactive":
		return m.member(AccountDisabled)
	case before == "inactive" && now == "active":
		return m.member(AccountEnabled)
	}
	return nil
}

func (m maker) member(event string) *Signal {
	return &Signal{event, about(m.issuer, value(m.data.UserID), "", m.Organization), nothing{}}
}

func (m maker) account(event, user string) *Signal {
	return &Signal{event, about(m.issuer, user, "", ""), nothing{}}
}

func (m maker) credential(user, kind, change, name string) *Signal {
	if user == "" {
		return nil // a factor of nobody's: made and checked by an application
	}
	return &Signal{CredentialChange, about(m.issuer, user, "", ""), credentialChange{m.caep(), kind, change, name}}
}

// holder is the person inside an entry that holds more than the person.
func (m maker) holder() string {
	if m.data.User == nil {
		return ""
	}
	return m.data.User.ID
}

func (m maker) caep() caep { return caep{m.OccurredAt.Unix(), initiators[m.ActorKind]} }

// initiators are CAEP's words for who acts here.
var initiators = map[string]string{
	string(actor.KindUser): "user", string(actor.KindClient): "user",
	string(actor.KindOperator): "admin", string(actor.KindPortal): "admin", string(actor.KindAPIKey): "admin", string(actor.KindDirectory): "admin",
	string(actor.KindSystem): "system",
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
